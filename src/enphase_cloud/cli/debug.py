"""Log records on standard error, and where an error comes from. Never a secret, and never a local variable."""

from __future__ import annotations

import logging
import traceback
from typing import TYPE_CHECKING

import click

from ..transport.redact import hidden
from .session import Failure
from .text import note, safe

if TYPE_CHECKING:
    from collections.abc import Callable

LOGGER = "enphase_cloud"


class _Notes(logging.Handler):
    """Each record of the package as a line on standard error."""

    def emit(self, record: logging.LogRecord) -> None:
        note(f"{record.levelname.lower()}: {hidden(record.getMessage())}")


def log(*, all_of_it: bool) -> Callable[[], None]:
    """Send what the package warns of, or all that it logs, to standard error. Returns what ends that."""
    logger, handler = logging.getLogger(LOGGER), _Notes(logging.DEBUG if all_of_it else logging.WARNING)
    before = logger.level
    logger.addHandler(handler)
    if all_of_it:
        logger.setLevel(logging.DEBUG)

    def end() -> None:
        logger.removeHandler(handler)
        logger.setLevel(before)

    return end


def show(error: BaseException) -> None:
    """The lines of code that an error came through, and what caused it."""
    for line in hidden("".join(traceback.format_exception(error))).splitlines():
        click.echo(safe(line), err=True)


def unexpected(error: BaseException) -> Failure:
    """What is said of an error that nobody foresaw."""
    words = " ".join(hidden(str(error)).split())
    told = f"{type(error).__name__}: {words}" if words else type(error).__name__
    return Failure(f"unexpected: {told}. Run it again as `enphase --debug ...`, and report what that shows.")
