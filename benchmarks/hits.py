"""What a range costs in hits: ours, the least possible, and a call for each day of data, as scripts do it.

One house of the embedded mock server, whose journal counts what it was asked, in virtual time.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from math import ceil
from pathlib import Path
from typing import Any

from enphase_v4.catalog import TELEMETRY

from benchmarks import peers
from benchmarks.tables import OURS, Row, Table
from enphase_cloud import Call, CallResult, Enphase, Hooks, Runtime, mock

DAY = 86_400
WIDEST = 7 * DAY
"""The widest window that the service gives in one call, as the facts about it say."""
NOW = 1_782_000_000  # 2026-06-21 00:00 UTC
MONTH_DAYS, TWO_YEARS = 30, 730
STOCK_OPERATIONS = {
    "production_micro": "site_level_production_monitoring.get_production_micro_telemetry",
    "production_meter": "site_level_production_monitoring.get_production_meter_telemetry",
    "consumption_meter": "site_level_consumption_monitoring.get_consumption_meter_telemetry",
    "battery": "site_level_consumption_monitoring.get_battery_telemetry",
    "energy_import": "site_level_consumption_monitoring.get_energy_import_telemetry",
    "energy_export": "site_level_consumption_monitoring.get_energy_export_telemetry",
}
SERIES = tuple(STOCK_OPERATIONS)
FREE_PER_MINUTE, FREE_PER_MONTH = 10, 1_000
"""Of the free plan."""
PARTNER_INCLUDED, PARTNER_HIT_USD = 10_000, 0.005
HOUSES = 100
ANSWER_SECONDS = 0.5
"""What a call takes, in the virtual time of the free plan."""
KEY, TOKEN = "any-key", "any-token"


class Virtual(Runtime):
    """Time of the client and of the server alike; who waits moves it on."""

    def __init__(self) -> None:
        self.now = float(NOW)
        self.answer_seconds = 0.0
        self._lock = threading.Lock()

    def time(self) -> float:
        return self.now

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.now += seconds

    def chance(self) -> float:
        return 0.5


class Slow(Hooks):
    """Each answer takes its time, as those of the script do."""

    def __init__(self, at: Virtual) -> None:
        self._at = at

    def after_call(self, call: Call, result: CallResult) -> None:
        self._at.sleep(self._at.answer_seconds)


@dataclass
class House:
    """A house, the service that knows it, and their time."""

    server: mock.Server
    time: Virtual
    system_id: int
    zone: str
    key: str = KEY
    unread: int = 0
    """Answers that a peer could not read."""

    @property
    def headers(self) -> dict[str, str]:
        return {"key": self.key, "Authorization": f"Bearer {TOKEN}"}

    def asked(self, work: Callable[[], None]) -> dict[str, int]:
        """How many calls were made, and how many of them were refused for a limit."""
        self.server.service.journal.clear()
        work()
        calls = [call for call in self.server.service.journal if call.operation is not None]
        return {"hits": len(calls), "refused": sum(call.status == 429 for call in calls)}

    def hits(self, work: Callable[[], None]) -> int:
        return self.asked(work)["hits"]


@contextmanager
def house(plan: str | None = None) -> Iterator[House]:
    """A new server each time."""
    at = Virtual()
    key = KEY if plan is None else f"{plan}-key"
    with mock.serve(seed=1, homes=1, clock=at.time, access_token=TOKEN, **application(plan)) as server:
        home = server.service.histories[0].home
        yield House(server, at, home.system_id, str(home.zone), key)


def application(plan: str | None) -> dict[str, Any]:
    """What is registered with the server: of a plan, one that has its limits."""
    return {"api_key": KEY} if plan is None else {}


def ours(house: House, folder: Path, days: int, plan: str | None = None) -> Callable[[], None]:
    """Six series of so many days up to now, through the client and its archive."""

    def read() -> None:
        start = datetime.fromtimestamp(NOW - days * DAY, UTC)
        with Enphase(
            api_key=house.key,
            access_token=TOKEN,
            base_url=house.server.url,
            home=folder,
            plan=plan,
            runtime=house.time,
            hooks=Slow(house.time),
        ) as enphase:
            system = enphase.system(house.system_id, timezone=house.zone)
            for series in SERIES:
                for _ in system.telemetry(series, start):
                    pass

    return read


def starts(days: int) -> range:
    return range(NOW - days * DAY, NOW, DAY)


def script(house: House, days: int) -> Callable[[], None]:
    """One call a day of data, as `granularity=day` is what comes without asking. Where it is refused it waits for as
    long as it is told, and asks again."""

    def read() -> None:
        requests = import_module("requests")
        with requests.Session() as session:
            for series in SERIES:
                url = house.server.url + TELEMETRY[series].path.format(system_id=house.system_id)
                for start in starts(days):
                    while True:
                        answer = session.get(
                            url, headers=house.headers, params={"start_at": start}, timeout=60
                        )
                        house.time.sleep(house.time.answer_seconds)
                        if answer.status_code != 429:
                            break
                        house.time.sleep(60)
                    answer.json()

    return read


def stock(house: House, days: int) -> Callable[[], None]:
    """The same with the stock client, which has no ranges."""
    client = peers.stock().AuthenticatedClient(
        base_url=house.server.url, token=TOKEN, headers={"key": house.key}
    )

    def read() -> None:
        with client:
            for name in STOCK_OPERATIONS.values():
                operation = import_module(f"stock_client.api.{name}")
                for start in starts(days):
                    try:
                        operation.sync(house.system_id, client=client, start_at=start)
                    except (TypeError, ValueError, KeyError, AttributeError):  # the hit is spent all the same
                        house.unread += 1

    return read


def least(days: float) -> int:
    return len(SERIES) * ceil(days * DAY / WIDEST)


def ranges(days: int, label: str, house: House, folder: Path) -> Iterator[Row]:
    """The first fill, at once again, and a day later."""
    house.time.now = NOW
    read = ours(house, folder / str(days), days)
    first, again = house.hits(read), house.hits(read)
    house.time.now = NOW + DAY
    later = house.hits(read)
    house.time.now = NOW
    by_script, by_stock = house.hits(script(house, days)), house.hits(stock(house, days))
    others = {peers.REQUESTS: float(by_script), peers.STOCK: float(by_stock)}
    yield Row(label, {OURS: first, **others}, "hits", goal=float(least(days)), digits=0)
    yield Row(f"{label}, at once again", {OURS: again, **others}, "hits", goal=0, digits=0)
    more = {name: hits + len(SERIES) for name, hits in others.items()}
    yield Row(
        f"{label}, and a day later, the whole again",
        {OURS: later, **more},
        "hits",
        goal=float(least(1)),
        digits=0,
    )


def limited(folder: Path) -> Iterator[Row]:
    """What the free plan's limits do to both, by the server's own count of them."""
    refused, hours = {}, {}
    for name in (OURS, peers.REQUESTS):
        with house("watt") as each:
            each.time.answer_seconds = ANSWER_SECONDS
            read = ours(each, folder, MONTH_DAYS, "watt") if name == OURS else script(each, MONTH_DAYS)
            refused[name] = float(each.asked(read)["refused"])
            hours[name] = (each.time.now - NOW) / 60
    yield Row("30 days on the free plan: calls refused for its limits", refused, "429s", goal=0, digits=0)
    yield Row("30 days on the free plan: until all is there", hours, "minutes, virtual", digits=1)


def reckoned(rows: list[Row]) -> Iterator[Row]:
    """What the hits of two years mean for plans: divided and multiplied, not measured."""
    hits = {name: figure for name, figure in rows[0].figures.items() if figure is not None}
    yield Row(
        "two years, at the free plan's pace",
        {name: each / FREE_PER_MINUTE for name, each in hits.items()},
        "minutes",
        digits=0,
    )
    yield Row(
        "two years, in months of the free plan",
        {name: float(ceil(each / FREE_PER_MONTH)) for name, each in hits.items()},
        "months",
        digits=0,
    )
    yield Row(
        f"two years of {HOUSES} such houses on the Partner plan, in one month",
        {name: max(0, each * HOUSES - PARTNER_INCLUDED) * PARTNER_HIT_USD for name, each in hits.items()},
        "USD",
        digits=0,
    )


def tables() -> Iterator[Table]:
    """Hits, and what they mean."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        home = stack.enter_context(house())
        month = list(ranges(MONTH_DAYS, "30 days", home, Path(folder)))
        years = list(ranges(TWO_YEARS, "two years", home, Path(folder)))
        unread: dict[str, float | None] = {OURS: 0, peers.STOCK: home.unread}
        free = list(limited(Path(folder) / "free"))
    yield Table(
        "Hits for a range",
        f"Six series ({', '.join(SERIES)}) of one house of the embedded mock server, up to now, in virtual time, as "
        f"the server's journal counts them. The goal is the least possible: the range divided by the widest window of "
        f"a call, a week, rounded up, for each series; nothing for what is archived; and a day later one window for "
        f"each series. The peers have no ranges and no archive: they are given a loop of one call a day of data, as "
        f"`granularity` unsaid means a day. Their first "
        f"fill was made, call by call; who asks again pays the same again, and a day more the day after.",
        [*month, *years, Row("answers of these that could not be read", unread, "answers", digits=0)],
    )
    yield Table(
        "What hits cost",
        f"The first two rows are measured: the same 30 days with a key of the free plan, whose limits the mock server "
        f"enforces ({FREE_PER_MINUTE} a minute, {FREE_PER_MONTH:,} a month). Each call takes "
        f"{ANSWER_SECONDS} s; "
        f"and where the script is refused, it sleeps a minute and asks again. The "
        f"others are reckoned from the hits of the two years above; on the Partner plan a hit beyond "
        f"{PARTNER_INCLUDED:,} of a month is {PARTNER_HIT_USD} USD.",
        [*free, *reckoned(years)],
    )


if __name__ == "__main__":
    print(*tables(), sep="\n")
