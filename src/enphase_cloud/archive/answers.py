"""What is kept of an answer, and how it is written down."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from .coverage import Held, Key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# made once, as to make it costs more than to use it
_written = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode
TELL_SYSTEMS = ("listSystems", "getSystemById")
"""Operations whose answers tell what systems there are."""


class Paid(NamedTuple):
    """An answer to be kept."""

    key: Key
    asked: Mapping[str, Any]
    start: int
    until: int
    final: int
    fetched: int
    status: int
    hits: int
    content_type: str
    body: bytes


class Kept(NamedTuple):
    """An answer that was kept, as it came."""

    status: int
    content_type: str
    body: bytes


class Meta(NamedTuple):
    """What is known of an answer without its body."""

    id: int
    service: str
    operation: str
    system_id: int
    detail: str
    asked: str
    start: int
    until: int
    final: int
    fetched: int
    status: int
    hits: int
    content_type: str
    size: int
    body_check: int
    check_sum: int

    @property
    def whole(self) -> bool:
        """Whether nobody changed it since it was written."""
        return check_sum(self[1:-1]) == self.check_sum

    @property
    def key(self) -> Key:
        return Key(self.operation, self.system_id, self.detail)

    @property
    def held(self) -> Held:
        return Held(self.id, self.start, self.until, self.final, self.fetched, json.loads(self.asked))


class Hole(NamedTuple):
    """What was asked for in vain."""

    key: Key
    start: int
    until: int
    reason: str
    problem: str
    at: int


def service_of(base_url: str) -> str:
    """The origin of a service: what is kept of one has nothing to do with another."""
    parts = urlsplit(base_url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}"


def lenient(data: bytes) -> str:
    """A column's text, also where a disk has changed it: its checksum says so then, and not an exception."""
    return data.decode(errors="surrogateescape")


def canonical(value: Any) -> str:
    """The one way in which a value is written as JSON."""
    return _written(value)


def check_sum(values: Sequence[Any]) -> int:
    """Over columns that are numbers and texts."""
    return zlib.crc32(canonical(list(values)).encode())


def systems_of(operation_id: str, document: Any) -> dict[int, str]:
    """The systems that an answer of TELL_SYSTEMS tells of, by their ids, each as JSON."""
    listed = [document] if operation_id == "getSystemById" else _get(document, "systems")
    found = {}
    for each in listed if isinstance(listed, list) else ():
        system_id = _get(each, "system_id")
        if isinstance(system_id, int) and not isinstance(system_id, bool) and 0 < system_id < 2**63:
            found[system_id] = json.dumps(each, ensure_ascii=False)
    return found


def _get(document: Any, name: str) -> Any:
    return document.get(name) if isinstance(document, dict) else None
