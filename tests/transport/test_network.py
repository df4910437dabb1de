"""Whom we trust, shown by real handshakes on this machine; and through which proxy we go."""

from __future__ import annotations

import contextlib
import datetime
import os
import socket
import ssl
import subprocess
import traceback
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from threading import Thread

import httpx
import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from enphase_cloud.errors import ConfigurationError
from enphase_cloud.transport.network import loopback, proxy_for, tls_context
from enphase_cloud.transport.secret import Secret

URL = "https://api.enphaseenergy.com/api/v4/systems?key=1"
DAY = datetime.timedelta(days=1)
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\ndata"


class Server:
    """Answers one connection after the other over TLS; as a proxy, after the CONNECT."""

    def __init__(self, context: ssl.SSLContext, *, proxy: bool = False) -> None:
        self._context = context
        self._proxy = proxy
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.heads: list[bytes] = []
        self.versions: list[str | None] = []
        self._thread = Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, contextlib.suppress(OSError):  # a client that refuses us hangs up
                connection.settimeout(20)
                if self._proxy:
                    self.heads.append(_head(connection))
                    connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                with self._context.wrap_socket(connection, server_side=True) as secured:
                    self.versions.append(secured.version())
                    self.heads.append(_head(secured))
                    secured.sendall(ANSWER)

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(20)


def _head(connection: socket.socket) -> bytes:
    data = b""
    while not data.endswith(b"\r\n\r\n"):
        piece = connection.recv(4096)
        if not piece:
            break
        data += piece
    return data


Serve = Callable[..., Server]


@pytest.fixture
def serve() -> Iterator[Serve]:
    with contextlib.ExitStack() as stack:

        def begin(context: ssl.SSLContext, *, proxy: bool = False) -> Server:
            server = Server(context, proxy=proxy)
            stack.callback(server.close)
            return server

        yield begin


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def root(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "root.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


def identified(
    authority: trustme.CA, *names: str, not_after: datetime.datetime | None = None
) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names, not_after=not_after).configure_cert(context)
    return context


def fetch(url: str, environ: Mapping[str, str], proxy: Secret | None = None) -> bytes:
    through = None if proxy is None else httpx.Proxy(proxy.reveal())
    with httpx.Client(verify=tls_context(environ), trust_env=False, proxy=through, timeout=20) as client:
        return client.get(url).content


def test_a_root_of_the_environment_is_trusted_beside_those_of_certifi(
    serve: Serve, authority: trustme.CA, root: Path
) -> None:
    server = serve(identified(authority, "localhost"))
    assert fetch(f"https://localhost:{server.port}/", {"SSL_CERT_FILE": f" {root} "}) == b"data"
    assert server.versions == ["TLSv1.3"]
    usual = {each["serialNumber"] for each in tls_context({}).get_ca_certs()}
    with_root = {each["serialNumber"] for each in tls_context({"SSL_CERT_FILE": str(root)}).get_ca_certs()}
    assert len(usual) > 50
    assert usual < with_root


def test_a_folder_of_roots_is_trusted(
    serve: Serve, authority: trustme.CA, root: Path, tmp_path: Path
) -> None:
    folder, other = tmp_path / "roots", tmp_path / "others"
    folder.mkdir()
    other.mkdir()
    told = subprocess.run(
        ["openssl", "x509", "-noout", "-subject_hash", "-in", str(root)],
        capture_output=True,
        text=True,
        check=True,
    )
    (folder / f"{told.stdout.strip()}.0").write_bytes(root.read_bytes())
    server = serve(identified(authority, "localhost"))
    url = f"https://localhost:{server.port}/"
    assert fetch(url, {"SSL_CERT_DIR": f"{other}{os.pathsep}{folder}{os.pathsep}"}) == b"data"
    with pytest.raises(httpx.ConnectError):
        fetch(url, {"SSL_CERT_DIR": str(other)})


def test_a_root_that_nobody_named_is_refused(serve: Serve, authority: trustme.CA) -> None:
    server = serve(identified(authority, "localhost"))
    for environ in ({}, {"SSL_CERT_FILE": " ", "SSL_CERT_DIR": ""}):
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            fetch(f"https://localhost:{server.port}/", environ)
    assert server.heads == []


def test_another_host_name_is_refused(serve: Serve, authority: trustme.CA, root: Path) -> None:
    server = serve(identified(authority, "api.enphaseenergy.com"))
    with pytest.raises(httpx.ConnectError, match=r"Hostname mismatch|not valid for"):
        fetch(f"https://localhost:{server.port}/", {"SSL_CERT_FILE": str(root)})
    assert server.heads == []


def test_a_certificate_of_yesterday_is_refused(serve: Serve, authority: trustme.CA, root: Path) -> None:
    yesterday = datetime.datetime.now(datetime.UTC) - DAY
    server = serve(identified(authority, "localhost", not_after=yesterday))
    with pytest.raises(httpx.ConnectError, match="expired"):
        fetch(f"https://localhost:{server.port}/", {"SSL_CERT_FILE": str(root)})
    assert server.heads == []


def test_old_versions_of_tls_are_refused(serve: Serve, authority: trustme.CA, root: Path) -> None:
    context = identified(authority, "localhost")
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.minimum_version = ssl.TLSVersion.TLSv1_1
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    server = serve(context)
    with pytest.raises(httpx.ConnectError):
        fetch(f"https://localhost:{server.port}/", {"SSL_CERT_FILE": str(root)})
    assert server.heads == []
    assert tls_context({}).minimum_version is ssl.TLSVersion.TLSv1_2
    new = identified(authority, "localhost")
    new.maximum_version = ssl.TLSVersion.TLSv1_2
    server = serve(new)
    assert fetch(f"https://localhost:{server.port}/", {"SSL_CERT_FILE": str(root)}) == b"data"


def test_checks_are_on_and_session_keys_are_not_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    context = tls_context()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.keylog_filename is None


@pytest.mark.parametrize(
    ("variable", "content", "words"),
    [
        ("SSL_CERT_FILE", None, r"cannot be read \(No such file or directory\)"),
        ("SSL_CERT_FILE", b"no certificate", "holds no certificates in PEM format"),
        ("SSL_CERT_FILE", b"", "holds no certificates in PEM format"),
        ("SSL_CERT_DIR", None, "there is no folder"),
        ("SSL_CERT_DIR", b"a file", "there is no folder"),
    ],
)
def test_what_cannot_be_trusted_is_a_matter_of_configuration(
    variable: str, content: bytes | None, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "roots.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=rf"^{variable}: .*{words}") as caught:
        tls_context({variable: str(path)})
    assert str(path) in str(caught.value)
    assert caught.value.__context__ is None


# --- proxies ---

PROXY = "http://proxy.example.com:3128"


@pytest.mark.parametrize(
    ("environ", "proxy"),
    [
        ({}, None),
        ({"HTTPS_PROXY": PROXY}, PROXY),
        ({"https_proxy": PROXY}, PROXY),
        ({"ALL_PROXY": PROXY}, PROXY),
        ({"all_proxy": PROXY}, PROXY),
        ({"HTTP_PROXY": PROXY, "http_proxy": PROXY}, None),
        ({"HTTPS_PROXY": " ", "ALL_PROXY": PROXY}, PROXY),
        ({"HTTPS_PROXY": PROXY, "ALL_PROXY": "http://other"}, PROXY),
        ({"https_proxy": PROXY, "HTTPS_PROXY": "http://other"}, PROXY),
        ({"https_proxy": "", "HTTPS_PROXY": "http://other"}, None),
        ({"HTTPS_PROXY": "proxy.example.com:3128"}, PROXY),
        ({"HTTPS_PROXY": " HTTP://Proxy/ "}, "HTTP://Proxy/"),
        ({"HTTPS_PROXY": "https://me:a:b@c@[::1]:443"}, "https://me:a:b@c@[::1]:443"),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "api.enphaseenergy.com"}, None),
        ({"HTTPS_PROXY": PROXY, "no_proxy": "localhost, .EnphaseEnergy.com"}, None),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "enphaseenergy.com"}, None),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "api.enphaseenergy.com:443"}, None),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "api.enphaseenergy.com:8443"}, PROXY),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "*"}, None),
        ({"HTTPS_PROXY": "socks5://x", "NO_PROXY": "*"}, None),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "a,,energy.com, ,i.enphaseenergy.com,443"}, PROXY),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "x", "no_proxy": ""}, PROXY),
        ({"HTTPS_PROXY": PROXY, "NO_PROXY": "*", "no_proxy": ""}, PROXY),
        ({"ALL_PROXY": PROXY, "NO_PROXY": "*"}, None),
    ],
)
def test_the_proxy_of_the_environment(environ: dict[str, str], proxy: str | None) -> None:
    found = proxy_for(URL, environ)
    assert (None if found is None else found.reveal()) == proxy


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8000",
        "http://api.enphaseenergy.com",
        "https://localhost:1",
        "https://LOCALHOST.",
        "https://127.0.0.1",
        "https://127.9.9.9:443/x",
        "https://[::1]:8000",
        "https://mock.localhost",
    ],
)
def test_no_proxy_to_this_machine_nor_without_tls(url: str) -> None:
    assert proxy_for(url, {"HTTPS_PROXY": PROXY, "ALL_PROXY": PROXY}) is None


def test_ports_of_the_service_count_in_no_proxy() -> None:
    environ = {"HTTPS_PROXY": PROXY, "NO_PROXY": "example.com:8443"}
    assert proxy_for("https://example.com:8443", environ) is None
    assert proxy_for("https://example.com", environ) is not None


def test_the_environment_is_that_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert proxy_for(URL) is None
    monkeypatch.setenv("HTTPS_PROXY", PROXY)
    assert proxy_for(URL) == Secret(PROXY)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("socks5://me:canary@proxy:1080", "names a SOCKS proxy"),
        ("SOCKS5H://me:canary@proxy", "names a SOCKS proxy"),
        ("ftp://me:canary@proxy", "is no address of a proxy"),
        ("canary://me@proxy", "is no address of a proxy"),
        ("http://me:canary@", "is no address of a proxy"),
        ("http://", "is no address of a proxy"),
        ("http://me:canary@proxy:port", "is no address of a proxy"),
        ("http://me:canary@proxy:0", "is no address of a proxy"),
        ("http://me:canary@proxy:65536", "is no address of a proxy"),
        ("http://me:canary@proxy:99999999", "is no address of a proxy"),
        ("http://me:ca/nary@proxy", "is no address of a proxy"),
        ("http://me:ca#nary@proxy", "is no address of a proxy"),
        ("http://me:canary@proxy/path", "is no address of a proxy"),
        ("http://me:canary@proxy?query", "is no address of a proxy"),
        ("http://me:can ary@proxy", "is no address of a proxy"),
        ("http://me:canäry@proxy", "is no address of a proxy"),
        ("http://me:canary@pro\nxy", "is no address of a proxy"),
        ("http://me:canary@[::1", "is no address of a proxy"),
    ],
)
def test_what_is_no_proxy_is_refused_without_its_password(
    value: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("https_proxy", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", value)
    with pytest.raises(ConfigurationError, match=rf"^HTTPS_PROXY.*{words}") as caught:
        proxy_for(URL)
    assert "nary" not in str(caught.value)
    assert caught.value.__context__ is None
    frames = [frame for frame, _ in traceback.walk_tb(caught.value.__traceback__)]
    ours = [frame.f_locals for frame in frames if frame.f_code.co_filename.endswith("transport/network.py")]
    assert ours
    assert "nary" not in repr(ours)


@given(
    st.builds(
        "{}{}{}{}".format,
        st.sampled_from(["http://", "https://", "", "HTTPS://"]),
        st.sampled_from(["", "me@", "me:pass@"]) | st.text(max_size=6).map("{}@".format),
        st.sampled_from(["proxy", "10.0.0.1", "[::1]"]) | st.text(max_size=6),
        st.sampled_from(["", ":1", ":65535", "/"]) | st.text(max_size=4),
    )
)
def test_what_passes_is_a_proxy_for_httpx(value: str) -> None:
    try:
        proxy = proxy_for(URL, {"HTTPS_PROXY": value})
    except ConfigurationError:
        return
    if proxy is not None:
        assert "pass" not in repr(proxy)
        assert httpx.Proxy(proxy.reveal()).url.host


@pytest.mark.parametrize(
    ("host", "is_here"),
    [
        ("localhost", True),
        ("[::1]", True),
        ("127.0.0.1", True),
        ("a.localhost.", True),
        ("notlocalhost", False),
        ("localhost.example.com", False),
        ("10.0.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - is not bound to
        ("", False),
    ],
)
def test_this_machine(host: str, is_here: bool) -> None:
    assert loopback(host) is is_here


def test_through_a_proxy_to_the_service_and_its_certificate_is_still_checked(
    serve: Serve, authority: trustme.CA, root: Path
) -> None:
    server = serve(identified(authority, "api.enphaseenergy.com"), proxy=True)
    environ = {"SSL_CERT_FILE": str(root), "HTTPS_PROXY": f"http://me:canary@127.0.0.1:{server.port}"}
    proxy = proxy_for(URL, environ)
    assert fetch(URL, environ, proxy) == b"data"
    connect, inside = server.heads
    assert connect.startswith(b"CONNECT api.enphaseenergy.com:443 HTTP/1.1\r\n")
    assert b64encode(b"me:canary") in connect
    assert inside.startswith(b"GET /api/v4/systems?key=1 ")
    assert b"canary" not in inside
    assert b"roxy" not in inside
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        fetch(URL, {}, proxy)
    with pytest.raises(httpx.ConnectError, match=r"Hostname mismatch|not valid for"):
        fetch("https://other.example.com/", environ, proxy)
    assert len(server.heads) == 4
