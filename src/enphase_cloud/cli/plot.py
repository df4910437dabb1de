"""`enphase plot`."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import click

from ..look.charts import Chart, charted
from ..look.drawing import LEAST_HEIGHT, LEAST_WIDTH
from ..look.nothing import nothing_in
from ..look.periods import Period, written
from ..look.readings import Readings
from .app import Settings
from .looking import STANDARD, NothingKept, deliver, kept_of, last_of, present, refuse_terminal, site_of
from .output import standard_output
from .series import SYSTEM_ID
from .session import archived, profile_option

KINDS = ("png", "svg")


@click.command("plot")
@click.argument("system", type=SYSTEM_ID)
@click.option(
    "--period", type=click.Choice([str(each) for each in Period]), help="How much of it. [default: day]"
)
@click.option(
    "--date",
    metavar="DATE",
    help="A day of the period: '2026-05-17'; or '2026-05' for a month, '2026' for a year. [default: the last]",
)
@click.option(
    "--to", metavar="FILE", help="Write a picture, FILE.png or FILE.svg ('-': print a PNG), in place of text."
)
@click.option(
    "--width",
    type=click.IntRange(40, 10_000),
    help="Columns of the text, or pixels of the picture, which has 720 at least.",
)
@click.option(
    "--height",
    type=click.IntRange(6, 10_000),
    help="Lines of the topmost panel, or pixels of the picture, which has 520 at least.",
)
@click.option("--timezone", metavar="NAME", help="Time zone of the site, where the archive does not know it.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print what the chart is drawn from, as one JSON document."
)
@profile_option("Whose systems, where several grants are stored.")
@click.pass_obj
def command(
    settings: Settings,
    *,
    system: int,
    period: str | None,
    date: str | None,
    to: str | None,
    width: int | None,
    height: int | None,
    timezone: str | None,
    as_json: bool,
) -> None:
    """Draw a day, a month, a year or all of the system with the id SYSTEM, from what is archived. No hit.

    Production and consumption; what came from grid and battery, and what went there; the state of charge. A day is
    drawn as power (kW), anything longer as energy (kWh), on the clock and the calendar of the site. What is missing
    is shown as missing.
    """
    kind = _kind(to, as_json=as_json)
    if to is not None:
        refuse_terminal(to)
        _check_size(width, height)
    with archived(settings) as archive:
        contents = kept_of(archive, system)
        readings = Readings(site_of(archive, system, timezone), present(settings))
        on, length = written(date) if date else (None, Period.DAY)
        length = Period(period) if period else length
        chart = charted(readings, length, on or last_of(contents, readings, length))
        if not chart.tracks:
            nothing = nothing_in(readings, chart.span, chart.title, days=length is not Period.DAY)
            raise NothingKept(str(nothing))
        if as_json:
            click.echo(json.dumps(chart.as_json()))
        elif to is not None:
            _draw(chart, to, kind, width, height)
        else:
            _print(chart, width, height)


def _kind(to: str | None, *, as_json: bool) -> str:
    if to is None:
        return ""
    if as_json:
        raise click.UsageError("--to and --json cannot be used together: choose one.")
    if to == STANDARD:
        return KINDS[0]
    kind = Path(to).suffix.lower().removeprefix(".")
    if kind not in KINDS:
        raise click.UsageError(f"--to {to}: a picture is a .png or a .svg file.")
    return kind


def _check_size(width: int | None, height: int | None) -> None:
    for name, asked, least in (("--width", width, LEAST_WIDTH), ("--height", height, LEAST_HEIGHT)):
        if asked is not None and asked < least:
            raise click.UsageError(
                f"{name} {asked}: nobody could read that; a picture has at least {least} pixels."
            )


def _draw(chart: Chart, to: str, kind: str, width: int | None, height: int | None) -> None:
    from ..look.drawing import HEIGHT, WIDTH, picture  # noqa: PLC0415 - text needs none of it

    deliver(to, picture(chart, kind, width or WIDTH, height or HEIGHT))


def _print(chart: Chart, width: int | None, height: int | None) -> None:
    from ..look.terminal import WIDTH, text  # noqa: PLC0415 - pictures need none of it

    stream = standard_output()
    plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb" or not stream.isatty()
    columns = width or (shutil.get_terminal_size((WIDTH, 24)).columns if stream.isatty() else WIDTH)
    sys.stdout.write(text(chart, columns, height, coloured=not plain))
    sys.stdout.flush()
