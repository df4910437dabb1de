"""What can be said for single calls: time, patience, and who watches."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any

from ..errors import ConfigurationError
from .hooks import Hooks
from .plan import Reserve
from .retry import Retry


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How calls are made. ConfigurationError for what cannot be.

    timeout: seconds for a connection, and for each piece of an answer
    max_wait: seconds that a call may wait for its turn in the minute; None: as long as it takes
    form_bodies: whether bodies go as the forms that the vendor's document has for some; else all go as JSON
    """

    timeout: float = 30.0
    retry: Retry = field(default_factory=Retry)
    reserve: Reserve = field(default_factory=Reserve)
    hooks: Hooks = field(default_factory=Hooks)
    max_wait: float | None = None
    form_bodies: bool = True

    def __post_init__(self) -> None:
        if not _is_number(self.timeout) or not 0 < self.timeout < math.inf:
            msg = "timeout has to be a number of seconds above 0."
            raise ConfigurationError(msg)
        if self.max_wait is not None and (not _is_number(self.max_wait) or not self.max_wait >= 0):
            msg = "max_wait has to be a number of seconds, 0 or more."
            raise ConfigurationError(msg)
        if not isinstance(self.form_bodies, bool):
            msg = "form_bodies has to be True or False."
            raise ConfigurationError(msg)
        for name, kind in (("retry", Retry), ("reserve", Reserve), ("hooks", Hooks)):
            value = getattr(self, name)
            if not isinstance(value, kind):
                msg = f"{name} has to be a {kind.__name__}, not a {type(value).__name__}."
                raise ConfigurationError(msg)


def no_longer(options: Options, max_wait: object) -> Options:
    """The options, with no more patience than so many seconds; anything but a number changes nothing."""
    if not isinstance(max_wait, float):
        return options
    return replace(
        options, max_wait=max_wait if options.max_wait is None else min(options.max_wait, max_wait)
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
