"""Pictures and text: the same for the same data, whatever the name of the system and the settings of the person."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree as ET

import matplotlib
import pytest

from enphase_cloud.look.charts import Chart, charted
from enphase_cloud.look.drawing import picture
from enphase_cloud.look.periods import Period
from enphase_cloud.look.terminal import text

from .worlds import GAP_DAY, GAPPED, MICROS, NOW, WHOLE, Kept

ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
PNG = b"\x89PNG\r\n\x1a\n"


def chart_of(world: Kept, period: Period, index: int = WHOLE, on: date = date(2026, 7, 19)) -> Chart:
    return charted(world.readings(index), period, on)


def named(chart: Chart, name: str) -> Chart:
    return replace(chart, place=chart.place._replace(name=name))


def words_of(svg: bytes) -> list[str]:
    root = ET.fromstring(svg)  # noqa: S314 - we wrote it
    return [text.strip() for text in root.itertext() if text.strip()]


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_the_same_data_give_the_same_bytes(world: Kept, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A time of writing in the file, ids that are drawn by lot, and the style of whoever draws."""
    chart = chart_of(world, Period.DAY)
    first = picture(chart, kind)
    monkeypatch.setitem(matplotlib.rcParams, "font.size", 31)
    monkeypatch.setitem(matplotlib.rcParams, "axes.facecolor", "red")
    assert picture(chart, kind) == first
    assert matplotlib.rcParams["font.size"] == 31, "and the style is theirs again afterwards"
    assert not re.search(rb"dc:date|Creation Time|Software", first)


def test_a_picture_has_the_size_that_is_asked_for(world: Kept) -> None:
    content = picture(chart_of(world, Period.MONTH), "png", 900, 500)
    assert content.startswith(PNG)
    assert [int.from_bytes(content[at : at + 4], "big") for at in (16, 20)] == [900, 500]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("$\\alpha$ 5$", "$\\alpha$ 5$, 19 July 2026"),
        ("<b>&amp;", "<b>&amp;, 19 July 2026"),
        ("a\n\x1b[31mb\u202e", "a�\ufffd[31mb�, 19 July 2026"),
        ("太陽 🌞", "太陽 🌞, 19 July 2026"),
        ("x" * 300, f"{'x' * 59}…, 19 July 2026"),
        ("\ud800", "\ufffd, 19 July 2026"),
        ("", "System 698905094, 19 July 2026"),
    ],
    ids=["mathematics", "markup", "control", "no glyph", "long", "half a letter", "none"],
)
def test_any_name_can_be_drawn(world: Kept, name: str, shown: str) -> None:
    """Names that matplotlib reads as mathematics, that break a terminal or the file, or that no font has."""
    chart = named(chart_of(world, Period.DAY), name)
    assert shown in words_of(picture(chart, "svg"))
    assert picture(chart, "png").startswith(PNG)
    assert text(chart).splitlines()[0] == shown


def test_axes_say_unit_and_time_zone(world: Kept) -> None:
    day = words_of(picture(chart_of(world, Period.DAY), "svg"))
    assert {"power (kW)", "from / to (kW)", "charge (%)", "local time, US/Pacific", "03:00", "24:00"} <= set(
        day
    )
    year = words_of(picture(chart_of(world, Period.YEAR), "svg"))
    assert {"energy (kWh)", "month, calendar of US/Pacific", "Jan", "Dec"} <= set(year)
    spring = words_of(picture(chart_of(world, Period.DAY, on=date(2026, 3, 8)), "svg"))
    assert "local time, US/Pacific: a day of 23 hours" in spring


def test_what_is_missing_is_in_the_legend(world: Kept) -> None:
    """A gap that looks like a quiet afternoon."""
    assert "missing: not reported" in words_of(picture(chart_of(world, Period.DAY, GAPPED, GAP_DAY), "svg"))
    assert "incomplete" in words_of(picture(chart_of(world, Period.MONTH, GAPPED, GAP_DAY), "svg"))
    whole = words_of(picture(chart_of(world, Period.DAY), "svg"))
    assert not [each for each in whole if each.startswith(("missing", "incomplete"))]


def test_only_what_was_measured_is_drawn(world: Kept) -> None:
    words = words_of(picture(chart_of(world, Period.MONTH, MICROS, NOW.date()), "svg"))
    assert "production" in words
    assert not {"consumption", "charge (%)", "from / to (kWh)"} & set(words)


@pytest.mark.parametrize("period", list(Period))
@pytest.mark.parametrize("width", [40, 80, 213])
def test_text_fits_the_terminal(world: Kept, period: Period, width: int) -> None:
    """Lines that wrap, so that nothing stands where it belongs; colours where there are none."""
    chart = chart_of(world, period)
    plain, coloured = text(chart, width), text(chart, width, coloured=True)
    framed = [line for line in plain.splitlines() if "┌" in line or "│" in line or "┤" in line]
    assert len(framed) >= 20
    assert max(map(len, framed)) <= width
    assert "\x1b" not in plain
    assert "\x1b[38;5;214m" in coloured
    assert [line.rstrip() for line in ESCAPES.sub("", coloured).splitlines()] == [
        line.rstrip() for line in plain.splitlines()
    ]


def test_text_shows_a_gap(world: Kept) -> None:
    shown = text(chart_of(world, Period.DAY, GAPPED, GAP_DAY))
    assert "· missing" in shown
    assert any("·" * 10 in line for line in shown.splitlines())
    assert "missing: 08:15 to 20:00: not reported (production, consumption" in shown


def test_text_of_one_series(world: Kept) -> None:
    shown = text(chart_of(world, Period.LIFETIME, MICROS, NOW.date()))
    assert "production" in shown
    assert "consumption" not in shown
