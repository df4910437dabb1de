"""What a chart may show of a site, and which series have it.

Production is the meter's where there is one, else that of the microinverters. The lifetime series is the service's
own choice among the two, day by day.
"""

from __future__ import annotations

from typing import NamedTuple

PRODUCTION, CONSUMPTION, IMPORT, EXPORT = "production", "consumption", "import", "export"
CHARGE, DISCHARGE = "charge", "discharge"
STATE = "state of charge"


class Column(NamedTuple):
    """A value of a series."""

    series: str
    value: str


class Sources(NamedTuple):
    """Where the energy of a track is found."""

    lifetime: Column
    telemetry: tuple[Column, ...]
    """The first that was measured is used."""


def _of(lifetime: str, *telemetry: str) -> Sources:
    return Sources(Column(lifetime, "energy_wh"), tuple(Column(each, "energy_wh") for each in telemetry))


def _of_battery(value: str) -> Sources:
    return Sources(Column("battery", value), (Column("battery", value),))


TRACKS = {
    PRODUCTION: _of("production", "production_meter", "production_micro"),
    CONSUMPTION: _of("consumption", "consumption_meter"),
    IMPORT: _of("import", "energy_import"),
    EXPORT: _of("export", "energy_export"),
    CHARGE: _of_battery("charge_wh"),
    DISCHARGE: _of_battery("discharge_wh"),
}
STATE_OF_CHARGE = Column("battery", "soc_percent")
MICRO = "production_micro"
