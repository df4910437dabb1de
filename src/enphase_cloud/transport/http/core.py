"""What all views of one client share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...errors import ConfigurationError
from .address import checked_base_url, origin

if TYPE_CHECKING:
    from ..pipeline import Pipeline


class Core:
    """Where a client sends, the policies of its calls, and whether it is closed."""

    def __init__(self, base_url: str, pipeline: Pipeline) -> None:
        self.url = checked_base_url(base_url)
        self.origin = origin(self.url)
        self.pipeline = pipeline
        self._closed = False

    def close(self) -> None:
        self._closed = True
        self.pipeline.ledger.close()

    def check_open(self) -> None:
        """ConfigurationError after the client, or a view of it, was closed."""
        if self._closed:
            msg = "this client is closed: build a new one, or keep to the block of its `with`."
            raise ConfigurationError(msg)
