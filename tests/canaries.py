"""Everything that the tests ever wrap as a secret is a canary: after each test, what people can see is searched for it.

Seen are all log records (at DEBUG, with their arguments and extras), all EnphaseErrors with their attributes, what the
command line printed, and the files of the test's home, but for the store, which is there to hold them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from enphase_cloud import EnphaseError
from enphase_cloud.transport.secret import Secret, forms

SHORTEST = 8
"""Letters of a secret that is looked for: shorter ones are found in anything."""
STORE = "profiles"


class Watch(logging.Handler):
    """What was wrapped, and what was seen, in one test."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.secrets: set[Secret] = set()
        self.seen: list[str] = []
        self._formatter = logging.Formatter("%(name)s %(message)s")

    def emit(self, record: logging.LogRecord) -> None:
        known = {name: value for name, value in vars(record).items() if name not in _ORDINARY}
        self.seen.append(f"{self._formatter.format(record)} {record.args!r} {known!r}")

    def found(self, home: Path) -> Iterator[str]:
        """Where a secret was seen. It is not repeated."""
        canaries = sorted(forms(self.secrets))
        if not canaries:
            return
        for place, text in (*(("what was shown", each) for each in self.seen), *_files(home)):
            for canary in canaries:
                if canary in text:
                    yield f"{place}: {text.replace(canary, '<A SECRET>')[:500]}"


_ORDINARY = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


def _files(home: Path) -> Iterable[tuple[str, str]]:
    for path in home.rglob("*") if home.exists() else ():
        if path.is_file() and STORE not in path.relative_to(home).parts:
            yield str(path), path.read_bytes().decode("latin-1")


@contextmanager
def watched(patch: pytest.MonkeyPatch) -> Iterator[Watch]:
    """Watch all that happens in this process."""
    watch = Watch()

    def wrapped(self: Secret, value: Any, _real: Any = Secret.__init__) -> None:
        _real(self, value)
        if isinstance(value, str) and len(value) >= SHORTEST:
            watch.secrets.add(self)

    def raised(self: EnphaseError, *args: Any, _real: Any = EnphaseError.__init__, **known: Any) -> None:
        _real(self, *args, **known)
        watch.seen.append(f"{args!r} {known!r}")

    def invoked(self: CliRunner, *args: Any, _real: Any = CliRunner.invoke, **known: Any) -> Any:
        result = _real(self, *args, **known)
        watch.seen.append(result.output)
        return result

    patch.setattr(Secret, "__init__", wrapped)
    patch.setattr(EnphaseError, "__init__", raised)
    patch.setattr(CliRunner, "invoke", invoked)
    root = logging.getLogger()
    level = root.level
    root.addHandler(watch)
    root.setLevel(logging.DEBUG)
    try:
        yield watch
    finally:
        root.setLevel(level)
        root.removeHandler(watch)
