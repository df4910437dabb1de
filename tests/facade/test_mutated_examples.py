"""The documented answers with one thing in them changed: no bare exception, and no row lost that could be read."""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import httpx
import pytest
from enphase_v4.catalog import OPERATIONS
from regenerate import documents, schemas
from regenerate.generate import DOCUMENTS

from enphase_cloud import EnphaseError

from ..conftest import Found
from ..paths import ROOT
from .asking import DAY, USES, House
from .worlds import MODES, NOW, World, reply

SHORTEST = 1_700
"""How many variants there are at least: fewer, and something is not tried any more."""
BEGAN = NOW - NOW % DAY - DAY
"""When the day begins that series are asked for."""


UNREADABLE = ("a word for a number", "a list", "an object")
"""Changes that leave nothing that could be read in that place."""


DEPTH = {"getInvertersSummary": 2, "getEnergyImportTelemetry": 2, "getEnergyExportTelemetry": 2}
"""How many lists lie around an item, where it is not one."""


class Variant(NamedTuple):
    """An answer in which one thing is not what the document says."""

    what: str
    path: tuple[Any, ...]
    body: Any
    harmless: bool
    """A reader may not lose anything by it."""


def examples() -> dict[str, list[Any]]:
    """The documented successes of each operation."""
    found: dict[str, list[Any]] = {name: [] for name in OPERATIONS}
    published = [documents.load(ROOT / "openapi" / f"{name}.yaml") for name in DOCUMENTS]
    for _, _, operation in (each for document in published for each in schemas.operations(document)):
        name = operation["operationId"]
        name = name[0].lower() + name[1:]  # as the overlay spells it
        for status, response in operation["responses"].items():
            for media in response["content"].values():
                if int(status) < 300:
                    shown = [media["example"]] if "example" in media else []
                    shown += [each["value"] for each in media.get("examples", {}).values()]
                    found[name] += shown
    arrays = [each for example in found["getSystemArrays"] for each in example["arrays"]]
    return {
        name: shown
        or (arrays if name in ONE_ARRAY else found.get(BORROWED.get(name, ""), []))
        or [OF_CHARGERS[name]]
        for name, shown in found.items()
    }


BORROWED = {
    "getCompanyUser": "getUser",
    "updateUser": "getUser",
    "updateSystemMeter": "getSystemMeter",
    "updateSystemTariffSettings": "getSystemTariffSettings",
    "updateSystemArrays": "getSystemArrays",
    "deleteSystemArray": "deleteActivation",
}
"""Whose answer has the shape of one that the documents show no example of."""
CHARGER = {
    "id": "1:2",
    "serial_number": "202320010308",
    "name": "Garage",
    "sku": "IQ-EVSE-40R",
    "part_number": "865-02030 09",
    "active": "true",
    "status": "normal",
    "last_report_at": NOW,
}
SESSION = {"start_time": NOW - DAY, "end_time": NOW - DAY // 2, "duration": 43_200, "energy_added": 7.5}
WEEK_DAYS = {"days": [1, 2], "start_time": "01:00", "end_time": "05:30", "charging_level": 40}
OF_CHARGERS: dict[str, Any] = {
    "fetchChargersSummary": {
        "system_id": 1,
        "items": "devices",
        "devices": {"ev_chargers": [CHARGER, {**CHARGER, "id": "1:3"}]},
    },
    "fetchEvents": {"count": 2, "events": [{"status": "Info", "triggered_date": NOW - at} for at in (9, 5)]},
    "fetchChargerSessionHistory": {
        "system_id": 1,
        "count": 2,
        "sessions": [SESSION, {**SESSION, "cost": 0.5}],
    },
    "fetchSchedules": {
        "charger_schedules": [{"type": "Custom", "schedules": [WEEK_DAYS], "is_active": True}]
    },
    "fetchDailyEnergyConsumptionData": {"start_date": "2026-06-11", "consumption": [3494, 0, 12]},
    "fetchEnergyConsumptionData": {
        "granularity": "day",
        "start_at": BEGAN,
        "end_at": BEGAN + DAY,
        "consumption": [{"consumption": 9, "end_at": 0}, {"consumption": 0, "end_at": 0}],
    },
    "startCharging": {"message": "Request sent successfully"},
    "stopCharging": {"message": "Request sent successfully"},
}
"""Answers of the operations of which the documents show none that succeeds."""
ONE_ARRAY = ("getSystemArray", "updateSystemArray")
"""Whose answer is a part of one that there is an example of."""
EXAMPLES = examples()


def placed(operation_id: str, example: Any) -> Any:
    """The example as of the day that is asked for: the rows of the document lie outside of its own windows."""
    window = OPERATIONS[operation_id].window
    body = copy.deepcopy(example)
    if window is None or window.kind == "lifetime":
        return body
    if window.kind == "log":
        for index, item in enumerate(body[window.rows]):
            for name in item:
                if name.endswith("_time") and item[name] is not None:
                    item[name] = BEGAN + 60 * index
        return body
    for name, value in ((window.answer_start, BEGAN), (window.answer_end, BEGAN + DAY)):
        if name:
            body[name] = value
    ends = iter(range(BEGAN + window.step_seconds, BEGAN + DAY, window.step_seconds))
    for row in flat(body[window.rows]):
        row[window.row_end] = next(ends)
    for name in ("last_report_at", "last_energy_at"):
        if "meta" in body:
            body["meta"][name] = NOW
    return body


def flat(rows: list[Any]) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield from flat(row) if isinstance(row, list) else (row,)


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in inner:
        yield (*path, key), value
        yield from places(value, (*path, key))


def changed(body: Any, path: tuple[Any, ...], value: Any, *, drop: bool = False) -> Any:
    result = copy.deepcopy(body)
    node = result
    for step in path[:-1]:
        node = node[step]
    if drop:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return result


def variants(body: Any) -> Iterator[Variant]:
    """One thing changed: a key dropped, null, a number as text, an unknown word, a list for an object, a key more."""
    for path, value in places(body):
        yield Variant("dropped", path, changed(body, path, None, drop=True), harmless=False)
        yield Variant("null", path, changed(body, path, None), harmless=value is None)
        if isinstance(value, int | float) and not isinstance(value, bool):
            yield Variant("as text", path, changed(body, path, str(value)), harmless=True)
            yield Variant("a word for a number", path, changed(body, path, "n/a"), harmless=False)
        elif isinstance(value, str):
            yield Variant("another word", path, changed(body, path, "Never Heard Of"), harmless=False)
            yield Variant("a number for a word", path, changed(body, path, 7), harmless=False)
        elif isinstance(value, dict):
            yield Variant("a list", path, changed(body, path, [value]), harmless=False)
            yield Variant(
                "one key more", (*path, "new"), changed(body, (*path, "new"), {"a": [1]}), harmless=True
            )
        elif isinstance(value, list):
            yield Variant("an object", path, changed(body, path, {"0": value}), harmless=False)
    if isinstance(body, dict):
        yield Variant("one key more", ("new",), {**body, "new": {"a": [1]}}, harmless=True)


ALL = {
    name: [(body := placed(name, shown), list(variants(body))) for shown in EXAMPLES[name]] for name in USES
}


def test_there_are_enough_of_them() -> None:
    assert sum(len(made) for cases in ALL.values() for _, made in cases) >= SHORTEST
    assert all(cases and all(made for _, made in cases) for cases in ALL.values())


def within(operation_id: str, path: tuple[Any, ...]) -> bool:
    """Whether a path leads into one item: then that one item is all that may be lost."""
    return sum(isinstance(step, int) for step in path[:-1]) >= DEPTH.get(operation_id, 1)


def outcome(use: Callable[[Any], Any], body: Any) -> tuple[EnphaseError | None, Counter[str]]:
    """What was raised, or what came."""
    try:
        return None, items_of(use(body))
    except EnphaseError as error:
        return error, Counter()


def items_of(found: Any) -> Counter[str]:
    return Counter(repr(item) for item in (found if isinstance(found, list) else [found]))


@pytest.mark.parametrize(
    ("client", "every"), [("sync", 1), ("async", 5), pytest.param("async", 1, marks=pytest.mark.soak)]
)
@pytest.mark.parametrize("operation_id", USES)
def test_one_thing_that_is_wrong_takes_nothing_else_down(
    operation_id: str, client: str, every: int, found: Found
) -> None:
    """Of the async client, which reads answers as the other does, a part: one of five, as most values have four."""
    content, asked, wrong, unsaid = b"", 0, 0, 0

    def serve(request: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        assert asked < 10, "it goes on asking"
        if operation_id == "getLiveData":
            return reply(200, content, content_type="text/event-stream")
        return reply(200, content)

    mode = MODES[client](World(serve))
    try:
        house = House(mode, mode.client.system(1, timezone="UTC"))

        def use(body: Any) -> Any:
            nonlocal content, asked
            asked = 0
            content = json.dumps(body).encode()
            if operation_id == "getLiveData":
                content = b"data: " + json.dumps(body.get("data")).encode() + b"\n\n"
            return USES[operation_id](house)

        for body, made in ALL[operation_id]:
            good = items_of(use(body))
            for variant in made[::every]:
                where = f"{variant.what} at {variant.path}"
                house.problems.clear()
                refused, left = outcome(use, variant.body)
                lost = good - left
                wrong += 1
                unsaid += bool(lost and refused is None and variant.what in UNREADABLE and not house.problems)
                if refused is not None:
                    assert not within(operation_id, variant.path), f"{where}: {refused}"
                if variant.harmless:
                    assert (refused, lost) == (None, Counter()), where
                elif within(operation_id, variant.path):
                    assert lost.total() <= 1, f"{where}: {lost}"
                if lost and refused is None and variant.what in UNREADABLE:
                    assert house.problems, f"{where}: {lost} went without a word"
    finally:
        mode.close()
    found(answers_with_one_thing_wrong=wrong, items_that_went_without_a_word=unsaid)
