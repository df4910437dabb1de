"""Where the homes stand. The first eight are the default fleet, and go with what is peculiar about its homes."""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    """A town, what the service says of its time zone (`timezone`, None: nothing), and where it lies.

    `clock` is the zone whose days the service counts; where `timezone` is None, that is UTC.
    """

    city: str
    state: str | None
    country: str
    postal_code: str
    timezone: str | None
    clock: str
    latitude: float
    longitude: float


PLACES = (
    Place("Los Angeles", "CA", "US", "90012", "US/Pacific", "US/Pacific", 34.05, -118.24),
    Place("Sydney", "NSW", "AU", "2127", "Australia/Sydney", "Australia/Sydney", -33.87, 151.21),
    Place("Accra", None, "GH", "GA-184", None, "Etc/UTC", 5.6, -0.19),
    Place("Berlin", "BE", "DE", "10115", "Europe/Berlin", "Europe/Berlin", 52.52, 13.4),
    # midnight does not exist on the day summer time begins
    Place("Santiago", "RM", "CL", "8320000", "America/Santiago", "America/Santiago", -33.45, -70.67),
    Place("New York", "NY", "US", "10001", "US/Eastern", "US/Eastern", 40.71, -74.01),
    # half an hour of summer time
    Place("Lord Howe", "NSW", "AU", "2898", "Australia/Lord_Howe", "Australia/Lord_Howe", -31.55, 159.08),
    Place("London", None, "GB", "EC1A", "Europe/London", "Europe/London", 51.51, -0.13),
    # a quarter past the hour
    Place("Kathmandu", None, "NP", "44600", "Asia/Kathmandu", "Asia/Kathmandu", 27.72, 85.32),
    # midnight comes twice on the day summer time ends
    Place("Havana", None, "CU", "10100", "America/Havana", "America/Havana", 23.11, -82.37),
    Place("St. John's", "NL", "CA", "A1C 1A1", "America/St_Johns", "America/St_Johns", 47.56, -52.71),
    Place("Kolkata", "WB", "IN", "700001", "Asia/Calcutta", "Asia/Calcutta", 22.57, 88.36),
)
