"""What is new since a file was written: what is remembered with it, and from where on it has to be written anew.

| since then | is written anew |
|---|---|
| nothing was archived of any series | nothing |
| more was archived of a series, or revised | what was not settled of it then, and what the new answers cover |
| a series is new, or answers of it are gone | from where it begins |
| a series is gone, a wide table gets other columns | everything |
| the time zone of a site is another, or when it began to work | everything |
| another version of this library writes it, something else is wished for | everything |

Of several the most. Rows are made of the archive alone, so that a series of which no answer has come gives the same
rows as before.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from .._version import __version__
from .work import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .choice import Choice
    from .origins import Origin, Stream

State: TypeAlias = dict[str, Any]
"""Of a series: numbers, and the text `site`."""

FORMAT = 1
NEVER = 2**62
"""A position after all others."""
_NUMBERS = ("start", "until", "final", "answers", "newest", "settled")
_SLASHES = 3
"""Of the key of a series: `telemetry/7/battery/`."""


@dataclass(frozen=True)
class Memory:
    """What is remembered with a file."""

    wish: dict[str, Any]
    series: dict[str, State] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {"format": FORMAT, "version": __version__, "wish": self.wish, "series": self.series}


def remembered(told: Any) -> Memory | None:
    """What was told; None where this version would write other files, or it is nothing that was told."""
    if not isinstance(told, dict) or of_another_version(told):
        return None
    wish, series = told.get("wish"), told.get("series")
    if not isinstance(wish, dict) or not isinstance(series, dict) or not all(map(_whole, series.items())):
        return None
    return Memory(wish, series)


def known(told: Any) -> Memory | None:
    """What was told; None where another version told it. Unreadable where it is nothing that was told."""
    memory = remembered(told)
    if memory is None and not (isinstance(told, dict) and of_another_version(told)):
        raise Unreadable("it does not say how it was made")
    return memory


def memory_of(choice: Choice, streams: Sequence[Stream]) -> Memory:
    """What is to be remembered once all has been read."""
    series = {stream.origin.key: {**_state(stream.origin), "settled": stream.settled} for stream in streams}
    return Memory(choice.told(), series)


def kept_until(before: Memory | None, choice: Choice, origins: Sequence[Origin]) -> int | None:
    """Rows that end up to here stay as they are; None where none do, NEVER where all do."""
    if before is None or before.wish != choice.told():
        return None
    keys = [origin.key for origin in origins]
    if not set(before.series) <= set(keys):
        return None
    if choice.layout == "wide" and _columns(before.series) != _columns(keys):
        return None
    if any(_moved(before.series.get(origin.key), origin) for origin in origins):
        return None
    return min((_since(before.series.get(origin.key), origin) for origin in origins), default=None)


def of_another_version(told: dict[str, Any]) -> bool:
    """Whether another version of this library wrote that."""
    made_by = told.get("format"), told.get("version")
    return None not in made_by and made_by != (FORMAT, __version__)


def _whole(state: tuple[str, Any]) -> bool:
    """Whether that is what is remembered of a series."""
    key, told = state
    return (
        key.count("/") == _SLASHES
        and isinstance(told, dict)
        and isinstance(told.get("site"), str)
        and all(type(told.get(name)) is int for name in _NUMBERS)
    )


def _moved(before: State | None, origin: Origin) -> bool:
    return before is not None and before["site"] != origin.site


def _columns(keys: Iterable[str]) -> list[str]:
    """What the columns of a wide table are made of, in their order: series and serial."""
    return list(dict.fromkeys(key.split("/", 2)[2] for key in keys))


def _since(before: State | None, origin: Origin) -> int:
    now = _state(origin)
    if before is None:
        return origin.start
    if all(before.get(name) == value for name, value in now.items()):
        return NEVER
    new: list[int] = [start for number, start in origin.arrived if number > before["newest"]]
    if len(origin.arrived) - len(new) != before["answers"]:
        return int(min(origin.start, before["start"]))
    since = min(before["settled"], *new, NEVER)
    return int(since - origin.step)  # where answers meet, one tells of the other's end


def _state(origin: Origin) -> State:
    """What is another thing as soon as an answer has come."""
    return {
        "start": origin.start,
        "until": origin.until,
        "final": origin.final,
        "answers": len(origin.arrived),
        "newest": max(number for number, _ in origin.arrived),
        "site": origin.site,
    }
