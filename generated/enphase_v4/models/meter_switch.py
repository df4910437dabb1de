from ..types import OpenEnum


class MeterSwitch(OpenEnum):
    """Part of `ControlMeterRequest`."""

    DISABLED = "disabled"
    ENABLED = "enabled"
