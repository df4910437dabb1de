from ..types import OpenEnum


class BatteryMode(OpenEnum):
    """What the battery is used for."""

    FULL_BACKUP = "Full Backup"
    SAVINGS_MODE = "Savings Mode"
    SELF_CONSUMPTION = "Self-consumption"
