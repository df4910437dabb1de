"""What an installer set of the meters of a system: since when each is at work, and whether it is to measure.

A meter follows a task two minutes after it was sent. One that is disabled says so, and goes on to measure here.
"""

from __future__ import annotations

from datetime import date

from enphase_cloud.mock.preferences import Timeline

TASK_SECONDS = 120


class Metering:
    """The meters of one system, by serial number."""

    def __init__(self) -> None:
        self._dates: dict[str, date] = {}
        self._switches: dict[str, Timeline[bool]] = {}

    def enabled(self, serial: str, now: int) -> bool:
        """Whether the meter is on."""
        switch = self._switches.get(serial)
        return switch is None or switch.at(now)

    def tell(self, serial: str, now: int, *, on: bool) -> None:
        """Send the meter a task."""
        self._switches.setdefault(serial, Timeline(True)).change(now + TASK_SECONDS, on)

    def date_of(self, serial: str) -> date | None:
        """The operational date that was set; None: nobody did."""
        return self._dates.get(serial)

    def set_date(self, serial: str, day: date) -> None:
        """Set the operational date."""
        self._dates[serial] = day
