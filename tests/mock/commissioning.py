"""Ask a mock for what installers do: activations and what becomes of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.applications import Starlette

from enphase_cloud.mock import create_app

from .granting import FORM, as_caller, signed_in
from .playing import AUTH, NOW, Answer, ask, service_of

ACTIVATIONS = "/api/v4/partner/activations"
SYSTEMS = "/api/v4/systems"
INSTALLER = "installer@example.com"
RENO = {"street1": "12 Vine Street", "city": "Reno", "state": "NV", "country": "US", "postal_code": "89501"}
FRESNO = {**RENO, "city": "Fresno", "state": "CA", "postal_code": "93701"}
GATEWAY = "202140004942"
ENCHARGES = ["122038023664", "122038023672"]
CONTROLLER = "122051103228"
QUARTER, HOUR, DAY = 900, 3_600, 86_400
REPORTS = 1_100  # from NOW on: a quarter of an hour, and what is then left of the next
SEEN = REPORTS + HOUR
BODY: Mapping[str, Any] = {
    "system_name": "Reno roof",
    "reference": "RENO1",
    "address": RENO,
    "envoy_serial_numbers": [GATEWAY],
    "expected_pcu_count": 12,
    "expected_meter_count": 2,
    "encharge": [{"envoy_serial_number": GATEWAY, "encharge_serial_numbers": ENCHARGES}],
    "enpower": [{"envoy_serial_number": GATEWAY, "enpower_serial_numbers": [CONTROLLER]}],
}
"""All that a house needs but its owner."""


def started(**options: Any) -> Starlette:
    """A server whose clock stands still."""

    async def no_wait(seconds: float) -> None:
        pass

    return create_app(**{"homes": 2, "clock": NOW, "sleep": no_wait, **options})


class Partner:
    """Somebody who calls."""

    def __init__(self, app: Starlette, headers: Mapping[str, str] = AUTH) -> None:
        self.app, self.headers = app, headers
        self.service = service_of(app)

    def ask(self, path: str, method: str = "GET", body: Any = None, **query: Any) -> Answer:
        """One call; a body that is not bytes as JSON."""
        sent = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return ask(self.app, path, query, method=method, headers=self.headers, body=sent)

    def get(self, path: str, **query: Any) -> Any:
        """The JSON of a call that has to succeed."""
        answer = self.ask(path, **query)
        assert answer.status == 200, answer
        return answer.json

    def create(self, **changes: Any) -> int:
        """A house of the first owner, ready to go on by itself; changes of None leave a field out."""
        answer = self.post(**changes)
        assert answer.status == 201, answer
        made: int = answer.json["system_id"]
        return made

    def post(self, **changes: Any) -> Answer:
        """The answer to the same."""
        body = {**BODY, "owner_id": self.owner(), **changes}
        return self.ask(ACTIVATIONS, "POST", {name: each for name, each in body.items() if each is not None})

    def update(self, system_id: int, **changes: Any) -> Any:
        """The activation after a change."""
        answer = self.put(system_id, **changes)
        assert answer.status == 200, answer
        return answer.json

    def put(self, system_id: int, **changes: Any) -> Answer:
        """The answer to a change."""
        return self.ask(f"{ACTIVATIONS}/{system_id}", "PUT", {"address": RENO, **changes})

    def read(self, system_id: int, **query: Any) -> Any:
        return self.get(f"{ACTIVATIONS}/{system_id}", **query)

    def stage(self, system_id: int) -> int:
        stage: int = self.read(system_id)["stage"]
        return stage

    def listed(self, **query: Any) -> list[int]:
        """The ids of the list."""
        return [each["system_id"] for each in self.get(ACTIVATIONS, **query)["systems"]]

    def systems(self) -> set[int]:
        """The ids that Monitoring shows."""
        return {each["system_id"] for each in self.get(SYSTEMS, size=100)["systems"]}

    def owner(self, index: int = 0) -> int:
        """The user id of an owner."""
        return self.service.accounts.first[index].enl_uid

    def later(self, seconds: int) -> None:
        self.service.clock.advance(seconds)

    def signed_in(self, name: str) -> Partner:
        """A person who let the partners' application in."""
        return Partner(self.app, as_caller(signed_in(self.app, name)["access_token"]))


def form(key: str, dictionary: object) -> bytes:
    """A body as the vendor's document wants it."""
    return urlencode({key: json.dumps(dictionary)}).encode()


__all__ = [
    "ACTIVATIONS",
    "BODY",
    "CONTROLLER",
    "DAY",
    "ENCHARGES",
    "FORM",
    "FRESNO",
    "GATEWAY",
    "HOUR",
    "INSTALLER",
    "QUARTER",
    "RENO",
    "REPORTS",
    "SEEN",
    "SYSTEMS",
    "Partner",
    "form",
    "started",
]
