"""Tests of software for Enphase, without an account: the fixtures come with the package, `pytest` finds them.

`enphase_mock` is a server that behaves like the service, as new for each test; `enphase_env` sets the variables that
lead to it, for this process and those that it starts.
"""

import os
from datetime import date

import httpx
import pytest

from enphase_cloud.mock import Server

# the server's clock stands still: today is 15 June 2026, whenever this runs
pytestmark = pytest.mark.enphase_mock(clock=1_781_553_600)


class TryLaterError(Exception):
    """The service cannot say now."""


def produced_kwh(system_id: int, day: date) -> float:
    """The software under test. Yours is your own, in any language that speaks HTTP."""
    credentials = {
        "key": os.environ["ENPHASE_API_KEY"],
        "Authorization": f"Bearer {os.environ['ENPHASE_ACCESS_TOKEN']}",
    }
    with httpx.Client(base_url=os.environ["ENPHASE_BASE_URL"], headers=credentials) as http:
        try:
            answer = http.get(
                f"/api/v4/systems/{system_id}/energy_lifetime",
                params={"start_date": day.isoformat(), "end_date": day.isoformat()},
            )
            answer.raise_for_status()
            energy_wh: int = answer.json()["production"][0]
        except (httpx.HTTPError, LookupError, ValueError) as error:
            raise TryLaterError(str(error)) from error
    return energy_wh / 1000


@pytest.fixture
def system_id(enphase_env: dict[str, str], enphase_mock: Server) -> int:
    """A home with panels, a battery and an EV charger."""
    return enphase_mock.service.system_ids[0]


def test_a_day_costs_one_hit(system_id: int, enphase_mock: Server) -> None:
    assert produced_kwh(system_id, date(2026, 6, 14)) > 0
    [call] = enphase_mock.service.journal
    assert call.operation == "getEnergyLifetime"


@pytest.mark.parametrize("fault", ["503", "html_200", "truncated_json", "reset_mid_body"])
def test_it_survives_what_networks_do(system_id: int, enphase_mock: Server, fault: str) -> None:
    enphase_mock.service.faults.add(fault, count=1)
    with pytest.raises(TryLaterError):
        produced_kwh(system_id, date(2026, 6, 14))
    assert produced_kwh(system_id, date(2026, 6, 14)) > 0


@pytest.mark.enphase_mock(plan="watt")
def test_the_free_plan_has_ten_calls_a_minute(system_id: int, enphase_mock: Server) -> None:
    for _ in range(10):
        produced_kwh(system_id, date(2026, 6, 14))
    with pytest.raises(TryLaterError, match="429"):
        produced_kwh(system_id, date(2026, 6, 14))
    enphase_mock.service.clock.advance(60)
    assert produced_kwh(system_id, date(2026, 6, 14)) > 0
