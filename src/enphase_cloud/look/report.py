"""The report of a site: one page of HTML that holds everything it shows.

It has no script and asks for nothing, and its own policy forbids both. The same archive and the same time give the same
bytes.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import _time
from ..errors import InvalidRequest
from .charts import by_day, charted
from .html import Html, joined, table, tag
from .inline import drawn
from .nothing import nothing_in, refuse_future
from .periods import Period, Span, cut, next_month, next_year
from .readings import Readings
from .steps import EXPECTED, Stretch
from .style import STYLE
from .totals import totals_of
from .tracks import TRACKS
from .words import MISSING, NAMES, kwh, percent, shown_name, summary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from ..archived import Contents, Hole
    from ..system import System
    from .charts import Chart
    from .steps import Value
    from .totals import Totals

MOST_GAPS = 200
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_MINUTE = "%Y-%m-%d %H:%M"
_DAY = timedelta(days=1)
_ALL = 10_000


class Kept(NamedTuple):
    """What an archive has to say of a system besides its rows."""

    contents: Sequence[Contents]
    holes: Sequence[Hole]


class Report(NamedTuple):
    """The page of a site, and the figures in it as what JSON can say."""

    page: str
    figures: dict[str, Any]


def report(
    site: System, kept: Kept, now: datetime, start: date | None = None, end: date | None = None
) -> Report:
    """The report of a site, for its local dates `start <= date < end`; without them, for all that is kept.

    NothingToShow where nothing is kept of the site, or of those dates; InvalidRequest for dates that are none.
    ConfigurationError where matplotlib is missing: `pip install "enphase-cloud[plot]"`.
    """
    contents = [each for each in kept.contents if each.system_id == site.system_id]
    readings = Readings(site, now)
    span = _span(readings, contents, start, end)
    units, _ = by_day(readings, span)
    if not units:
        raise nothing_in(readings, span, f"{span.first} to {span.after - _DAY}")
    totals = totals_of(units)
    name = shown_name(site.name) or f"System {site.system_id}"
    zone = readings.place.zone_name
    about = [
        ("System", str(site.system_id)),
        ("From", f"{span.first} to {span.after - _DAY}"),
        ("Time zone", zone),
        ("Settled until", _settled(contents, readings)),
        ("Made", f"{_local(now, readings)}"),
    ]
    body = [
        tag("header", tag("h1", name), tag("dl", *(_pair(*each) for each in about), class_="about")),
        tag(
            "main",
            _section(
                "Totals",
                tag("dl", *(_pair(*each) for each in _figures(totals)), class_="figures"),
                _incomplete(totals),
            ),
            *_charts(readings, span, contents),
            _section("By year", _by("Years", span, units, next_year, "%Y")),
            _section("By month", _by("Months", span, units, next_month, "%Y-%m")),
            _section("What is missing", *_missing(readings, span, contents, kept.holes)),
            _section("What it cost", _cost(contents, readings)),
            _section("How it is reckoned", *_reckoned()),
        ),
    ]
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", f"{name}: energy report"),
        tag("style", Html(STYLE)),
    )
    page = f"<!DOCTYPE html>\n{tag('html', head, tag('body', *body), lang='en')}\n"
    return Report(page, _in_figures(readings, span, units, contents))


def _span(readings: Readings, contents: Sequence[Contents], start: date | None, end: date | None) -> Span:
    """From the first day with energy, or the first interval that is kept, to today."""
    begins = [
        each.start.astimezone(readings.zone).date()
        for each in contents
        if each.start and each.kind == "telemetry"
    ]
    since = readings.since
    if start is not None:
        refuse_future(readings, Span(start, start + _DAY), f"start {start}")
    first = start or min([*begins, *([since] if since else [])], default=readings.today)
    after = min(end or readings.today + _DAY, readings.today + _DAY)
    if first >= after:
        msg = f"no day from {first} to {after} (the end is exclusive) has begun: give another start or end."
        raise InvalidRequest(msg)
    return Span(first, after)


def _in_figures(
    readings: Readings, span: Span, units: dict[str, list[Value]], contents: Sequence[Contents]
) -> dict[str, Any]:
    """What the page says in numbers. Energies are Wh; `end` is the day after the last."""
    settled = _settled_until(contents)
    return {
        "system_id": readings.place.system_id,
        "name": readings.place.name,
        "timezone": readings.place.zone_name,
        "start": span.first.isoformat(),
        "end": span.after.isoformat(),
        "made_at": _time.aware(readings.now).isoformat(),
        "settled_until": None if settled is None else settled.isoformat(),
        "totals": totals_of(units).as_json(),
        "years": _parts(span, units, next_year, "%Y"),
        "months": _parts(span, units, next_month, "%Y-%m"),
        "answers": sum(each.answers for each in contents),
        "hits": sum(each.hits for each in contents),
        "bytes": sum(each.bytes for each in contents),
    }


def _parts(
    span: Span, units: dict[str, list[Value]], following: Callable[[date], date], written: str
) -> list[dict[str, Any]]:
    return [
        {"of": f"{first:{written}}", **totals_of(values).as_json()}
        for first, values in _cut_up(span, units, following)
    ]


def _cut_up(
    span: Span, units: dict[str, list[Value]], following: Callable[[date], date]
) -> Iterator[tuple[date, dict[str, list[Value]]]]:
    """The days of each month or year of a span, with the first of them."""
    for first, after in pairwise(cut(span, following)):
        low, high = (first - span.first).days, (after - span.first).days
        yield first, {name: values[low:high] for name, values in units.items()}


def _section(title: str, *content: Html) -> Html:
    return tag("section", tag("h2", title), *content)


def _pair(name: str, value: str) -> Html:
    return tag("div", tag("dt", name), tag("dd", value))


def _figures(totals: Totals) -> list[tuple[str, str]]:
    energies = [(NAMES[name].capitalize(), _energy(name, totals)) for name in totals.energy_wh]
    return [
        *energies,
        ("Self-sufficiency", percent(totals.self_sufficiency)),
        ("Self-consumption", percent(totals.self_consumption)),
    ]


def _energy(name: str, totals: Totals) -> str:
    if name not in totals.energy_wh:
        return MISSING
    return f"{'≥ ' if name in totals.incomplete else ''}{kwh(totals.energy_wh[name])}"


def _incomplete(totals: Totals) -> Html:
    return (
        tag("p", "≥: a part of the time is missing, or still to come.", class_="note")
        if totals.incomplete
        else joined(())
    )


# ------------------------------------------------------------------------------------------------------- charts


def _charts(readings: Readings, span: Span, contents: Sequence[Contents]) -> list[Html]:
    """The last day of which all may be known, its month, its year, and all of it."""
    last = min(span.after - _DAY, max(readings.today - _DAY, span.first))
    ends = [each.end for each in contents if each.end and each.kind == "telemetry"]
    measured = last
    if ends:
        known = max(ends).astimezone(readings.zone)
        measured = min(last, max(known.date() - _DAY, span.first))
    titles = {
        Period.DAY: (measured, "The last day"),
        Period.MONTH: (last, "The last month"),
        Period.YEAR: (last, "The last year"),
        Period.LIFETIME: (last, "All of it"),
    }
    found = []
    for period, (on, title) in titles.items():
        chart = charted(readings, period, on, span)
        if chart.tracks:
            found.append(_section(f"{title}: {chart.title}", _figure(chart)))
    return found


def _figure(chart: Chart) -> Html:
    told = summary(chart.totals, _ALL)
    unit = "power in kW by interval" if chart.period is Period.DAY else "energy in kWh"
    missing = "; ".join(dict.fromkeys(hole.reason for hole in chart.holes))
    words = f"Chart of {chart.title}, {unit}: {'; '.join(told)}." + (
        f" Missing in part: {missing}." if missing else ""
    )
    sources = "; ".join(f"{NAMES[name]}: {track.source}" for name, track in chart.tracks.items())
    caption = tag("figcaption", *told, tag("br"), tag("small", f"From {sources}."))
    return tag("figure", tag("div", drawn(chart, chart.title, words), class_="wide"), caption)


# ------------------------------------------------------------------------------------------------------- tables


def _by(
    caption: str,
    span: Span,
    units: dict[str, list[Value]],
    following: Callable[[date], date],
    written: str,
) -> Html:
    """The totals of each month or year, in kWh."""
    names = [name for name in TRACKS if name in units]
    rows = []
    for first, values in _cut_up(span, units, following):
        totals = totals_of(values)
        rows.append(
            [
                f"{first:{written}}",
                *(_cell(name, totals, values[name]) for name in names),
                percent(totals.self_sufficiency),
                percent(totals.self_consumption),
            ]
        )
    columns = [
        caption.removesuffix("s"),
        *(NAMES[name] for name in names),
        "self-sufficiency",
        "self-consumption",
    ]
    return table(f"{caption}, in kWh", columns, rows)


def _cell(name: str, totals: Totals, values: Sequence[Value]) -> str:
    if all(each.energy_wh is None for each in values):
        return MISSING
    return f"{'≥ ' if name in totals.incomplete else ''}{totals.energy_wh[name] / 1000:,.1f}"


def _missing(
    readings: Readings, span: Span, contents: Sequence[Contents], holes: Sequence[Hole]
) -> list[Html]:
    """Gaps of the series of the site, the youngest first, and what sync asked for in vain."""
    found: dict[Stretch, list[str]] = defaultdict(list)
    for each in contents:
        if each.kind != "telemetry" or each.serial or each.start is None or each.end is None:
            continue
        begin, over = int(each.start.timestamp()), int(each.end.timestamp())
        for gap in readings.gaps(each.series, span):
            start, end = max(gap.start, begin), min(gap.end, over)
            if start < end and gap.reason not in EXPECTED:
                found[Stretch(start, end, gap.reason)].append(each.series)
    rows = [
        [
            _at(gap.start, readings),
            _at(gap.end, readings),
            _length(gap.end - gap.start),
            gap.reason,
            ", ".join(of),
        ]
        for gap, of in sorted(found.items(), reverse=True)[:MOST_GAPS]
    ]
    parts = []
    if rows:
        more = len(found) - len(rows)
        caption = f"Gaps{f': the youngest {len(rows)} of {len(found)}' if more else ''}"
        parts.append(table(caption, ("From", "To", "Length", "Reason", "Series"), rows, words=5))
    else:
        parts.append(tag("p", "No gap in any series of intervals, as far as they are archived."))
    own = [hole for hole in holes if hole.system_id == readings.site.system_id]
    if own:
        rows = [
            [
                _series(hole.kind, hole.name, hole.serial),
                _local(hole.start, readings),
                _local(hole.end, readings),
                hole.reason,
                hole.problem,
                _local(hole.at, readings),
            ]
            for hole in own
        ]
        columns = ("Series", "From", "To", "Reason", "Problem", "Asked for")
        parts.append(
            table("Asked for in vain by the last sync; the next one asks again", columns, rows, words=6)
        )
    return parts


def _cost(contents: Sequence[Contents], readings: Readings) -> Html:
    """What the answers took that are archived."""
    rows = [
        (
            _series(each.kind, each.name, each.serial),
            _local(each.start, readings, each.kind),
            _local(each.end, readings, each.kind),
            _local(each.final_until, readings, each.kind),
            f"{each.answers:,}",
            f"{each.hits:,}",
            f"{each.bytes / 1000:,.0f}",
        )
        for each in contents
    ]
    hits, answers = sum(each.hits for each in contents), sum(each.answers for each in contents)
    size = sum(each.bytes for each in contents)
    foot = ("All", "", "", "", f"{answers:,}", f"{hits:,}", f"{size / 1000:,.0f}")
    columns = ("Series", "From", "To", "Settled until", "Answers", "Hits", "kB")
    return table("Hits of what is archived of this system", columns, rows, words=4, foot=foot)


def _series(kind: str, series: str, serial: str | None) -> str:
    named = f"lifetime {series}" if kind == "lifetime" else series
    return f"{named} {serial}" if serial else named


def _settled(contents: Sequence[Contents], readings: Readings) -> str:
    return _local(_settled_until(contents), readings)


def _settled_until(contents: Sequence[Contents]) -> datetime | None:
    """Up to when every series of intervals of the site is settled; None where one is not at all."""
    own = [each for each in contents if each.kind == "telemetry" and not each.serial]
    times = [each.final_until for each in own if each.final_until is not None]
    return min(times) if own and len(times) == len(own) else None


def _local(at: datetime | None, readings: Readings, kind: str = "") -> str:
    """A time on the clock of the site; of lifetime series, the date."""
    if at is None:
        return MISSING
    return f"{at:%Y-%m-%d}" if kind == "lifetime" else f"{at.astimezone(readings.zone):{_MINUTE}}"


def _at(epoch: int, readings: Readings) -> str:
    return _local(_time.aware(epoch), readings)


def _length(seconds: int) -> str:
    days, rest = divmod(seconds, 86_400)
    hours, minutes = rest // 3600, rest % 3600 // 60
    parts = [(days, "d"), (hours, "h"), (minutes, "min")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 min"


def _reckoned() -> list[Html]:
    told = (
        "Energies of a day are those of the lifetime series where there is one, else the sums of the intervals that "
        "begin on it, by the clock of the site. A zero with which the service fills days of which nothing was "
        "reported is a gap.",
        "Production is the meter's where there is one, else that of the microinverters.",
        "Self-sufficiency is 1 − import / consumption; self-consumption is 1 − export / production. Both are of those "
        "days of which both are known.",
        "Shaded in a chart: nothing is known. Hatched: a part is known, or the rest is still to come.",
    )
    return [tag("p", each) for each in told]
