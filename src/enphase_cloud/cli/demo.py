"""`enphase demo`.

It starts the mock server in this process, at a time that stands still but for what is waited for, so that it shows the
same every time. Then it does what an owner would do, with the same commands: log in, sync, sync again, export, look.
Once on the Partner plan, with two years of history; once on the free plan, with thirty days.
"""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext, redirect_stdout
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .formats import json_option
from .session import INCOMPLETE, Failure, ended

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .owner import Owner

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = 86400
ALWAYS = {"rich": "rich", "PyYAML": "yaml", "starlette": "starlette", "uvicorn": "uvicorn"}
"""What nothing of it goes without: packages, and the modules that they bring."""
SOME = {
    "export and sql": {"duckdb": "duckdb", "pyarrow": "pyarrow"},
    "plot --to and report": {"matplotlib": "matplotlib"},
    "plot in the terminal": {"plotext": "plotext"},
}
"""What a part of it goes without."""
ALL_OF_IT = "pip install 'enphase-cloud[all]'"


@click.command("demo")
@click.option(
    "--output",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo-output"),
    show_default=True,
    help="Where files are written to.",
)
@click.option(
    "--days", type=click.IntRange(1), default=730, show_default=True, help="History on the Partner plan."
)
@json_option
def command(*, output: Path, days: int, as_json: bool) -> None:
    """Show all of it, on a house that the mock server plays. No account, and no call to the service.

    Two years are synced, exported and drawn on the Partner plan, and thirty days on the free one, with the commands
    that a person would type; each is shown. Variables ENPHASE_... are not read. What needs a package that is not
    installed is left out, and said before anything begins. With --json all of it goes to standard error, and what came
    of it is printed as one document.
    """
    if lacking := _lacking(ALWAYS):
        raise Failure(f"the demo needs {' and '.join(lacking)}, not installed here: {ALL_OF_IT}")
    left_out = {part: lacking for part, packages in SOME.items() if (lacking := _lacking(packages))}
    with redirect_stdout(sys.stderr) if as_json else nullcontext():
        for part, packages in left_out.items():
            click.echo(
                f"Left out: {part}, for want of {' and '.join(packages)}. For all of it: {ALL_OF_IT}\n"
            )
        with ended():
            commands, calls = _show(output, days, set(SOME) - set(left_out))
    if as_json:
        document = {
            "commands": [{"command": typed, "exit_status": status} for typed, status in commands],
            "calls": calls,
            "files": _written(output),
            "left_out": left_out,
        }
        click.echo(json.dumps(document, indent=2))
    for typed, status in commands:
        if status:
            raise Failure(f"`{typed}` ended with exit status {status}.")
    if left_out:
        raise click.exceptions.Exit(INCOMPLETE)


def _lacking(packages: dict[str, str]) -> list[str]:
    return [name for name, module in packages.items() if find_spec(module) is None]


def _written(folder: Path) -> list[str]:
    return [file.as_posix() for file in sorted(folder.glob("*.*"))]


def _show(folder: Path, days: int, parts: set[str]) -> tuple[list[tuple[str, int]], int]:
    """The commands with their exit status, and how many calls the server had."""
    from .. import mock  # noqa: PLC0415 - its packages are an extra, and are there by now
    from .owner import Owner, only  # noqa: PLC0415 - the help needs none of it

    folder.mkdir(parents=True, exist_ok=True)
    with only(), mock.serve(homes=1, clock=NOW.timestamp(), consent="approve") as server:
        click.echo(f"A mock server plays the Enphase cloud; its clock stands at {NOW:%Y-%m-%d %H:%M} UTC.\n")
        system_id = server.service.system_ids[0]
        partner, free = (Owner(server, folder, plan) for plan in ("partner", "watt"))
        for owner in (partner, free):
            owner.moves_out()
        with_history(partner, system_id, folder, days, parts)
        on_the_free_plan(free, system_id, parts)
        calls = len(server.service.journal)
    click.echo("\n".join(_closing_words(folder, system_id)))
    return [*partner.typed, *free.typed], calls


def with_history(owner: Owner, system_id: int, folder: Path, days: int, parts: set[str]) -> None:
    """Two years, what a second sync costs, and what can be made of them without a call."""
    since = (NOW - timedelta(days=days)).date()
    owner.logs_in()
    owner.runs("sync", "--since", since, "--dry-run")
    owner.runs("sync", "--since", since)
    hits, size = owner.kept()
    click.echo(f"{days} days of one house: {hits} hits, {size / 1e6:.1f} MB. And a second sync, at once:\n")
    owner.runs("sync", "--since", since)
    owner.waits(DAY)
    click.echo("A day later, only what is new, or may have been revised:\n")
    owner.runs("sync", "--since", since)
    if "export and sql" in parts:
        owner.runs("export", "--to", folder / "house.parquet")
        owner.runs("export", "--every", "day", "--to", folder / "days.csv")
    if "plot --to and report" in parts:
        owner.runs("plot", system_id, "--period", "month", "--to", folder / "month.png")
        owner.runs("report", system_id, "--to", folder / "report.html")
    if "export and sql" in parts:
        owner.runs(
            "sql",
            "select year(date) as year, round(sum(energy_wh) / 1000) as kwh from lifetime "
            "where series = 'production' group by all order by all",
        )


def on_the_free_plan(owner: Owner, system_id: int, parts: set[str]) -> None:
    """Thirty days, with ten calls a minute."""
    since = (NOW - timedelta(days=30)).date()
    owner.logs_in()
    owner.runs("sync", "--since", since)
    owner.runs("sync", "--since", since)
    owner.runs("status")
    if "plot in the terminal" in parts:
        owner.runs("plot", system_id, "--period", "day", "--date", (NOW - timedelta(days=2)).date())


def _closing_words(folder: Path, system_id: int) -> Iterator[str]:
    yield "Written:"
    yield from (f"  {file}" for file in _written(folder))
    yield ""
    programs = Path(sys.executable).parent
    if programs.is_relative_to(Path.cwd()):
        programs = programs.relative_to(Path.cwd())
    typed = programs / "enphase" if (programs / "enphase").exists() else "enphase"
    yield "Next, the same service on your own:"
    yield f"  {typed} mock"
    yield "and in another terminal, after the three export lines that it prints:"
    yield f"  {typed} systems"
    yield f"  {typed} sync {system_id} --since {(NOW - timedelta(days=30)).date()}"
    example = Path("examples") / "first_program.py"
    if example.exists():  # in a checkout
        yield f"  {programs / 'python'} {example}"
    yield "With an account: leave ENPHASE_BASE_URL out, and run `enphase login` (`enphase login --help` says how)."
