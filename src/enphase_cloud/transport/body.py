"""What an answer's body may be: how large, how deep, and whether it is data at all. Bytes in, bytes out.

Every limit holds for what has been decompressed: a few bytes on the wire may stand for gigabytes.
"""

from __future__ import annotations

import json
import re
import zlib
from codecs import BOM_UTF8
from enum import Enum
from typing import Any

from ..errors import looks_like_html

BODY_LIMIT = 32 * 2**20
"""Bytes. The longest answers that are known, lifetimes of large systems, have less than one MiB."""
EVENT_LIMIT = 2**20
"""Bytes of one server-sent event."""
DEPTH_LIMIT = 64
"""Objects and lists within each other. The document has no answer with more than ten."""

_BRACKETS = bytes.maketrans(b"{}", b"[]")
_NOT_MARKS = bytes(set(range(256)) - set(b'[]{}"'))
_TOO_DEEP = b"[" * DEPTH_LIMIT
_ROW_DEPTH = 8
_ROW_BRACKETS = 32
_STRING = re.compile(rb'"[^"]*(?:"|\Z)')
_LINE_END = re.compile(rb"\r\n|\r|\n")
_EMPTY_LINES = re.compile(rb"[\r\n]{5,}")


class BodyError(Exception):
    """A body that cannot be read. `too_large`: it goes over a limit, and would do so again."""

    def __init__(self, problem: str, *, too_large: bool = False) -> None:
        super().__init__(problem)
        self.problem = problem
        self.too_large = too_large


class Judgement(Enum):
    """What a body is; the value says it in words."""

    DATA = "data"
    PAGE = "a page in place of data"
    CUT = "not JSON, or cut short"
    EMPTY = "nothing in place of data"
    DEEP = f"nested more than {DEPTH_LIMIT} levels deep"


class Decoder:
    """Undoes one Content-Encoding: identity, gzip, or deflate with or without the header of zlib.

    What follows the end of the compressed data is ignored.
    """

    def __init__(self, encoding: str | None, limit: int = BODY_LIMIT) -> None:
        self._name = _encoding(encoding)
        self._limit = limit
        self._left = limit
        self._head = b""
        self._inflater: Any = None
        """zlib has no public name for its type."""

    def feed(self, data: bytes) -> bytes:
        """What a piece of the body decompresses to. BodyError where it is damaged, or the whole is too large."""
        if self._name == "identity":
            return self._counted(data)
        if self._inflater is None:
            self._head += data
            if len(self._head) < 2:
                return b""
            self._inflater = zlib.decompressobj(_window_bits(self._name, self._head))
            data, self._head = self._head, b""
        if self._inflater.eof:
            return b""
        try:
            made: bytes = self._inflater.decompress(data, self._left + 1)
        except zlib.error:
            made, damaged = b"", True
        else:
            damaged = False
        if damaged:
            msg = f"its {self._name} encoding is damaged"
            raise BodyError(msg)
        return self._counted(made)

    def flush(self) -> bytes:
        """The end of the body has been fed. BodyError where it came too early; the rest that is left is empty."""
        begun = self._head or self._inflater is not None
        if begun and not (self._inflater is not None and self._inflater.eof):
            msg = f"its {self._name} encoding breaks off"
            raise BodyError(msg)
        return b""

    def _counted(self, made: bytes) -> bytes:
        self._left -= len(made)
        if self._left < 0:
            msg = f"it is longer than the {_size(self._limit)} that are read of an answer"
            raise BodyError(msg, too_large=True)
        return made


class Events:
    """Watches a stream of server-sent events go by, so that whoever gathers one of them need not fear its length."""

    def __init__(self, limit: int = EVENT_LIMIT) -> None:
        self._limit = limit
        self._event = 0
        self._line = 0
        self._after_cr = False

    def feed(self, data: bytes) -> bytes:
        """The same piece. BodyError where an event is longer than the limit; an empty line ends an event."""
        lines = (
            data[1:] if self._after_cr and data.startswith(b"\n") else data
        )  # of a line end that was cut in two
        lines, position = one_empty_line(lines), 0
        for end in _LINE_END.finditer(lines):
            self._line += end.start() - position
            self._count(end.end() - position)
            position = end.end()
            if not self._line:
                self._event = 0
            self._line = 0
        self._line += len(lines) - position
        self._count(len(lines) - position)
        if data:
            self._after_cr = data.endswith(b"\r")
        return data

    def _count(self, more: int) -> None:
        self._event += more
        if self._event > self._limit:
            msg = f"an event of the stream is longer than the {_size(self._limit)} that are read of one"
            raise BodyError(msg, too_large=True)


def one_empty_line(data: bytes) -> bytes:
    """Events with one empty line between them in place of many, which mean no more and take as long as lines do."""
    return _EMPTY_LINES.sub(b"\n\n", data)


def judge(body: bytes) -> Judgement:
    """What a body is.

    | the body | judgement |
    |---|---|
    | white space | EMPTY |
    | begins with `<` | PAGE |
    | an object or a list, whose brackets are balanced | DATA |
    | the same with more than DEPTH_LIMIT brackets in each other | DEEP |
    | brackets that are not balanced, text before or after them | CUT |
    | no brackets, but JSON (`null`, a number, a text) | DATA |
    | anything else | CUT |

    Brackets are all that is looked at in data, for it is parsed soon enough: whatever cuts an answer short leaves
    a bracket open. Nothing here recurses.
    """
    text = _utf8(body)
    if text is None:
        return Judgement.CUT
    if not text:
        return Judgement.EMPTY
    if looks_like_html(text):
        return Judgement.PAGE
    marks = _marks(text)
    bounded = (text[:1], text[-1:]) in ((b"{", b"}"), (b"[", b"]"))
    if bounded and _whole_but_for_rows(marks):
        return Judgement.DATA
    skeleton = _skeleton(marks)
    if not skeleton:
        return _judge_scalar(text)
    inner = _reduced(skeleton[1:-1], DEPTH_LIMIT - 1)
    if b"[]" in inner or inner.count(b"[") >= DEPTH_LIMIT:
        return Judgement.DEEP
    whole = (skeleton[:1], skeleton[-1:], inner) == (b"[", b"]", b"")
    return Judgement.DATA if whole and bounded else Judgement.CUT


def _utf8(body: bytes) -> bytes | None:
    """A body as JSON readers take it, without what stands around it; None where it is in no writing of Unicode."""
    encoding = json.detect_encoding(body)
    if encoding.startswith("utf-8"):
        return body.removeprefix(BOM_UTF8).strip()
    try:
        return body.decode(encoding, "surrogatepass").encode("utf-8", "surrogatepass").strip()
    except UnicodeDecodeError:
        return None


def _marks(text: bytes) -> bytes:
    """The brackets of a JSON text, all of them square, and the quotes around its strings."""
    if b"\\" in text:
        text = text.replace(b"\\\\", b"").replace(b'\\"', b"")
    return text.translate(_BRACKETS, _NOT_MARKS)


def _whole_but_for_rows(marks: bytes) -> bool:
    """Whether brackets and quotes are balanced for sure, and not too deep: quick for the long lists of like rows.

    Two quotes, or two brackets, that are next to each other stand both within a string or both outside; so what
    can be taken away in such pairs until nothing is left is balanced. That goes for the first row of the first
    list, and then for each row that looks the same, in one go.
    """
    inner = marks[1:-1]
    start = marks.find(b"[[")
    if start >= 0:
        row = inner[start : _end_of_row(inner, start)]
        if row and not _reduced(row.replace(b'""', b""), _ROW_DEPTH):
            inner = inner.replace(row, b"")
    return not _reduced(inner.replace(b'""', b""), DEPTH_LIMIT - 1 - _ROW_DEPTH)


def _end_of_row(marks: bytes, start: int) -> int:
    """Where the brackets are even that begin there; `start` where that is not soon."""
    end = start
    for _ in range(_ROW_BRACKETS):
        end = marks.find(b"]", end) + 1
        if not end:
            break
        if marks.count(b"[", start, end) == marks.count(b"]", start, end):
            return end
    return start


def _reduced(skeleton: bytes, rounds: int) -> bytes:
    """What is left of brackets when so many times the innermost of every branch are taken away."""
    for _ in range(rounds):
        if b"[]" not in skeleton or _TOO_DEEP in skeleton:
            break
        skeleton = skeleton.replace(b"[]", b"")
    return skeleton


def _skeleton(marks: bytes) -> bytes:
    """The brackets without those that stand in strings."""
    bare = marks.replace(b'""', b"")
    # A quote is left where a bracket stands in a string, or a string is open: only then is it worth the search.
    return _STRING.sub(b"", marks) if b'"' in bare else bare


def _judge_scalar(text: bytes) -> Judgement:
    try:
        json.loads(text)
    except ValueError:
        return Judgement.CUT
    return Judgement.DATA


def _encoding(told: str | None) -> str:
    names = [
        name for part in (told or "").lower().split(",") if (name := part.strip()) not in ("", "identity")
    ]
    if not names:
        return "identity"
    if len(names) > 1:
        msg = "it is encoded more than once, and this client did not ask for that"
        raise BodyError(msg)
    name = names[0].removeprefix("x-")
    if name not in ("gzip", "deflate"):
        msg = "it is encoded in a way that this client did not ask for"
        raise BodyError(msg)
    return name


def _window_bits(name: str, head: bytes) -> int:
    """What zlib is to expect: by the name, and for deflate by the two bytes that a header of zlib would be."""
    if name == "gzip":
        return zlib.MAX_WBITS | 16
    header = head[0] & 0x0F == 8 and int.from_bytes(head[:2], "big") % 31 == 0
    return zlib.MAX_WBITS if header else -zlib.MAX_WBITS


def _size(limit: int) -> str:
    return f"{limit // 2**20} MiB" if limit >= 2**20 and limit % 2**20 == 0 else f"{limit} bytes"
