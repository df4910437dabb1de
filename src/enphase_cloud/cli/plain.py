"""Words without quotes, as files and `--set` have them: what each stands for."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,17}")
_REAL = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,17}")


class Written(NamedTuple):
    """What stands in a file: an object, mostly; and in which line each part of it begins, where that is known.

    `lines` has the paths of its parts (`address.state`, `encharge[0].envoy_serial_number`) and, as the empty one,
    itself.
    """

    value: Any
    lines: dict[str, int]


class UnreadableError(ValueError):
    """A file is not what it should be. `line` is where, if that is known."""

    def __init__(self, problem: str, line: int | None = None) -> None:
        super().__init__(problem)
        self.line = line


def plain(word: str) -> Any:
    """A word without quotes: nothing, true or false, a number as JSON writes it; anything else is text.

    | word | is |
    |---|---|
    | `null`, `~`, nothing at all | None |
    | `true`, `false` | a bool |
    | `12`, `-3`, `0.5` | a number |
    | `02139`, `+5`, `0x1F`, `1_000`, `1:30`, `12E5` | text: postal codes, serial numbers and references look so |
    | `on`, `off`, `yes`, `no`, `2026-05-31` | text |
    """
    if word in _WORDS:
        return _WORDS[word]
    if _WHOLE.fullmatch(word):
        return int(word)
    return float(word) if _REAL.fullmatch(word) else word
