"""Where an address lies, as the service finds it: by state in the United States, elsewhere by country."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from enphase_cloud.mock.fleet import draw
from enphase_cloud.mock.places import Place

CALIFORNIA = ("US", "CA")
FIELDS = ("street1", "street2", "city", "state", "country", "postal_code")


class Region(NamedTuple):
    """A time zone and the middle of the region, in degrees."""

    timezone: str
    latitude: float
    longitude: float


STATES: dict[str, Region] = {
    "AK": Region("US/Alaska", 61.2, -149.9),
    "AL": Region("US/Central", 33.5, -86.8),
    "AR": Region("US/Central", 34.7, -92.3),
    "AZ": Region("US/Arizona", 33.4, -112.1),
    "CA": Region("US/Pacific", 36.7, -119.8),
    "CO": Region("US/Mountain", 39.7, -105.0),
    "CT": Region("US/Eastern", 41.8, -72.7),
    "DC": Region("US/Eastern", 38.9, -77.0),
    "DE": Region("US/Eastern", 39.2, -75.5),
    "FL": Region("US/Eastern", 28.5, -81.4),
    "GA": Region("US/Eastern", 33.7, -84.4),
    "HI": Region("US/Hawaii", 21.3, -157.9),
    "IA": Region("US/Central", 41.6, -93.6),
    "ID": Region("US/Mountain", 43.6, -116.2),
    "IL": Region("US/Central", 41.9, -87.6),
    "IN": Region("US/East-Indiana", 39.8, -86.2),
    "KS": Region("US/Central", 37.7, -97.3),
    "KY": Region("US/Eastern", 38.3, -85.8),
    "LA": Region("US/Central", 30.0, -90.1),
    "MA": Region("US/Eastern", 42.4, -71.1),
    "MD": Region("US/Eastern", 39.3, -76.6),
    "ME": Region("US/Eastern", 43.7, -70.3),
    "MI": Region("US/Michigan", 42.3, -83.0),
    "MN": Region("US/Central", 45.0, -93.3),
    "MO": Region("US/Central", 39.1, -94.6),
    "MS": Region("US/Central", 32.3, -90.2),
    "MT": Region("US/Mountain", 45.8, -108.5),
    "NC": Region("US/Eastern", 35.2, -80.8),
    "ND": Region("US/Central", 46.9, -96.8),
    "NE": Region("US/Central", 41.3, -96.0),
    "NH": Region("US/Eastern", 43.0, -71.5),
    "NJ": Region("US/Eastern", 40.7, -74.2),
    "NM": Region("US/Mountain", 35.1, -106.6),
    "NV": Region("US/Pacific", 39.5, -119.8),
    "NY": Region("US/Eastern", 40.7, -74.0),
    "OH": Region("US/Eastern", 40.0, -83.0),
    "OK": Region("US/Central", 35.5, -97.5),
    "OR": Region("US/Pacific", 45.5, -122.7),
    "PA": Region("US/Eastern", 40.0, -75.2),
    "PR": Region("America/Puerto_Rico", 18.4, -66.1),
    "RI": Region("US/Eastern", 41.8, -71.4),
    "SC": Region("US/Eastern", 34.0, -81.0),
    "SD": Region("US/Central", 43.5, -96.7),
    "TN": Region("US/Central", 36.2, -86.8),
    "TX": Region("US/Central", 30.3, -97.7),
    "UT": Region("US/Mountain", 40.8, -111.9),
    "VA": Region("US/Eastern", 37.5, -77.4),
    "VT": Region("US/Eastern", 44.5, -73.2),
    "WA": Region("US/Pacific", 47.6, -122.3),
    "WI": Region("US/Central", 43.0, -87.9),
    "WV": Region("US/Eastern", 38.3, -81.6),
    "WY": Region("US/Mountain", 41.1, -104.8),
}
COUNTRIES: dict[str, Region] = {
    "AT": Region("Europe/Vienna", 48.2, 16.4),
    "AU": Region("Australia/Sydney", -33.9, 151.2),
    "BE": Region("Europe/Brussels", 50.8, 4.4),
    "BR": Region("America/Sao_Paulo", -23.5, -46.6),
    "CA": Region("America/Toronto", 43.7, -79.4),
    "CH": Region("Europe/Zurich", 47.4, 8.5),
    "CL": Region("America/Santiago", -33.5, -70.7),
    "DE": Region("Europe/Berlin", 51.3, 9.5),
    "DK": Region("Europe/Copenhagen", 55.7, 12.6),
    "ES": Region("Europe/Madrid", 40.4, -3.7),
    "FR": Region("Europe/Paris", 46.6, 2.4),
    "GB": Region("Europe/London", 52.5, -1.9),
    "IE": Region("Europe/Dublin", 53.3, -6.3),
    "IN": Region("Asia/Kolkata", 18.5, 73.9),
    "IT": Region("Europe/Rome", 41.9, 12.5),
    "JP": Region("Asia/Tokyo", 35.7, 139.7),
    "MX": Region("America/Mexico_City", 19.4, -99.1),
    "NL": Region("Europe/Amsterdam", 52.1, 5.1),
    "NZ": Region("Pacific/Auckland", -36.9, 174.8),
    "PH": Region("Asia/Manila", 14.6, 121.0),
    "PL": Region("Europe/Warsaw", 52.2, 21.0),
    "PT": Region("Europe/Lisbon", 38.7, -9.1),
    "SE": Region("Europe/Stockholm", 59.3, 18.1),
    "ZA": Region("Africa/Johannesburg", -26.2, 28.0),
}
SPREAD = 0.4  # degrees about the middle of a region


def place_of(address: Mapping[str, Any]) -> Place:
    """The place of an address. Of a region that nobody knows the zone is unknown, and its days are those of UTC."""
    country, state = str(address.get("country", "")), str(address.get("state", ""))
    region = STATES.get(state) if country == "US" else COUNTRIES.get(country)
    town = (str(address.get("city", "")), state or None, country, str(address.get("postal_code", "")))
    if region is None:
        return Place(*town, None, "Etc/UTC", 5.0, 0.0)
    noise = draw("town", country, state, address.get("postal_code"))
    north, east = ((noise // 2**shift % 801 - 400) / 400 * SPREAD for shift in (0, 16))
    degrees = (round(region.latitude + north, 4), round(region.longitude + east, 4))
    return Place(*town, region.timezone, region.timezone, *degrees)
