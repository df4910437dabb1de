"""Answers that no service should give, each made of a documented one, the same for the same seed.

A document is changed in its structure (anything may stand in any place, or be missing, or be there twice, or a hundred
thousand levels deep), written down as JSON should not be, and then changed in its bytes.
"""

from __future__ import annotations

import copy
import gzip
import json
import random
import zlib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

DEEPEST = 100_000
"""Levels of lists in lists."""
LONGEST = 200_000
"""Bytes of one text, about; and of the items of one list."""


class Raw(NamedTuple):
    """What is written into JSON as it is."""

    text: str


NUMBERS = (
    *(0, -0.0, -1, 1, 2**31, 2**53, 2**53 + 1, -(2**63), 2**63, 2**64, 10**30, -(10**400), 1e308, 5e-324),
    *(60_000 * 31_556_952, -62_135_596_800, 253_402_300_799, 253_402_300_800, 1_782_000_000_000),
    *(Raw("1e999"), Raw("-1e999"), Raw("NaN"), Raw("Infinity"), Raw("-Infinity"), Raw("1e-999")),
    *(Raw("9" * 4_301), Raw("-" + "9" * 30_000), Raw("0." + "0" * 20_000 + "1"), Raw("-0"), Raw("01")),
    *(Raw("1." + "7" * 400), Raw("0x10"), Raw("1_000"), Raw("+1"), Raw(".5"), Raw("1e+5"), Raw("1E400000")),
)
TEXTS = (
    *(
        "",
        " ",
        "0",
        "-1",
        "1.5",
        "97%",
        "%",
        "NaN",
        "inf",
        "-Infinity",
        "1e999",
        "9" * 5_000,
        "١٢",
        "½",
        "true",
    ),
    *(
        "2026-06-01",
        "0000-00-00",
        "9999-12-31",
        "60000-01-01",
        "-0001-01-01",
        "2026-02-30",
        "2026-W01-1",
        "now",
    ),
    *("2026-06-01T00:00:00+99:99", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "20260601"),
    *(
        "UTC",
        "Mars/Olympus",
        "../../etc/passwd",
        "US/Pacific\0",
        "Australia/Lord_Howe",
        "enabled",
        "disabled",
    ),
    *(
        "\0",
        "\x1b[2J",
        "\u202e",
        "\ufeff",
        "\ud800",
        "\udfff\ud800",
        "a\ud83d",
        "👩‍👩‍👧",
        "<html>",
        "&#x0;",
        "data: {}",
    ),
    *("%s%n{0}{x}", "a" * 10_000, "é" * 5_000),
)
OTHERS: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        [],
        {},
        [[]],
        [[[[[[[[[[]]]]]]]]]],
        [None],
        {"": None},
        {"\ud800": 1},
        [{}, {}],
        [1, "a"],
    ),
    *({"error": {"code": 466}}, {"error": "x"}, {"data": {"data": {"data": {}}}}, {"id": {"id": []}}),
)
TOKENS = (
    *(b"\0", b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xef\xbb\xbf", b"\xff\xfe"),
    *(
        b"{",
        b"}",
        b"[",
        b"]",
        b'"',
        b",",
        b":",
        b"\\",
        b"\\u",
        b"\\ud800",
        b"\\x",
        b"\n",
        b"\r",
        b"/*",
        b"//",
    ),
    *(b"NaN", b"1e999", b"null", b"true", b"\xe2\x80\xa8", b"\r\n\r\n", b"\n\ndata: ", b"data:", b"<"),
)
WHOLE: tuple[Callable[[bytes], bytes], ...] = (
    lambda body: b"",
    lambda body: b" \r\n\t ",
    lambda body: b"null",
    lambda body: b"0",
    lambda body: b'"' + b"a" * LONGEST + b'"',
    lambda body: b"[" * DEEPEST,
    lambda body: b"[" * DEEPEST + b"]" * DEEPEST,
    lambda body: b'{"a":' * DEEPEST + b"1" + b"}" * DEEPEST,
    lambda body: b'{"a":[' * DEEPEST,
    lambda body: b"[" * 63 + body + b"]" * 63,
    lambda body: b"[" + b",".join([body] * 9) + b"]",
    lambda body: body + body,
    lambda body: b"\xef\xbb\xbf" + body,
    lambda body: body.decode("latin-1").encode("utf-16"),
    lambda body: body.decode("latin-1").encode("utf-32-be"),
    lambda body: b"<html><head><title>Busy</title></head><body>" + b"<p>" * 9_999 + b"</body>",
    lambda body: b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><error>&b;</error>',
    lambda body: b"<" * LONGEST,
    lambda body: b"\0" * 10_000,
    lambda body: gzip.compress(body, mtime=0),
    zlib.compress,
    lambda body: b"data: " + body + b"\n\n",
    lambda body: b"\x80" + body,
    lambda body: body.replace(b"{", b"["),
    lambda body: body.replace(b'"', b"'"),
    lambda body: body.replace(b"1", b"9" * 20),
)
CONTENT_TYPES = (
    *(
        "application/json",
        "application/json; charset=utf-16",
        "application/json; charset=klingon",
        "",
        ";;=,",
    ),
    *(
        "application/octet-stream",
        "text/html",
        "text/xml",
        "text/plain; charset=\xff",
        "x" * 5_000,
        "image/png",
    ),
)


class Fuzz(random.Random):
    """Draws answers."""

    def body(self, shown: Any) -> bytes:
        """An answer that was this one once."""
        document = copy.deepcopy(shown)
        for _ in range(self.choice((0, 1, 1, 1, 2, 3, 6))):
            document = self._changed(document)
        body = self._written(document)
        for _ in range(self.choice((0, 0, 0, 1, 1, 2, 5))):
            body = self.damaged(body)
        return self.choice(WHOLE)(body) if self.random() < 0.03 else body

    def odd(self) -> Any:
        """Anything, in the place of something else."""
        draw = self.random()
        if draw < 0.35:
            return self.choice(NUMBERS)
        if draw < 0.7:
            return self.choice(TEXTS)
        if draw < 0.95:
            return copy.deepcopy(self.choice(OTHERS))
        if draw < 0.98:
            return "".join(map(chr, (self.randrange(0x10FFFF) for _ in range(self.randrange(9)))))
        return Raw("[" * (depth := self.choice((20, 60, 64, 70, 900, DEEPEST))) + "]" * depth)

    def pieces(self, body: bytes) -> Iterator[bytes]:
        """The same bytes, cut anywhere."""
        position = 0
        while position < len(body):
            length = self.choice((1, 2, 7, 100, 4_096, LONGEST))
            yield body[position : position + length]
            position += length

    def _changed(self, document: Any) -> Any:
        places = list(_places(document))
        if not places or self.random() < 0.03:
            return self.odd()
        holder, key = self.choice(places)
        value = holder[key]
        match self.randrange(9):
            case 0:
                del holder[key]
            case 1 | 2 | 3:
                holder[key] = self.odd()
            case 4:
                holder[key] = None
            case 5:
                holder[key] = [value] if self.random() < 0.5 else {"0": value}
            case 6 if isinstance(value, list) and value:
                item = self.choice(value)
                self._repeat(value, item)
            case 7 if isinstance(holder, dict):
                holder[self.choice((*TEXTS[:30], key.upper(), key + " "))] = holder.pop(key)
            case _:
                other, name = self.choice(places)
                holder[key] = copy.deepcopy(other[name]) if name in _keys(other) else self.odd()
        return document

    def _repeat(self, items: list[Any], item: Any) -> None:
        size = len(repr(item)) + 2
        most = 2_000 if size > 40 else LONGEST // size
        items.extend([item] * self.choice((1, 2, 30, most if self.random() < 0.1 else 3)))

    def _written(self, document: Any) -> bytes:
        raw: list[str] = []
        style = self.random()
        text = json.dumps(
            _marked(document, raw),
            ensure_ascii=style < 0.7,
            separators=(",", ":") if style < 0.4 else None,
            indent=2 if style > 0.95 else None,
        )
        for number, each in enumerate(raw):
            text = text.replace(f'"\\u0001{number}\\u0001"', each)
        if self.random() < 0.05 and text.startswith("{") and "," in text:
            text = "{" + text[1:].partition(",")[0] + "," + text[1:]  # the first key twice
        return text.encode("utf-8", "surrogatepass")

    def damaged(self, body: bytes) -> bytes:
        """The same with one thing done to its bytes."""
        at = self.randrange(len(body) + 1)
        match self.randrange(7):
            case 0 if body:
                at = min(at, len(body) - 1)
                return body[:at] + bytes([body[at] ^ 1 << self.randrange(8)]) + body[at + 1 :]
            case 1:
                return body[:at]
            case 2:
                return body[:at] + body[max(0, at - self.randrange(200)) :]
            case 3:
                return body[:at] + body[at + self.randrange(30) :]
            case 4:
                return body[:at] + self.randbytes(self.randrange(1, 9)) + body[at:]
            case _:
                return body[:at] + self.choice(TOKENS) + body[at:]


def bomb(stands_for: int) -> bytes:
    """A few kilobytes of gzip for each of so many megabytes of white space."""
    press = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    piece = press.compress(b" " * 2**20) + press.flush(zlib.Z_FULL_FLUSH)
    rest = press.compress(b" " * 2**20) + press.flush(zlib.Z_FULL_FLUSH)
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + piece + rest * (stands_for - 1)


def _keys(holder: Any) -> Any:
    return holder if isinstance(holder, dict) else range(len(holder))


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict | list):
            for key in _keys(node):
                yield node, key
                waiting.append(node[key])


def _marked(node: Any, raw: list[str]) -> Any:
    """The document with a mark in each place in which something raw is to stand."""
    if isinstance(node, Raw):
        raw.append(node.text)
        return f"\x01{len(raw) - 1}\x01"
    if isinstance(node, dict):
        return {key: _marked(each, raw) for key, each in node.items()}
    return [_marked(each, raw) for each in node] if isinstance(node, list) else node
