"""The client of a command: its settings, what it says while it waits, and what becomes of its errors."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click

import enphase_cloud

from ..errors import (
    AuthenticationError,
    ConfigurationError,
    EnphaseError,
    InvalidRequest,
    RateLimited,
)
from ..transport.hooks import Hooks
from .text import counted, note, safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..archived import Archive
    from ..client import Enphase
    from ..transport.hooks import Call, CallResult, Waiting
    from .app import Settings

F = TypeVar("F", bound="Callable[..., Any]")

WAITS = {
    "quota": "the minute's hits are used up: going on in {seconds} s",
    "limited": "the service takes no more calls for now: asking again in {seconds} s",
    "retry": "the service is busy, or was not reached: asking again in {seconds} s",
}


INCOMPLETE = 6
"""The exit status of a command that did what it could, and did not get all."""


class Failure(click.ClickException):
    """Something that the person has to know of: one line on standard error, and an exit status."""

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"enphase: error: {safe(self.message)}", file=file, err=True)


class Refused(Failure):
    """What was typed cannot be asked for."""

    exit_code = 2


class NotReady(Failure):
    """Settings, credentials or consent are missing, or not accepted."""

    exit_code = 3


class UsedUp(Failure):
    """The plan allows no more."""

    exit_code = 4


class NotServed(Failure):
    """The service did not do it."""

    exit_code = 5


class NotAllowed(NotServed):
    """The service would not do it, as was seen from what it holds. It was not asked to; the look was paid for."""

    def __init__(self, message: str, progress: Progress) -> None:
        super().__init__(f"{message} Nothing was changed; the look took {counted(progress.hits, 'hit')}.")


class Progress(Hooks):
    """Somebody who says why nothing happens, and counts what it costs."""

    def __init__(self) -> None:
        self.hits = 0

    def after_call(self, call: Call, result: CallResult) -> None:
        self.hits += result.hits

    def waiting(self, call: Call, wait: Waiting) -> None:
        note(WAITS[wait.reason].format(seconds=max(1, round(wait.seconds))))


def failure(error: EnphaseError) -> Failure:
    """How a command ends that met an error.

    | error | exit status |
    |---|---|
    | InvalidRequest that was refused before any call | 2 |
    | ConfigurationError, AuthenticationError, ConsentRequired | 3 |
    | RateLimited, QuotaExhausted | 4 |
    | any other | 5 |
    """
    told = str(error)
    if isinstance(error, InvalidRequest) and error.status is None and not error.hits:
        return Refused(told)
    if isinstance(error, ConfigurationError | AuthenticationError):
        return NotReady(told)
    return UsedUp(told) if isinstance(error, RateLimited) else NotServed(told)


def profile_option(help_text: str) -> Callable[[F], F]:
    """Give a command `--profile`: the same as that of the group, which it wins over."""

    def take(context: click.Context, _: click.Parameter, profile: str | None) -> None:
        context.obj.profile = profile or context.obj.profile

    return click.option(
        "--profile", metavar="NAME", help=f"{help_text} [ENPHASE_PROFILE]", callback=take, expose_value=False
    )


@contextmanager
def ended() -> Iterator[None]:
    """Errors of the client, and those of files, end the command with one line.

    A broken pipe does not: who reads has seen enough, and click ends the command quietly.
    """
    try:
        yield
    except EnphaseError as error:
        raise failure(error) from error
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise
        if not error.filename:
            raise Failure(f"cannot write: {error.strerror or error}") from error
        raise Failure(f"cannot write {os.fsdecode(error.filename)}: {error.strerror}") from error


@contextmanager
def connected(settings: Settings, progress: Progress | None = None) -> Iterator[Enphase]:
    """A client from the environment and the stored grant."""
    with (
        ended(),
        enphase_cloud.Enphase.from_env(
            base_url=settings.base_url,
            profile=settings.profile,
            runtime=settings.world,
            hooks=progress or Progress(),
        ) as client,
    ):
        yield client


@contextmanager
def archived(settings: Settings) -> Iterator[Archive]:
    """The archive of the service that the settings name."""
    with (
        ended(),
        enphase_cloud.Archive(
            base_url=settings.base_url, profile=settings.profile, runtime=settings.world
        ) as archive,
    ):
        yield archive
