from ..types import OpenEnum


class TelemetryGranularity(OpenEnum):
    """Length of the window that comes back, counted from its start. Not the step between rows, which each series fixes."""

    DAY = "day"
    VALUE_0 = "5mins"
    VALUE_1 = "15mins"
    WEEK = "week"
