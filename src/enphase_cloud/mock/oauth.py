"""Tokens as the vendor issues them: `/oauth/authorize`, `/oauth/token` and the page that shows a code."""

from __future__ import annotations

from starlette.routing import BaseRoute

from enphase_cloud.mock.service import Service


def routes(service: Service) -> list[BaseRoute]:
    """The routes under `/oauth`."""
    return []
