"""The server's own interface, under `/_mock`: reset, clock, settings, faults, journal, totals."""

from __future__ import annotations

from starlette.routing import BaseRoute

from enphase_cloud.mock.service import Service

PREFIX = "/_mock"


def routes(service: Service) -> list[BaseRoute]:
    """The routes under `PREFIX`."""
    return []
