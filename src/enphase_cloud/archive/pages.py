"""Records that can be read off the pages of a SQLite file, whatever is wrong with the rest of it.

Nothing that a page says of another one is believed, but for the chains of long records. Each page, and each image of a
page in the write-ahead log, is looked through for what begins like a record of the shape that is looked for: a length,
and the types of its columns; entries of an index only where a page says that it is of one. Whoever asks has to know a
whole record when he sees one, by a checksum: pages also hold what is left of old records.

Shapes are written as a letter for each column: `-` NULL, `i` integer, `t` text, `b` bytes. The record of an ordinary
table begins with the NULL that stands for its row id.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from types import TracebackType

PAGE = 4096
LARGEST = 64 * 2**20
"""Bytes of a record: an answer has at most half of it."""

_LINK = 4
"""Bytes that lead to the next page of a long record."""
_ROOM = PAGE - _LINK
_LEAST = (PAGE - 12) * 32 // 255 - 23
"""Bytes of a long record that stay on its first page, at least."""
_MOST_OF_TABLE = PAGE - 35
_MOST_OF_INDEX = (PAGE - 12) * 64 // 255 - 23
_INDEXES = (b"\x02", b"\x0a")
"""How pages of an index begin."""
_WAL_HEADER = 32
_FRAME_HEADER = 24
_SALTS = slice(8, 16)
_LONG = rb"(?:[\x81-\xff][\x80-\xff]{0,3})?[\x00-\x7f]"
_TYPES = {"-": rb"\x00", "i": rb"[\x01-\x06\x08\x09]", "t": _LONG, "b": _LONG}
_WIDTHS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 8: 0, 9: 0}
"""Bytes of an integer, by its type; the last two are 0 and 1 themselves."""


class Shape:
    """What a record looks like that is looked for."""

    def __init__(self, columns: str) -> None:
        self.columns = columns
        self.table = columns.startswith("-")
        """Whether it is of an ordinary table: those of indexes have less room on their page, and no row id."""
        first, *others = (_TYPES[column] for column in columns)
        # a NULL is a fixed byte: to look for that, and only then ahead, takes a tenth of the time
        types = b"%s(?=(%s))" if self.table else b"(?=%s(%s))"
        self._types = re.compile(types % (first, b"".join(others)), re.DOTALL)

    def headers(self, page: bytes) -> Iterator[tuple[int, bytes]]:
        """What may be the headers of such records, and where each of them begins: its length, and the types."""
        if not self.table and page[:1] not in _INDEXES:
            return
        for match in self._types.finditer(page):
            start, end = match.start() - 1, match.end(1)
            if start >= 0 and page[start] == end - start:
                yield start, page[start:end]

    def sizes(self, header: bytes) -> list[tuple[int, int]] | None:
        """Of each column its type and how many bytes it takes; None where these are no types of such a record."""
        found, position = [], 1
        for column in self.columns:
            kind, position = _varint(header, position)
            text = column == "t"
            if column in "tb" and (kind < (13 if text else 12) or bool(kind % 2) != text):
                return None
            found.append((kind, (kind - 12) // 2 if column in "tb" else _WIDTHS.get(kind, 0)))
        return found


class Place(NamedTuple):
    """Where a record begins, and how its pages are chosen."""

    log: bool
    """Whether it is in the write-ahead log."""
    offset: int
    """Of its page."""
    start: int
    """In the page."""
    view: int


class Record(NamedTuple):
    place: Place
    number: int
    """Its row id, of a table; nothing vouches for it."""
    values: tuple[Any, ...]
    """As far as they could be read: from an incomplete record, the columns before the first that is not there."""


class Pages:
    """The pages of a file and of its write-ahead log. A context manager.

    OSError where the file cannot be opened. What cannot be read of it, as the disk fails there, counts as zeros.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None
        self._log: IO[bytes] | None = None
        self._views: list[Mapping[int, int]] = [{}]

    def __enter__(self) -> Self:
        self._file = self._path.open("rb")
        with suppress(FileNotFoundError):
            self._log = self._path.with_name(f"{self._path.name}-wal").open("rb")
        if self._log is not None:
            self._views = [*self._overlays(self._log), {}]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for each in (self._file, self._log):
            if each is not None:
                each.close()

    def remains(self, shape: Shape) -> Iterator[Iterator[Record]]:
        """Whatever begins like such a record; each in all the ways in which it can be read, the likeliest first."""
        for log, offset in self._all():
            page = self._at(log, offset)
            for start, header in shape.headers(page):
                yield self._readings(shape, page, header, Place(log, offset, start, 0))

    def read(self, shape: Shape, place: Place) -> Record | None:
        """The record that was found there."""
        page = self._at(place.log, place.offset)
        header = dict(shape.headers(page)).get(place.start)
        return None if header is None else self._reading(shape, page, header, place)

    def _readings(self, shape: Shape, page: bytes, header: bytes, place: Place) -> Iterator[Record]:
        for view in range(len(self._views)):
            record = self._reading(shape, page, header, place._replace(view=view))
            if record is None:
                return
            yield record

    def _reading(self, shape: Shape, page: bytes, header: bytes, place: Place) -> Record | None:
        sizes = shape.sizes(header)
        if sizes is None:
            return None
        length = len(header) + sum(size for _, size in sizes)
        here = _local(length, _MOST_OF_TABLE if shape.table else _MOST_OF_INDEX)
        end = place.start + here
        if length > LARGEST or end + (_LINK if here < length else 0) > PAGE:
            return None
        content = page[place.start : end]
        if here < length:
            content += self._rest(page[end : end + _LINK], length - here, place.view)
        number = _before(page, place.start) if shape.table else 0
        return Record(place, number, tuple(_values(shape.columns, sizes, content, len(header))))

    def _rest(self, link: bytes, length: int, view: int) -> bytes:
        """The bytes of a long record that are on pages of their own, as far as they are there."""
        found = bytearray()
        while length > 0:
            number = int.from_bytes(link)
            page = self._page(number, view)
            if number < 2 or not page:
                break
            found += page[_LINK : _LINK + min(length, _ROOM)]
            link, length = page[:_LINK], length - _ROOM
        return bytes(found)

    def _page(self, number: int, view: int) -> bytes:
        offset = self._views[view].get(number)
        return self._at(False, (number - 1) * PAGE) if offset is None else self._at(True, offset)

    def _all(self) -> Iterator[tuple[bool, int]]:
        """Where each page begins: first those of the log, which are newer."""
        for log, first, step in ((True, _WAL_HEADER, _FRAME_HEADER + PAGE), (False, 0, PAGE)):
            start = first + _FRAME_HEADER if log else first
            for offset in range(start, _size(self._log if log else self._file), step):
                yield log, offset

    def _at(self, log: bool, offset: int) -> bytes:
        """A page; what the file ends before is zeros. Nothing where it ends before all of it."""
        found = _read(self._log if log else self._file, offset, PAGE)
        return found.ljust(PAGE, b"\0") if found else b""

    def _overlays(self, log: IO[bytes]) -> Iterator[dict[int, int]]:
        """Where the newest image of each page is: as of the last commit, and of all that the log has held.

        A log is written over from its beginning, under another pair of salts each time.
        """
        salts = _read(log, 16, 8)
        frames = [
            (offset + _FRAME_HEADER, _read(log, offset, _FRAME_HEADER))
            for offset in range(_WAL_HEADER, _size(log), _FRAME_HEADER + PAGE)
        ]
        if frames and all(header[_SALTS] != salts for _, header in frames):
            salts = frames[0][1][_SALTS]  # it is the log's own header that is damaged
        of_now = [frame for frame in frames if frame[1][_SALTS] == salts]
        while of_now and not any(
            of_now[-1][1][4:8]
        ):  # a frame that ends a transaction says how long the file is
            of_now.pop()
        for each in (of_now, [*(frame for frame in frames if frame[1][_SALTS] != salts), *of_now]):
            yield {int.from_bytes(header[:4]): offset for offset, header in each}


def _values(
    columns: str, sizes: list[tuple[int, int]], content: bytes, position: int
) -> Iterator[int | str | bytes | None]:
    for column, (kind, size) in zip(columns, sizes, strict=True):
        piece = content[position : position + size]
        position += size
        if len(piece) < size:
            return
        if column == "t":
            try:
                yield piece.decode()
            except UnicodeDecodeError:
                return
        elif column == "i":
            yield kind - 8 if kind in (8, 9) else int.from_bytes(piece, signed=True)
        else:
            yield piece if column == "b" else None


def _local(length: int, most: int) -> int:
    """How many bytes of a record stay on its page."""
    if length <= most:
        return length
    fitting = _LEAST + (length - _LEAST) % _ROOM
    return fitting if fitting <= most else _LEAST


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = 0
    while data[position] & 0x80:
        value = value << 7 | data[position] & 0x7F
        position += 1
    return value << 7 | data[position], position + 1


def _before(page: bytes, position: int) -> int:
    """The number that ends just before: the row id of a record."""
    start = position - 1
    if start < 0:
        return 0
    while start > max(0, position - 9) and page[start - 1] & 0x80:
        start -= 1
    return 0 if page[position - 1] & 0x80 else _varint(page, start)[0]


def _size(file: IO[bytes] | None) -> int:
    return 0 if file is None else file.seek(0, 2)


def _read(file: IO[bytes] | None, offset: int, size: int) -> bytes:
    if file is None:
        return b""
    try:
        file.seek(offset)
        return file.read(size)
    except (OSError, OverflowError):
        return bytes(size)
