"""The client of a command: its settings, what it says while it waits, and what becomes of its errors."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

import click

import enphase_cloud

from ..errors import EnphaseError
from ..transport.runtime import Runtime
from .text import note, safe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..client import Enphase
    from .app import Settings

NEEDED = {
    "ENPHASE_API_KEY": "the API key of your application (developer-v4.enphase.com)",
    "ENPHASE_ACCESS_TOKEN": "the access token that the owner of the systems granted",
}


class Failure(click.ClickException):
    """Something that the person has to know of: one line on standard error, exit status 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"enphase: error: {safe(self.message)}", file=file, err=True)


class World(Runtime):
    """The world outside, and somebody who says why nothing happens. `waits` counts calls that were sent again."""

    def __init__(self, world: Runtime | None) -> None:
        self._world = world or Runtime()
        self.wire = self._world.wire
        self.waits = 0

    def time(self) -> float:
        return self._world.time()

    def monotonic(self) -> float:
        return self._world.monotonic()

    def chance(self) -> float:
        return self._world.chance()

    def sleep(self, seconds: float) -> None:
        self.waits += 1
        note(f"the service is busy, or was not reached: asking again in {max(1, round(seconds))} s")
        self._world.sleep(seconds)


@contextmanager
def connected(settings: Settings, world: World | None = None) -> Iterator[Enphase]:
    """A client from the environment. Its errors, and those of files, end the command with one line.

    A broken pipe does not: who reads has seen enough, and click ends the command quietly.
    """
    for variable, meaning in NEEDED.items():
        if not os.environ.get(variable, "").strip():
            raise Failure(
                f"{variable} is not set: it has to hold {meaning}. Without an account, try `enphase mock`."
            )
    try:
        with enphase_cloud.Enphase.from_env(
            base_url=settings.base_url, runtime=world or World(settings.world)
        ) as client:
            yield client
    except EnphaseError as error:
        raise Failure(str(error)) from error
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise
        if not error.filename:
            raise Failure(f"cannot write: {error.strerror or error}") from error
        raise Failure(f"cannot write {os.fsdecode(error.filename)}: {error.strerror}") from error
