from ..types import OpenEnum


class EventStatus(OpenEnum):
    """Where an event stands."""

    CLOSED = "Closed"
    INFO = "Info"
    OPEN = "Open"
