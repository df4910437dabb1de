"""Random tests draw the same examples each time: a red build is red for whoever looks. `make soak` will draw others."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")
