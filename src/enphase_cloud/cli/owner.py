"""Somebody with a house, for `enphase demo`: who logs in, and types commands, in a world whose time is the server's."""

from __future__ import annotations

import os
from contextlib import contextmanager
from shutil import rmtree
from typing import TYPE_CHECKING, Any
from urllib.request import ProxyHandler, build_opener

import click

from .. import login
from ..archived import Archive
from ..transport.runtime import Runtime
from .app import enphase

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ..mock import Server

INTERRUPTED = 130


class World(Runtime):
    """The server's time. Whoever waits moves it on: nobody has to wait for a minute of the plan."""

    def __init__(self, server: Server) -> None:
        self._clock = server.service.clock

    def time(self) -> float:
        return self._clock()

    def monotonic(self) -> float:
        return self._clock()

    def sleep(self, seconds: float) -> None:
        self._clock.advance(seconds)


class Owner:
    """Somebody with a house, a home folder of one's own, and a plan.

    typed: the commands so far, each with its exit status
    """

    def __init__(self, server: Server, folder: Path, plan: str) -> None:
        self._server = server
        self._world = World(server)
        self.plan = plan
        self.home = folder / f"home-{plan}"
        self.typed: list[tuple[str, int]] = []

    def moves_out(self) -> None:
        """Remove what an earlier demo left in the home: it is of another server, which is gone."""
        if (self.home / "profiles").is_dir():
            rmtree(self.home)

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
        click.echo(f"logged in to {self._server.url} on the {self.plan} plan\n")

    def runs(self, *words: object) -> None:
        """Run a command as it would be typed, in this process."""
        typed = [str(word) for word in words]
        shown = " ".join(["enphase", *typed])
        click.echo(f"$ {shown}")
        status = 0
        with only(ENPHASE_HOME=str(self.home)):
            try:
                enphase.main(args=typed, prog_name="enphase", obj=self._world)
            except SystemExit as end:
                status = end.code if isinstance(end.code, int) else 1
        click.echo()
        if status == INTERRUPTED:  # whoever ends one command means all of them
            raise click.exceptions.Exit(INTERRUPTED)
        self.typed.append((shown, status))

    def waits(self, seconds: float) -> None:
        """Let time pass."""
        self._world.sleep(seconds)

    def kept(self) -> tuple[int, int]:
        """How many calls are in the archive, and how many bytes they are on the disk."""
        with Archive(self.home, self._server.url, runtime=self._world) as archive:
            hits = sum(each.hits for each in archive.contents())
            return hits, archive.path.stat().st_size


@contextmanager
def only(**values: str) -> Iterator[None]:
    """These ENPHASE_ variables and none else: a real key, or the address of the real service, is not for this."""
    before = {name: value for name, value in os.environ.items() if name.startswith("ENPHASE_")}
    for name in before:
        del os.environ[name]
    os.environ.update(values)
    try:
        yield
    finally:
        for name in values:
            os.environ.pop(name, None)
        os.environ.update(before)


def _consents(address: str) -> bool:
    """A browser whose owner agrees: the mock's consent page sends it on at once. No proxy is between."""
    with build_opener(ProxyHandler({})).open(address) as page:
        return bool(page.status == 200)
