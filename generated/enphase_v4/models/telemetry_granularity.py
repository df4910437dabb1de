from ..types import OpenEnum


class TelemetryGranularity(OpenEnum):
    """Length of the window that comes back, counted from its start. Not the step between rows, which each series fixes."""

    DAY = "day"
    FIFTEEN_MINUTES = "15mins"
    FIVE_MINUTES = "5mins"
    WEEK = "week"
