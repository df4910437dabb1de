"""What the interface under `/_mock` does: an action for each path and method, and what it takes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from enphase_cloud.mock.clock import Clock
from enphase_cloud.mock.faults import BESIDE
from enphase_cloud.mock.handlers.live import check_site
from enphase_cloud.mock.history import History
from enphase_cloud.mock.journal import KEPT
from enphase_cloud.mock.replies import RefusedError
from enphase_cloud.mock.service import Service

PREFIX = "/_mock"
CALLS_SHOWN = 1_000
CLOCK = '{"now": 1780000000}, {"advance": 900} and {"speed": 60}'
FAULT = '{"name": "503", "count": 2, "operations": ["listSystems"]}'
SCRIPT = '{"script": ["503", null, "reset"]}'


class Order(NamedTuple):
    """One request: `body` is an object, empty where the action takes none; `url` is where the server was reached."""

    service: Service
    query: Mapping[str, str]
    body: Mapping[str, Any]
    url: str


class Action(NamedTuple):
    """What a method does. Raises ValueError for what is wrong with the request.

    run: gives what goes out as JSON, or its text
    body: an example of the JSON object that it takes; empty: none
    query: the parameters that it takes
    """

    run: Callable[[Order], Any]
    body: str = ""
    query: tuple[str, ...] = ()


class Resource(NamedTuple):
    """A path: what is there, and what each method does."""

    what: str
    actions: Mapping[str, Action]


def check_names(given: Mapping[str, Any], known: tuple[str, ...], what: str) -> None:
    """Raise ValueError for a name that nobody knows: a slip of the pen must not pass for nothing."""
    for name in given:
        if name not in known:
            there = f"there are: {', '.join(known)}" if known else "this takes none"
            raise ValueError(f"there is no {what} {name!r}; {there}")


def _number(body: Mapping[str, Any], name: str) -> float:
    value = body[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name} must be a number, not {value!r}")
    try:
        return float(value)
    except OverflowError:
        raise ValueError(f"{name} is too large a number") from None


def _index(order: Order) -> Any:
    service = order.service
    return {
        "about": "The mock of the Enphase cloud API v4, and what can be told to it. No key is needed here.",
        "systems": len(service.histories),
        "now": _clock(order)["utc"],
        "calls": len(service.journal),
        "endpoints": [
            {
                "url": f"{order.url}{PREFIX}{path}",
                "methods": ", ".join(resource.actions),
                "what": resource.what,
            }
            for path, resource in RESOURCES.items()
            if path
        ],
    }


def _reset(order: Order) -> Any:
    order.service.reset()
    return {"reset": True}


def _clock(order: Order) -> Any:
    clock = order.service.clock
    now = clock()
    return {"now": round(now, 3), "utc": _utc(now), "speed": clock.speed}


def _put_clock(order: Order) -> Any:
    clock, body = order.service.clock, order.body
    check_names(body, ("now", "advance", "speed"), "field")
    if not body or {"now", "advance"} <= set(body):
        raise ValueError(f'say one of {CLOCK}; "speed" goes with the others, too')
    moment = _number(body, "now") if "now" in body else clock()
    if "advance" in body:
        moment += _number(body, "advance")
    speed = _number(body, "speed") if "speed" in body else clock.speed
    Clock(moment, speed)  # both are checked before either is changed
    if set(body) != {"speed"}:
        clock.set(moment)
    if "speed" in body:
        clock.run(speed)
    return _clock(order)


def _settings(order: Order) -> Any:
    return order.service.settings.as_json()


def _patch_settings(order: Order) -> Any:
    order.service.change(**order.body)
    return _settings(order)


def _faults(order: Order) -> Any:
    return {"pending": order.service.faults.pending()}


def _post_faults(order: Order) -> Any:
    body, faults = order.body, order.service.faults
    if ("name" in body) == ("script" in body):
        raise ValueError(f"say what is to go wrong: {FAULT}, or {SCRIPT}")
    if "script" in body:
        check_names(body, ("script", "operations"), "field")
        faults.script(body["script"], operations=body.get("operations"))
    else:
        check_names(body, ("name", "count", "rate", "operations"), "field")
        faults.add(**body)
    return _faults(order)


def _delete_faults(order: Order) -> Any:
    order.service.faults.clear()
    return _faults(order)


def _journal(order: Order) -> str:
    service, operation = order.service, order.query.get("operation")
    known = [*service.document.operations, *BESIDE]
    if operation is not None and operation not in known:
        raise ValueError(f"there is no operation {operation!r}; there are: {', '.join(known)}")
    limit = order.query.get("limit", str(CALLS_SHOWN))
    if not (limit.isascii() and limit.isdigit() and len(limit) < 7 and int(limit) <= KEPT):
        raise ValueError(f"limit takes a whole number from 0 to {KEPT}, not {limit!r}")
    found = service.calls(operation)
    shown = ",\n".join(
        json.dumps(call.as_json()) for call in found[len(found) - min(int(limit), len(found)) :]
    )
    return f'{{"total": {len(found)}, "calls": [\n{shown}\n]}}'


def _delete_journal(order: Order) -> Any:
    order.service.journal.clear()
    return {"total": 0, "calls": []}


def _totals(order: Order) -> Any:
    return order.service.quota.totals(order.service.clock()).as_json()


def _accounts(order: Order) -> Any:
    accounts = order.service.accounts
    return {
        "applications": [
            {
                "name": each.name,
                "client_id": each.client_id,
                "client_secret": each.client_secret,
                "api_key": each.api_key,
                "plan": each.plan,
                "redirect_uris": each.redirect_uris,
            }
            for each in accounts.applications
        ],
        "people": [
            {
                "username": each.username,
                "password": each.password,
                "system_ids": "all" if each.system_ids is None else sorted(each.system_ids),
            }
            for each in accounts.owners
        ],
    }


def _systems(order: Order) -> Any:
    service = order.service
    return {
        "systems": [
            {
                "system_id": each.home.system_id,
                "name": activation.entered["system_name"],
                "timezone": each.home.place.timezone,
                "gateway": each.home.gateway_version,
                "owner": _email(service, activation.entered["owner_id"]),
                "since": None if each.home.operational_at is None else _date(each.home.operational_at),
                "peculiar": "; ".join(_peculiarities(each, service.now)),
            }
            for each in service.histories
            if (activation := service.activations.find(each.home.system_id)) is not None
        ]
    }


def _activations(order: Order) -> Any:
    service, now = order.service, order.service.now
    return {
        "activations": [
            {
                "system_id": each.system_id,
                "name": each.entered["system_name"],
                "references": list(each.references.values()),
                "stage": each.stage(now),
                "owner": _email(service, each.entered["owner_id"]),
                "created": _moment(each.created_at),
                "gateway_reports": _moment(each.connected_at),
                "devices_seen": _moment(each.verified_at),
                "produces": each.verified(now) and each.production.on(now),
            }
            for each in service.activations
        ]
    }


def _email(service: Service, user_id: int | None) -> str | None:
    return None if user_id is None else service.people.users[user_id].email


def _moment(moment: int | None) -> str | None:
    return None if moment is None else _utc(moment)


def _peculiarities(history: History, now: int) -> list[str]:
    """What tells a home from the others, in words."""
    home, told = history.home, []
    if home.connected_at is None:
        told.append("never reports")
    elif home.operational_at is None:
        told.append("nothing is measured yet")
    if history.storage is None or home.battery is None:
        told.append("no battery")
    else:
        units = "AC Batteries" if home.battery.kind == "acb" else "batteries"
        told.append(f"{home.battery.units} {units} in {history.storage.orders(now).mode}")
    if home.chargers:
        told.append(f"{home.chargers} EV charger{'s' if home.chargers > 1 else ''}")
    if home.metered_at is None:
        told.append("no meters")
    elif home.metered_at != home.operational_at:
        told.append(f"meters since {_date(home.metered_at)} only")
    if home.replaced_at is not None:
        told.append(f"meters replaced on {_date(home.replaced_at)}")
    if home.gap is not None:
        told.append(f"nothing is reported from {_utc(home.gap[0])} to {_utc(home.gap[1])}")
    if home.silent_at is not None:
        told.append(f"reports end at {_utc(home.silent_at)}")
    if home.place.timezone is None:
        told.append("no time zone on record")
    try:
        check_site(history, now)
    except RefusedError as error:
        told.append(f"no live stream ({error.status})")
    return told


def _utc(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _date(moment: float) -> str:
    return _utc(moment)[:10]


RESOURCES = {
    "": Resource("This page.", {"GET": Action(_index)}),
    "/reset": Resource(
        "POST: everything as it was at the start, settings and clock too; no calls, hits, tokens, faults, commands.",
        {"POST": Action(_reset)},
    ),
    "/clock": Resource(
        "The server's own time. PUT takes now (epoch seconds) or advance (seconds), and speed (0: it stands still).",
        {"GET": Action(_clock), "PUT": Action(_put_clock, CLOCK)},
    ),
    "/settings": Resource(
        "The switches, which `enphase mock --list-settings` explains. PATCH takes those that are to change.",
        {"GET": Action(_settings), "PATCH": Action(_patch_settings, '{"plan": "watt"}')},
    ),
    "/faults": Resource(
        "What is to go wrong. POST takes a name (see `enphase mock --list-faults`), with count, rate and operations, "
        "or a script of names; DELETE ends it all.",
        {
            "GET": Action(_faults),
            "POST": Action(_post_faults, f"{FAULT} or {SCRIPT}"),
            "DELETE": Action(_delete_faults),
        },
    ),
    "/journal": Resource(
        f"The calls, oldest first: the last {CALLS_SHOWN}, or ?limit=N; with ?operation=listSystems those of one "
        "operation. DELETE forgets them.",
        {"GET": Action(_journal, query=("operation", "limit")), "DELETE": Action(_delete_journal)},
    ),
    "/totals": Resource(
        "What each application has used of its plan, what is left, and what it cost.",
        {"GET": Action(_totals)},
    ),
    "/systems": Resource(
        "The homes, what is peculiar about each, and whose they are; dates are those of UTC.",
        {"GET": Action(_systems)},
    ),
    "/activations": Resource(
        "The activations, how far each is, and when its gateway reports and its devices are seen, or will be.",
        {"GET": Action(_activations)},
    ),
    "/accounts": Resource(
        "Applications with their keys, secrets and plans; people with their passwords.",
        {"GET": Action(_accounts)},
    ),
}
"""By path below `PREFIX`."""
