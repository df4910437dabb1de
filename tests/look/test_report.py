"""The page: everything in it, the same each time, and nobody's text is markup."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from enphase_cloud import Hole, InvalidRequest
from enphase_cloud.look.html import Html, joined, tag
from enphase_cloud.look.report import Kept as Of
from enphase_cloud.look.report import report

from .worlds import GAPPED, MICROS, NOW, WHOLE, Kept

VOID = {"meta", "br"}
EVIL = "<script>alert(1)</script>\"'&<img src=x onerror=alert(2)>"


class Page(HTMLParser):
    """What stands in a page: tags with their attributes, ids, and the text of each kind of element."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[tuple[str, str]] = []
        self.feed(page)
        assert self.open == [], "each element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append((self.open[-1] if self.open else "", data))

    def of(self, name: str) -> list[str]:
        return [data for tag, data in self.text if tag == name]


def page_of(world: Kept, index: int, home: Path | None = None, **dates: date) -> str:
    with world.archive(home) as archive:
        system = archive.system(world.system_id(index))
        return report(system, Of(archive.contents(), archive.holes()), NOW, **dates).page


@pytest.fixture(scope="module")
def page(world: Kept) -> str:
    return page_of(world, WHOLE)


def test_the_same_archive_and_time_give_the_same_bytes(world: Kept, page: str) -> None:
    assert page_of(world, WHOLE) == page


def test_nobodys_name_is_markup(world: Kept, tmp_path: Path) -> None:
    """A system whose name is a script: whoever may rename it runs code in the browser of whoever looks."""
    found = Page(page_of(world, WHOLE, world.renamed(tmp_path / "home", EVIL)))
    assert found.of("h1") == [EVIL]
    assert not {"script", "img"} & {tag for tag, _ in found.tags}
    assert not [name for _, attributes in found.tags for name in attributes if name.startswith("on")]


def test_the_page_needs_nothing_else(page: str) -> None:
    found = Page(page)
    tags = {tag for tag, _ in found.tags}
    assert not tags & {"script", "link", "img", "iframe", "object", "form", "base"}
    links = [value for _, attributes in found.tags for name, value in attributes.items() if "href" in name]
    assert all(value and value.startswith("#") for value in links)
    assert not re.search(r"(?<!xmlns=\")https?://", page)
    policy = [attributes["content"] for tag, attributes in found.tags if "http-equiv" in attributes]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"]


def test_ids_are_of_one_element_each_and_all_references_find_theirs(page: str) -> None:
    """Clip paths of one chart that cut another."""
    ids = Counter(attributes["id"] for _, attributes in Page(page).tags if "id" in attributes)
    assert set(ids.values()) == {1}
    told = set(re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', page))
    assert {one or other for one, other in told} <= set(ids)


def test_it_can_be_read_without_seeing_it(page: str) -> None:
    found = Page(page)
    assert ("html", {"lang": "en"}) in found.tags
    charts = [attributes for tag, attributes in found.tags if tag == "svg"]
    assert len(charts) == 4
    assert all(chart["role"] == "img" and chart["aria-labelledby"] for chart in charts)
    assert len(found.of("desc")) == 4
    assert all("kWh" in words for words in found.of("desc"))
    tables = [tag for tag, _ in found.tags].count("table")
    assert len(found.of("caption")) == tables >= 4
    assert found.of("h2")[:2] == ["Totals", "The last day: 19 November 2026"]


def test_the_figures_are_those_of_the_lifetime_series(world: Kept, page: str) -> None:
    site = world.archive().system(world.system_id(WHOLE))
    of_2025 = sum(row.energy_wh or 0 for row in site.lifetime("consumption", "2025-01-01", "2026-01-01"))
    assert f'<td class="number">{of_2025 / 1000:,.1f}</td>' in page
    of_march = sum(row.energy_wh or 0 for row in site.lifetime("export", "2026-03-01", "2026-04-01"))
    assert f'<td class="number">{of_march / 1000:,.1f}</td>' in page


def test_dates_narrow_it(world: Kept) -> None:
    page = page_of(world, WHOLE, start=date(2026, 3, 5), end=date(2026, 5, 2))
    rows = re.findall(r'<th scope="row">(\d{4}(?:-\d\d)?)</th>', page)
    assert rows == ["2026", "2026-03", "2026-04", "2026-05"]
    assert "2026-03-05 to 2026-05-01" in page
    with pytest.raises(InvalidRequest, match="lies in the future"):
        page_of(world, WHOLE, start=date(2027, 3, 5))
    with pytest.raises(InvalidRequest, match="no such system before"):
        page_of(world, WHOLE, start=date(2010, 3, 5), end=date(2010, 5, 2))


def test_gaps_and_what_it_cost_are_listed(world: Kept) -> None:
    page = page_of(world, GAPPED)
    row = ["2025-10-10 20:00", "11 h 45 min", "not reported"]
    told = "".join(f"<td>{each}</td>" for each in row)
    assert f'<th scope="row">2025-10-10 08:15</th>{told}<td>battery, consumption_meter' in page
    with world.archive() as archive:
        own = [each for each in archive.contents() if each.system_id == world.system_id(GAPPED)]
    assert f'<td class="number">{sum(each.hits for each in own)}</td>' in page.split("<tfoot>")[1]


def test_what_a_sync_asked_for_in_vain_is_listed(world: Kept) -> None:
    """A problem is the service's text: it is no markup either."""
    number = world.system_id(MICROS)
    at = NOW - timedelta(days=3)
    problem = "<b>503</b>"
    holes = [
        Hole(system, "telemetry", "encharge", "12", at, NOW, "failed call", problem, NOW)
        for system in (number, 5)
    ]
    with world.archive() as archive:
        page = report(archive.system(number), Of(archive.contents(), holes), NOW).page
    cells = [
        "2026-11-17 09:00",
        "2026-11-20 09:00",
        "failed call",
        "&lt;b&gt;503&lt;/b&gt;",
        "2026-11-20 09:00",
    ]
    row = "".join(f"<td>{each}</td>" for each in cells)
    assert page.count(f'<th scope="row">encharge 12</th>{row}') == 1, "its own, not that of another system"


def test_a_home_without_meters(world: Kept) -> None:
    found = Page(page_of(world, MICROS))
    assert "Production" in found.of("dt")
    assert "Consumption" not in found.of("dt")
    assert found.of("dd")[-1] == "–", "no share is reckoned from what nobody knows"


def test_an_archive_of_days_alone(world: Kept, tmp_path: Path) -> None:
    """Somebody who has fetched what costs a hit, and no intervals yet."""
    with world.enphase(tmp_path) as enphase:
        [system] = [each for each in enphase.systems() if each.system_id == world.system_id(WHOLE)]
        list(system.lifetime("production"))
    page = page_of(world, WHOLE, tmp_path)
    found = Page(page)
    assert [tag for tag, _ in found.tags].count("svg") == 3
    assert "The last day" not in page
    assert "No gap in any series of intervals" in page


def test_html_escapes_whatever_is_not_markup() -> None:
    assert tag("p", "<b>", Html("<i></i>"), title='"&') == '<p title="&quot;&amp;">&lt;b&gt;<i></i></p>'
    assert joined([tag("br"), "&"]) == "<br>&amp;"
