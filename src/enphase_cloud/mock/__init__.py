"""A server that plays the Enphase Enlighten cloud API v4: for tests, for demonstrations, without an account.

```python
from enphase_cloud import mock

with mock.serve(seed=1, homes=4) as server:      # a thread, a free port
    server.url, server.service.system_ids, server.service.journal
app = mock.create_app(clock=1_782_000_000.0)     # an ASGI app with a clock that stands still
```

It reads the document and the catalog, and nothing of the client.
"""

from __future__ import annotations

try:
    import starlette  # noqa: F401 - to say what is missing before anything else does
    import uvicorn  # noqa: F401 - as above
    import yaml  # noqa: F401 - as above
except ImportError as error:
    raise ImportError(
        f"the mock server needs the package {error.name}: pip install 'enphase-cloud[mock]'", name=error.name
    ) from error

from enphase_cloud.mock.app import create_app
from enphase_cloud.mock.journal import Call
from enphase_cloud.mock.serve import Server, run, serve
from enphase_cloud.mock.service import Service
from enphase_cloud.mock.welcome import banner

__all__ = ["Call", "Server", "Service", "banner", "create_app", "run", "serve"]
