"""Generated client of the Enphase Enlighten cloud API v4. Nobody edits it: change the document or its overlay.

`enphase_v4.api.<tag>.<operation>` builds and reads the calls, `enphase_v4.models` holds the shapes, `enphase_v4.catalog` the facts.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .client import Client as Client

__all__ = ("Client",)


def __getattr__(name: str) -> Any:
    if name == "Client":
        from .client import Client

        return Client
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
