"""The page in a real browser: it asks for nothing, complains of nothing, and is readable, light and dark."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service as Driver
from selenium.webdriver.common.by import By

from enphase_cloud.look.report import Kept as Of
from enphase_cloud.look.report import report

from .worlds import GAPPED, NOW, WHOLE, Kept

CHROMIUM, CHROMEDRIVER = shutil.which("chromium"), shutil.which("chromedriver")
MISSING = " and ".join(
    name for name, path in (("chromium", CHROMIUM), ("chromedriver", CHROMEDRIVER)) if path is None
)
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {MISSING}")

EVIL = "<script>document.title='run'</script>"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A browser that reaches nothing, and notes what it is asked to reach."""
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for argument in (
        "--headless=new",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--no-proxy-server",
        "--host-resolver-rules=MAP * ~NOTFOUND",
        # the browser's own sandbox does not work for root
        *(["--no-sandbox"] if os.geteuid() == 0 else []),
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Driver(CHROMEDRIVER))
    try:
        yield driver
    finally:
        driver.quit()


@pytest.fixture(scope="module")
def page(world: Kept, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    with world.archive(world.renamed(folder / "home", EVIL)) as archive:
        content = report(
            archive.system(world.system_id(WHOLE)), Of(archive.contents(), archive.holes()), NOW
        ).page
    path = folder / "report.html"
    path.write_text(content, encoding="utf-8")
    return path


def opened(browser: Any, page: Path, scheme: str = "light", width: int = 1200) -> None:
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False},
    )
    browser.get(page.as_uri())


def colour(browser: Any, selector: str, which: str) -> tuple[float, ...]:
    """A colour that is computed, as red, green, blue."""
    value = browser.find_element(By.CSS_SELECTOR, selector).value_of_css_property(which)
    return tuple(float(each) for each in value[value.index("(") + 1 : -1].split(",")[:3])


def test_it_asks_for_nothing_and_complains_of_nothing(browser: Any, page: Path) -> None:
    """Anything that is loaded tells somebody who looks; anything its own policy forbids is missing from it."""
    for kind in ("browser", "performance"):
        browser.get_log(kind)
    opened(browser, page)
    events = [json.loads(each["message"])["message"] for each in browser.get_log("performance")]
    asked = [
        each["params"]["request"]["url"] for each in events if each["method"] == "Network.requestWillBeSent"
    ]
    assert set(asked) == {page.as_uri()}
    assert browser.get_log("browser") == []
    assert browser.title == f"{EVIL}: energy report", "a name is a name"
    assert browser.find_element(By.TAG_NAME, "h1").text == EVIL


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_charts_are_seen(browser: Any, page: Path, scheme: str) -> None:
    """Black on black, where the colours of the page do not reach into the charts."""
    opened(browser, page, scheme)
    charts = browser.find_elements(By.TAG_NAME, "svg")
    assert len(charts) == 4
    assert all(chart.is_displayed() and chart.size["height"] > 300 for chart in charts)
    assert all(chart.accessible_name for chart in charts)
    paper, words, drawn = (
        sum(colour(browser, *each))
        for each in (("body", "background-color"), ("body", "color"), ("svg text", "fill"))
    )
    assert abs(paper - words) > 500
    assert abs(paper - drawn) > 500
    assert (paper > words) is (scheme == "light")
    areas = "return [...document.querySelectorAll('svg path')].filter(e => e.getBBox().height > 50).length"
    assert browser.execute_script(areas) > 20


def test_nothing_is_cut_off_on_a_phone(browser: Any, page: Path) -> None:
    """Tables that push the page wider than the screen: they scroll by themselves."""
    opened(browser, page, width=400)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 400


def test_it_prints_light(browser: Any, page: Path) -> None:
    opened(browser, page, "dark")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert colour(browser, "body", "background-color") == (255, 255, 255)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_gaps_are_seen(browser: Any, world: Kept, tmp_path: Path) -> None:
    path = tmp_path / "gaps.html"
    with world.archive() as archive:
        system = archive.system(world.system_id(GAPPED))
        path.write_text(report(system, Of(archive.contents(), archive.holes()), NOW).page, encoding="utf-8")
    opened(browser, path)
    cells = [each.text for each in browser.find_elements(By.TAG_NAME, "td")]
    assert "11 h 45 min" in cells
