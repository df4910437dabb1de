"""The mock as a server: in a thread, on a socket, and until it is interrupted."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import threading
import time
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from enphase_cloud import mock

from .playing import AUTH, NOW, warnings_in


def test_a_server_in_a_thread_answers_and_stops() -> None:
    with mock.serve(clock=NOW, homes=2) as server:
        assert server.url == f"http://127.0.0.1:{server.port}"
        with httpx.Client(base_url=server.url, headers=AUTH) as client:
            answer = client.get(f"/api/v4/systems/{server.service.system_ids[1]}/telemetry/battery")
        assert answer.status_code == 200
        assert answer.json()["intervals"]
        assert [call.operation for call in server.service.journal] == ["getBatteryTelemetry"]
    with pytest.raises(httpx.ConnectError):
        httpx.get(server.url)


def test_a_dropped_connection_has_no_answer_and_the_next_call_has(caplog: pytest.LogCaptureFixture) -> None:
    with mock.serve(mock.create_app(clock=NOW)) as server, httpx.Client(headers=AUTH) as client:
        server.service.fail_next(2, drop=True)
        for _ in range(2):
            with pytest.raises(httpx.RemoteProtocolError):
                client.get(f"{server.url}/api/v4/systems")
        assert client.get(f"{server.url}/api/v4/systems").status_code == 200
        assert [call.status for call in server.service.journal] == [0, 0, 200]
    assert not warnings_in(caplog.records), "what was asked for is no error of the server"


def test_answers_are_not_held_back() -> None:
    def nodelay(request: Request) -> PlainTextResponse:
        transport = request.scope["extensions"]["enphase.abort"].transport
        option = transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        return PlainTextResponse(str(bool(option)))

    with mock.serve(Starlette(routes=[Route("/", nodelay)])) as server:
        assert httpx.get(server.url).text == "True"


def test_a_server_stops_at_once_whatever_clients_do(caplog: pytest.LogCaptureFixture) -> None:
    """Idle, in the middle of a request, or not reading a long answer: uvicorn by itself would wait for some of them."""
    long = "GET /api/v4/systems HTTP/1.1\r\nhost: x\r\nkey: k\r\nauthorization: Bearer t\r\n\r\n"
    before = threading.enumerate()
    begun = ["", "GET / HT", "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nhalf", long]
    with mock.serve(clock=NOW) as server:
        server.service.faults.add("oversized_body=100000000000")
        lines = [socket.create_connection((server.host, server.port)) for _ in begun]
        for line, text in zip(lines, begun, strict=True):
            line.sendall(text.encode())
        assert lines[-1].recv(1)
        began = time.monotonic()
        server.stop()
        assert time.monotonic() - began < 1.5
    assert set(threading.enumerate()) <= set(before)
    for line in lines:
        line.close()
    server.stop()
    assert not warnings_in(caplog.records), "nobody was waited for until patience ended"


def test_a_server_that_was_never_started_can_be_stopped() -> None:
    server = mock.serve(homes=1)
    server.stop()
    with mock.serve(server.app, port=server.port) as again:
        assert httpx.get(f"{again.url}/").status_code == 404


def test_a_server_goes_on_where_it_stopped() -> None:
    with mock.serve(clock=NOW, homes=1) as server:
        httpx.get(f"{server.url}/api/v4/systems", headers=AUTH)
    with mock.serve(server.app, port=server.port) as again:
        assert again.url == server.url
        httpx.get(f"{again.url}/api/v4/systems", headers=AUTH)
        assert [call.status for call in again.service.journal] == [200, 200]


def test_a_port_that_is_taken_is_named() -> None:
    with mock.serve() as server, pytest.raises(OSError, match=str(server.port)):
        mock.serve(port=server.port)


def test_an_app_takes_no_options() -> None:
    with pytest.raises(ValueError, match="seed"):
        mock.serve(mock.create_app(), seed=2)


def test_run_says_how_to_get_there_and_stops_when_interrupted() -> None:
    code = "from enphase_cloud import mock; mock.run(port=0, echo=lambda text: print(text, flush=True))"
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(8)]
        said = dict(line.removeprefix("export ").strip().split("=", 1) for line in told if "export" in line)
        assert set(said) == {"ENPHASE_BASE_URL", "ENPHASE_API_KEY", "ENPHASE_ACCESS_TOKEN"}
        curl = told[7].split()
        assert curl[0] == "curl"
        headers = {"key": said["ENPHASE_API_KEY"], "authorization": f"Bearer {said['ENPHASE_ACCESS_TOKEN']}"}
        answer = httpx.get(curl[-1], headers=headers)
        assert answer.json()["system_id"] == int(curl[-1].split("/")[-2])
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=30)
    assert (process.returncode, rest.split()[-1], errors) == (0, "stopped", "")


@pytest.mark.parametrize("missing", ["starlette", "uvicorn", "yaml"])
def test_a_missing_extra_is_named(missing: str) -> None:
    code = f"import sys; sys.modules['{missing}'] = None; import enphase_cloud.mock"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "pip install 'enphase-cloud[mock]'" in run.stderr.splitlines()[-1]
    assert missing in run.stderr.splitlines()[-1]


def test_every_address_of_the_machine_is_reached_at_its_own() -> None:
    """A client is told a URL that it can use: 0.0.0.0 is no address to call."""
    with mock.serve(host="0.0.0.0") as server:  # noqa: S104 - the case
        assert server.url == f"http://127.0.0.1:{server.port}"
        assert httpx.get(f"{server.url}/api/v4/systems", headers=AUTH).status_code == 200


@pytest.mark.parametrize(
    "target", ["http://127.0.0.1:8787/api/v4/systems?size=1", "HTTP://x/api/v4/systems?size=1"]
)
def test_a_request_target_may_be_a_whole_url(target: str) -> None:
    with mock.serve(clock=NOW, homes=2) as server:
        with socket.create_connection((server.host, server.port), timeout=10) as line:
            line.sendall(
                f"GET {target} HTTP/1.1\r\nhost: x\r\nkey: k\r\nauthorization: Bearer t\r\n"
                "connection: close\r\n\r\n".encode()
            )
            answer = b"".join(iter(lambda: line.recv(65_536), b""))
        assert answer.startswith(b"HTTP/1.1 200 OK")
        [call] = server.service.journal
        assert (call.path, call.query, call.operation) == ("/api/v4/systems", {"size": "1"}, "listSystems")


def test_a_whole_url_without_a_path_is_the_root() -> None:
    with mock.serve(homes=1) as server, socket.create_connection((server.host, server.port)) as line:
        line.sendall(b"GET http://x HTTP/1.1\r\nhost: x\r\n\r\n")
        assert line.recv(100).startswith(b"HTTP/1.1 404")
        assert server.service.journal[-1].path == "/"


def test_the_admin_interface_is_there_under_the_name_at_which_the_server_listens() -> None:
    with mock.serve(host="localhost", homes=1) as server:
        for host, status in (("localhost", 200), ("evil.example", 403)):
            assert httpx.get(f"{server.url}/_mock", headers={"host": host}).status_code == status


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"app": "x"}, "app must be"),
        ({"port": 99_999}, "port must be a whole number between 0 and 65535, not 99999"),
        ({"port": -1}, "port"),
        ({"port": "8787"}, "port"),
        ({"port": True}, "port"),
        ({"host": 5}, "host"),
        ({"host": ""}, "host"),
        ({"host": "ü..b"}, "host"),
        ({"host": "ü" * 300}, "host"),
    ],
)
def test_places_that_are_none(options: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        mock.serve(**options)


@pytest.mark.parametrize("host", ["192.0.2.1", "nope.invalid", "a..b"])
def test_an_address_that_is_not_of_this_machine_is_named(host: str) -> None:
    with pytest.raises(OSError, match=f"cannot listen on {re.escape(host)}:0: "):
        mock.serve(host=host)


def test_a_server_knows_whether_it_runs() -> None:
    server = mock.serve(homes=1)
    assert not server.running
    with server:
        assert server.running
    assert not server.running
