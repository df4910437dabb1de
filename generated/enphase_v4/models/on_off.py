from ..types import OpenEnum


class OnOff(OpenEnum):
    """Part of `ProductionMode`, `SetProductionModeRequest`."""

    OFF = "off"
    ON = "on"
