"""A person with a browser: opens the authorize page, chooses, approves or denies, and the application gets on."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service as Driver
from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

from enphase_cloud import mock
from enphase_cloud.mock.accounts import PASSWORD

from .playing import NOW

CHROMIUM, CHROMEDRIVER = shutil.which("chromium"), shutil.which("chromedriver")
MISSING = " and ".join(
    name for name, path in (("chromium", CHROMIUM), ("chromedriver", CHROMEDRIVER)) if path is None
)
pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {MISSING}")

VENDOR = "https://api.enphaseenergy.com/oauth/redirect_uri"
STATE = 'it\'s "me" & <you> ü'
OWNER, OTHER = "owner1@example.com", "owner2@example.com"
WAIT_S = 10


@pytest.fixture(scope="module")
def browser() -> Iterator[WebDriver]:
    """A browser that reaches nothing but this machine."""
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
        "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
        # the browser's own sandbox does not work for root
        *(["--no-sandbox"] if os.geteuid() == 0 else []),
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Driver(CHROMEDRIVER))
    try:
        yield driver
    finally:
        driver.quit()


@pytest.fixture(scope="module")
def running() -> Iterator[mock.Server]:
    with mock.serve(clock=NOW, homes=4, auth="strict") as server:
        yield server


@pytest.fixture
def server(running: mock.Server) -> mock.Server:
    running.service.reset()
    return running


class Listener(HTTPServer):
    """What an application on a person's machine waits with for the answer."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Callback)
        self.got: list[dict[str, list[str]]] = []
        self.url = f"http://localhost:{self.server_port}/callback"


class _Callback(BaseHTTPRequestHandler):
    server: Listener

    def do_GET(self) -> None:
        """Keep what came, and say so."""
        where = urlsplit(self.path)
        if where.path == "/callback":
            self.server.got.append(parse_qs(where.query))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<title>Received</title>")

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as listening:
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield listening
        finally:
            listening.shutdown()
            thread.join()


def open_page(browser: WebDriver, server: mock.Server, redirect_uri: str, **more: str) -> None:
    wish = {
        "response_type": "code",
        "client_id": "megawatt-client",
        "redirect_uri": redirect_uri,
        "state": STATE,
    }
    browser.get(f"{server.url}/oauth/authorize?{urlencode(wish | more)}")


def console(browser: Any) -> list[Any]:
    """What the browser complained of since it was last asked."""
    return list(browser.get_log("browser"))


def click(browser: WebDriver, text: str, title: str) -> None:
    """Click the button with that text, and wait for the page with that title."""
    [button] = [each for each in browser.find_elements(By.TAG_NAME, "button") if each.text == text]
    button.click()
    WebDriverWait(browser, WAIT_S).until(lambda shown: title in shown.title)


def exchange(server: mock.Server, code: str, redirect_uri: str) -> Any:
    answer = httpx.post(
        f"{server.url}/oauth/token",
        data={"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri},
        auth=("megawatt-client", "megawatt-secret"),
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def systems_of(server: mock.Server, access_token: str) -> list[int]:
    headers = {"key": "megawatt-key", "authorization": f"Bearer {access_token}"}
    answer = httpx.get(f"{server.url}/api/v4/systems", headers=headers)
    assert answer.status_code == 200, answer.text
    return [each["system_id"] for each in answer.json()["systems"]]


def test_a_person_approves_and_the_application_gets_in(
    browser: WebDriver, server: mock.Server, listener: Listener
) -> None:
    console(browser)  # what came before
    open_page(browser, server, listener.url)
    assert "Sandbox Megawatt" in browser.find_element(By.TAG_NAME, "h1").text
    assert listener.url in browser.find_element(By.TAG_NAME, "main").text
    Select(browser.find_element(By.ID, "owner")).select_by_value(OTHER)
    password = browser.find_element(By.ID, "password")
    password.clear()
    password.send_keys(PASSWORD)
    click(browser, "Approve", "Received")
    [got] = listener.got
    assert got["state"] == [STATE]
    issued = exchange(server, got["code"][0], listener.url)
    assert systems_of(server, issued["access_token"]) == server.service.system_ids[1::2]
    paths = {call.path for call in server.service.journal}
    assert paths == {"/oauth/authorize", "/oauth/token", "/api/v4/systems"}, "the page loads nothing else"
    assert console(browser) == [], "and its policy forbids nothing that it needs"


def test_the_page_is_styled_and_readable_by_its_labels(browser: WebDriver, server: mock.Server) -> None:
    open_page(browser, server, VENDOR)
    # the style is let in by its hash: one letter off, and the page is bare
    assert browser.find_element(By.TAG_NAME, "main").value_of_css_property("max-width") == "480px"
    names = [
        each.accessible_name
        for each in browser.find_elements(By.CSS_SELECTOR, "select, [type=password], button")
    ]
    assert names == ["Sign in as", "Password", "Approve", "Deny"]
    assert browser.find_element(By.ID, "password").get_property("value") == PASSWORD


def test_a_wrong_password_asks_again_and_enter_approves(
    browser: WebDriver, server: mock.Server, listener: Listener
) -> None:
    open_page(browser, server, listener.url, owner=OTHER)
    password = browser.find_element(By.ID, "password")
    password.clear()
    password.send_keys("wrong")
    click(browser, "Approve", "asks for access")
    WebDriverWait(browser, WAIT_S).until(lambda shown: shown.find_elements(By.CSS_SELECTOR, "[role=alert]"))
    assert listener.got == []
    chosen = Select(browser.find_element(By.ID, "owner")).first_selected_option
    assert chosen.get_attribute("value") == OTHER
    browser.find_element(By.ID, "password").send_keys("\n")
    WebDriverWait(browser, WAIT_S).until(lambda shown: "Received" in shown.title)
    issued = exchange(server, listener.got[0]["code"][0], listener.url)
    assert systems_of(server, issued["access_token"]) == server.service.system_ids[1::2]


def test_a_person_denies(browser: WebDriver, server: mock.Server, listener: Listener) -> None:
    open_page(browser, server, listener.url)
    browser.find_element(By.ID, "password").clear()
    click(browser, "Deny", "Received")
    [got] = listener.got
    assert (got["error"], got["state"]) == (["access_denied"], [STATE])
    assert "code" not in got


def test_a_person_copies_the_code_from_the_page_of_the_service(
    browser: WebDriver, server: mock.Server
) -> None:
    open_page(browser, server, VENDOR)
    click(browser, "Approve", "Your code")
    assert browser.current_url.startswith(f"{server.url}/oauth/redirect_uri?")
    issued = exchange(server, browser.find_element(By.ID, "code").text, VENDOR)
    assert systems_of(server, issued["access_token"]) == server.service.system_ids[0::2]
    open_page(browser, server, VENDOR)
    click(browser, "Deny", "You denied access")


def test_a_link_that_is_wrong_shows_why(browser: WebDriver, server: mock.Server) -> None:
    open_page(browser, server, "http://example.com/<b>")
    assert browser.current_url.startswith(f"{server.url}/oauth/authorize?")
    assert "redirect_uri" in browser.find_element(By.TAG_NAME, "main").text
    assert browser.find_element(By.ID, "error").text == "invalid_request"
