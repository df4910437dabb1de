"""Two years of a house, without an account: what `make demo` shows.

It starts the mock server in this process, at a time that stands still but for what is waited for, so that it shows the
same every time. Then it does what an owner would do, with the same commands: log in, sync, sync again, export, look.
Once on the Partner plan, with two years of history; once on the free plan, with thirty days.
"""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

from enphase_cloud import Archive, Runtime, login, mock
from enphase_cloud.cli.app import enphase

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = 86400


class World(Runtime):
    """The server's time. Whoever waits moves it on: nobody has to wait for a minute of the plan."""

    def __init__(self, server: mock.Server) -> None:
        self._clock = server.service.clock

    def time(self) -> float:
        return self._clock()

    def monotonic(self) -> float:
        return self._clock()

    def sleep(self, seconds: float) -> None:
        self._clock.advance(seconds)


class Owner:
    """Somebody with a house, a home folder of one's own, and a plan."""

    def __init__(self, server: mock.Server, folder: Path, plan: str) -> None:
        self._server = server
        self._world = World(server)
        self.plan = plan
        self.home = folder / f"home-{plan}"

    def logs_in(self) -> None:
        """The owner's consent: in a browser, or by password for a Partner application."""
        place: Any = {"home": self.home, "base_url": self._server.url, "runtime": self._world}
        application: Any = {
            "client_id": f"{self.plan}-client",
            "client_secret": f"{self.plan}-secret",
            "api_key": f"{self.plan}-key",
            "plan": self.plan,
        }
        if self.plan == "partner":
            login.with_password("owner1@example.com", "sandbox", **application, **place)
        else:
            login.with_browser(**application, **place, open_browser=_consents)
        print(f"logged in to {self._server.url} on the {self.plan} plan\n")

    def runs(self, *words: object) -> int:
        """Run a command as it would be typed, in this process; returns its exit status."""
        typed = [str(word) for word in words]
        print(f"$ enphase {' '.join(typed)}", flush=True)
        with _variables(ENPHASE_HOME=str(self.home)):
            try:
                enphase.main(args=typed, prog_name="enphase", obj=self._world)
            except SystemExit as end:
                status = end.code if isinstance(end.code, int) else 1
        print(flush=True)
        return status

    def waits(self, seconds: float) -> None:
        """Let time pass."""
        self._world.sleep(seconds)

    def kept(self) -> tuple[int, int]:
        """How many calls are in the archive, and how many bytes they are on the disk."""
        with Archive(self.home, self._server.url, runtime=self._world) as archive:
            hits = sum(each.hits for each in archive.contents())
            return hits, archive.path.stat().st_size


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo; 0 where every command did what it was to do."""
    parser = argparse.ArgumentParser(description="Two years of a house, from the mock server.")
    parser.add_argument("--output", type=Path, default=Path("demo-output"), help="folder for what is written")
    parser.add_argument("--days", type=int, default=730, help="history on the Partner plan")
    told = parser.parse_args(arguments)
    folder: Path = told.output
    folder.mkdir(parents=True, exist_ok=True)
    with mock.serve(homes=1, clock=NOW.timestamp(), consent="approve") as server:
        print(f"A mock server plays the Enphase cloud; its clock stands at {NOW:%Y-%m-%d %H:%M} UTC.\n")
        system_id = server.service.system_ids[0]
        partner, free = (Owner(server, folder, plan) for plan in ("partner", "watt"))
        good = with_history(partner, system_id, folder, told.days) and on_the_free_plan(free, system_id)
    print(closing_words(folder, system_id))
    return 0 if good else 1


def with_history(owner: Owner, system_id: int, folder: Path, days: int) -> bool:
    """Two years, what a second sync costs, and what can be made of them without a call."""
    since = (NOW - timedelta(days=days)).date()
    owner.logs_in()
    ended = [
        owner.runs("sync", "--since", since, "--dry-run"),
        owner.runs("sync", "--since", since),
    ]
    hits, size = owner.kept()
    print(f"{days} days of one house: {hits} hits, {size / 1e6:.1f} MB. And a second sync, at once:\n")
    ended.append(owner.runs("sync", "--since", since))
    owner.waits(DAY)
    print("A day later, only what is new, or may have been revised:\n")
    ended += [
        owner.runs("sync", "--since", since),
        owner.runs("export", "--to", folder / "house.parquet"),
        owner.runs("export", "--every", "day", "--to", folder / "days.csv"),
        owner.runs("plot", system_id, "--period", "month", "--to", folder / "month.png"),
        owner.runs("report", system_id, "--to", folder / "report.html"),
        owner.runs(
            "sql",
            "select year(date) as year, round(sum(energy_wh) / 1000) as kwh from lifetime "
            "where series = 'production' group by all order by all",
        ),
    ]
    return not any(ended)


def on_the_free_plan(owner: Owner, system_id: int) -> bool:
    """Thirty days, with ten calls a minute."""
    since = (NOW - timedelta(days=30)).date()
    owner.logs_in()
    ended = [
        owner.runs("sync", "--since", since),
        owner.runs("sync", "--since", since),
        owner.runs("status"),
        owner.runs("plot", system_id, "--period", "day", "--date", (NOW - timedelta(days=2)).date()),
    ]
    return not any(ended)


def closing_words(folder: Path, system_id: int) -> str:
    files = "\n".join(f"  {file.as_posix()}" for file in sorted(folder.glob("*.*")))
    programs = Path(sys.executable).parent
    if programs.is_relative_to(Path.cwd()):
        programs = programs.relative_to(Path.cwd())
    return f"""Written:
{files}

Next, the same service on your own:
  {programs / "enphase"} mock
and in another terminal, after the three export lines that it prints:
  {programs / "enphase"} systems
  {programs / "enphase"} sync {system_id} --since {(NOW - timedelta(days=30)).date()}
  {programs / "python"} examples/first_program.py
With an account: leave ENPHASE_BASE_URL out, and run `enphase login` (docs/connecting.md)."""


def _consents(address: str) -> bool:
    """A browser whose owner agrees: the mock's consent page sends it on at once."""
    with urlopen(address) as page:  # noqa: S310 - the mock server's
        return bool(page.status == 200)


@contextmanager
def _variables(**values: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


if __name__ == "__main__":
    sys.exit(main())
