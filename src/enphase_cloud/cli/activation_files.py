"""Files that describe activations: read, and looked through, all of them, before anything is sent."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from .._extras import needed
from ..commissioning.activation import ActivationChanges, NewActivation
from ..commissioning.bodies import path_of
from ..commissioning.rules import complaints_of
from ..errors import ConfigurationError
from .plain import UnreadableError, Written
from .text import counted, note

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

STANDARD = "-"
"""The name of a file that stands for standard input."""

OUTSIDE = ("say united_states=False", "say --outside-us")
"""An argument as the library has it, and here."""

B = TypeVar("B", bound=ActivationChanges)


class Described(NamedTuple, Generic[B]):
    """An activation, or changes of one, as a file describes it."""

    file: str
    body: B


class Found(NamedTuple):
    """What stands in a file, by its name and its number in it, from 1; 0 where it is alone."""

    file: str
    number: int
    written: Written

    def says(self, complaint: str) -> str:
        """A complaint with the place that it is about: its line, or as much as is known of it."""
        path = path_of(complaint)
        while path and path not in self.written.lines:
            path = re.sub(r"(^|\.)[^.\[]*$|\[[^\[]*$", "", path)
        line = self.written.lines.get(path)
        if line is not None:
            return f"{self.file}:{line}: {complaint}"
        return f"{self.file}{f', activation {self.number}' if self.number else ''}: {complaint}"


class Checker:
    """What is wrong with files, gathered, so that it can all be said at once.

    united_states: whether the company of who asks is there
    now: epoch seconds
    """

    def __init__(self, *, united_states: bool, now: float) -> None:
        self._united_states = united_states
        self._now = now
        self.complaints: list[str] = []

    def new_ones(self, names: Sequence[str], *, references: bool) -> list[Described[NewActivation]]:
        """The activations that files describe. `references`: each has to have one of its own."""
        found = [each for name in names for each in self.read(name)]
        bodies = [(each.file, self.body(NewActivation, each)) for each in found]
        if references:
            self._look_at_references(found)
        return [Described(file, body) for file, body in bodies if body is not None]

    def read(self, name: str) -> list[Found]:
        """What stands in a file; nothing, and a complaint, where it cannot be read."""
        file = "standard input" if name == STANDARD else name
        try:
            there = _written(_text(name), name)
        except UnreadableError as error:
            place = file if error.line is None else f"{file}:{error.line}"
            self.complaints.append(f"{place}: {error}")
            return []
        if not there:
            self.complaints.append(f"{file}: nothing is described in it")
        alone = len(there) == 1
        return [Found(file, 0 if alone else index, each) for index, each in enumerate(there, 1)]

    def body(self, kind: type[B], found: Found) -> B | None:
        """What is described; None, and complaints, where it cannot be."""
        value = found.written.value
        complaints = complaints_of(kind, value, united_states=self._united_states, now=self._now)
        self.complaints += [found.says(each.replace(*OUTSIDE)) for each in complaints]
        return None if complaints else kind.from_mapping(value)

    def _look_at_references(self, found: Iterable[Found]) -> None:
        """Each has one, and no two the same: the second would be refused, after a hit."""
        known: dict[str, str] = {}
        for each in found:
            value = each.written.value
            if not isinstance(value, dict):
                continue
            reference = value.get("reference")
            if reference is None:
                self.complaints.append(
                    each.says(
                        "reference is missing: by it an activation is found again after an answer was lost, and is "
                        "created (and charged) once. Give one, or say --no-check-reference."
                    )
                )
                continue
            key = str(reference).casefold()
            if key in known:
                self.complaints.append(each.says(f"reference {reference} is that of {known[key]}, too"))
            known[key] = each.says("reference").removesuffix(": reference")

    def tell(self, files: int) -> str:
        """Say all of them, one in a line. Returns what they come to."""
        for each in self.complaints:
            note(each)
        things = "1 thing is" if len(self.complaints) == 1 else f"{len(self.complaints)} things are"
        return f"{things} wrong in {counted(files, 'file')}: nothing was asked of the service."


def _text(name: str) -> str:
    try:
        content = sys.stdin.buffer.read() if name == STANDARD else Path(name).read_bytes()
    except OSError as error:
        raise UnreadableError(error.strerror or os.strerror(error.errno or 0)) from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        msg = "it is no text in UTF-8"
        raise UnreadableError(msg, line) from None


def _written(text: str, name: str) -> list[Written]:
    """What stands in a text: JSON, where its name says so or it looks so, else YAML."""
    suffix = Path(name).suffix.lower()
    looks_so = suffix not in (".yaml", ".yml") and text.lstrip().startswith(("{", "["))
    if suffix == ".json" or looks_so:
        try:
            return _read_json(text)
        except UnreadableError:
            if suffix == ".json":
                raise
    try:
        needed("yaml", "'enphase-cloud[cli]'", who="YAML needs", then=" JSON is read without it.")
    except ConfigurationError as error:
        raise UnreadableError(str(error)) from None
    from .yaml_text import read_yaml  # noqa: PLC0415 - it loads an extra, which is asked for above

    return read_yaml(text)


def _read_json(text: str) -> list[Written]:
    """As `read_yaml`, without lines."""
    try:
        root = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise UnreadableError(f"no JSON: {error.msg}", error.lineno) from None
    except RecursionError:
        msg = "too much is nested in it"
        raise UnreadableError(msg) from None
    except UnreadableError:
        raise
    except ValueError:  # Python refuses to read whole numbers of more than 4300 digits
        msg = "a number has too many digits"
        raise UnreadableError(msg) from None
    return [Written(each, {}) for each in (root if isinstance(root, list) else [root])]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            msg = f"{name} is there twice"
            raise UnreadableError(msg)
        found[name] = value
    return found


def _no_number(word: str) -> Any:
    msg = f"no JSON: {word} is no number"
    raise UnreadableError(msg)
