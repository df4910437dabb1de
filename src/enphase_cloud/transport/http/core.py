"""What all views of one client share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .address import checked_base_url, origin

if TYPE_CHECKING:
    from ..pipeline import Pipeline


class Core:
    """Where a client sends, and the policies of its calls."""

    def __init__(self, base_url: str, pipeline: Pipeline) -> None:
        self.url = checked_base_url(base_url)
        self.origin = origin(self.url)
        self.pipeline = pipeline

    def close(self) -> None:
        self.pipeline.close()

    def check_open(self) -> None:
        """ConfigurationError after the client, or a view of it, was closed."""
        self.pipeline.check_open()
