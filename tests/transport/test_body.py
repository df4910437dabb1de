"""What an answer's body may be: whatever comes, memory and time are bounded, and data is told from what is not."""

from __future__ import annotations

import codecs
import gzip
import json
import tracemalloc
import zlib
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enphase_cloud.transport.body import (
    BODY_LIMIT,
    DEPTH_LIMIT,
    EVENT_LIMIT,
    BodyError,
    Decoder,
    Events,
    Judgement,
    judge,
)

BODY = b'{"rows": [' + b", ".join(b'{"end_at": %d}' % number for number in range(200)) + b"]}"


def raw_deflated(body: bytes) -> bytes:
    maker = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return maker.compress(body) + maker.flush()


def encoded(encoding: str | None, body: bytes) -> bytes:
    if encoding == "gzip":
        return gzip.compress(body)
    return zlib.compress(body) if encoding == "deflate" else body


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[start:end] for start, end in pairwise(places)]


def decoded(encoding: str | None, *data: bytes, limit: int = BODY_LIMIT) -> bytes:
    decoder = Decoder(encoding, limit)
    return b"".join(decoder.feed(piece) for piece in data) + decoder.flush()


def refusal(encoding: str | None, *data: bytes, limit: int = BODY_LIMIT) -> BodyError:
    with pytest.raises(BodyError) as caught:
        decoded(encoding, *data, limit=limit)
    return caught.value


@given(
    body=st.binary(max_size=200),
    encoding=st.sampled_from([None, "identity", "gzip", "deflate"]),
    cuts=st.lists(st.integers(0, 999), max_size=6),
    raw=st.booleans(),
)
def test_it_does_not_matter_where_a_body_is_cut_into_pieces(
    body: bytes, encoding: str | None, cuts: list[int], raw: bool
) -> None:
    data = raw_deflated(body) if raw and encoding == "deflate" else encoded(encoding, body)
    assert decoded(encoding, *pieces(data, cuts)) == body


@pytest.mark.parametrize("told", [None, "", " ", "identity", "Identity, ", "IDENTITY,identity"])
def test_no_encoding(told: str | None) -> None:
    assert decoded(told, BODY) == BODY


@pytest.mark.parametrize("told", ["gzip", " GZip ", "x-gzip", "identity, gzip", "gzip,"])
def test_names_of_gzip(told: str) -> None:
    assert decoded(told, gzip.compress(BODY)) == BODY


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("br", "in a way"),
        ("zstd", "in a way"),
        ("gzip, gzip", "more than once"),
        ("gzip deflate", "in a way"),
    ],
)
def test_other_encodings_are_refused_before_anything_is_read(told: str, words: str) -> None:
    with pytest.raises(BodyError, match=words) as caught:
        Decoder(told)
    assert not caught.value.too_large


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_what_breaks_off_or_is_damaged_is_no_answer(encoding: str) -> None:
    data = encoded(encoding, BODY)
    for end in range(1, len(data)):
        assert "breaks off" in refusal(encoding, data[:end]).problem
    worse = refusal(encoding, data[:40] + bytes(byte ^ 0xFF for byte in data[40:]))
    assert worse.problem == f"its {encoding} encoding is damaged"
    assert not worse.too_large
    assert worse.__context__ is None


def test_plain_text_under_the_name_of_gzip_is_damaged() -> None:
    assert "damaged" in refusal("gzip", BODY).problem


@pytest.mark.parametrize("encoding", ["gzip", "deflate", None])
def test_nothing_is_nothing_in_any_encoding(encoding: str | None) -> None:
    assert decoded(encoding) == b""
    assert decoded(encoding, b"", b"") == b""


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_what_follows_the_compressed_data_is_ignored(encoding: str) -> None:
    data = encoded(encoding, BODY)
    assert decoded(encoding, data + b"\0\0", b"more") == BODY


@pytest.mark.parametrize("encoding", [None, "gzip", "deflate"])
def test_a_limit_is_a_limit_to_the_byte(encoding: str | None) -> None:
    data = encoded(encoding, BODY)
    assert decoded(encoding, data, limit=len(BODY)) == BODY
    error = refusal(encoding, data, limit=len(BODY) - 1)
    assert error.too_large
    assert f"{len(BODY) - 1} bytes" in error.problem


@given(limit=st.integers(0, 300), cuts=st.lists(st.integers(0, 999), max_size=5))
def test_no_piece_gives_more_than_the_limit_leaves(limit: int, cuts: list[int]) -> None:
    decoder, got = Decoder("gzip", limit), 0

    def feed_all() -> None:
        nonlocal got
        for piece in pieces(gzip.compress(bytes(301)), cuts):
            got += len(decoder.feed(piece))

    with pytest.raises(BodyError, match="longer than"):
        feed_all()
    assert got <= limit


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_bomb_does_not_go_off(encoding: str) -> None:
    bomb = encoded(encoding, bytes(64 * 2**20))
    assert len(bomb) < 2**17
    decoder = Decoder(encoding, 2**20)
    tracemalloc.start()
    try:
        with pytest.raises(BodyError, match="longer than the 1 MiB") as caught:
            decoder.feed(bomb)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert caught.value.too_large
    assert peak < 4 * 2**20


def test_the_limits_are_said_in_words() -> None:
    assert "32 MiB" in refusal(None, bytes(BODY_LIMIT), b"x").problem
    assert "1048577 bytes" in refusal(None, bytes(2**20 + 2), limit=2**20 + 1).problem


# --- events ---

EVENT = b'data: {"a": 1}'


def watched(limit: int, *data: bytes) -> bytes:
    watch = Events(limit)
    return b"".join(map(watch.feed, data))


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@given(cuts=st.lists(st.integers(0, 9999), max_size=8))
def test_events_within_the_limit_pass_however_they_are_cut(end: bytes, cuts: list[int]) -> None:
    stream = (EVENT + end + end) * 5
    assert watched(len(EVENT) + 2 * len(end), *pieces(stream, cuts)) == stream


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@given(cuts=st.lists(st.integers(0, 9999), max_size=8))
def test_an_event_over_the_limit_is_refused_however_it_is_cut(end: bytes, cuts: list[int]) -> None:
    stream = (EVENT + end + end) * 3 + EVENT + end + b"id: 1" + end + end
    with pytest.raises(BodyError, match="an event of the stream is longer than the") as caught:
        watched(len(EVENT) + 2 * len(end), *pieces(stream, cuts))
    assert caught.value.too_large


def test_mixed_line_ends_end_an_event() -> None:
    data = [b"data:\n\r", b"\n", b"", b"a: b\r", b"\n\r\n", b"c\r\n", b"\n"] * 3
    assert watched(8, *data) == b"".join(data)


@pytest.mark.parametrize("line", [(b"data: 1\r", b"\n"), (b"data: 1\r", b"", b"\n")])
def test_one_line_end_in_two_pieces_is_one(line: tuple[bytes, ...]) -> None:
    """Were it two, any line would end an event, and no event would ever be too long."""
    with pytest.raises(BodyError):
        watched(20, *line * 3)


def test_a_line_without_end_is_refused() -> None:
    watch = Events()
    watch.feed(bytes(EVENT_LIMIT))
    with pytest.raises(BodyError, match="1 MiB"):
        watch.feed(b"x")


# --- judgement ---


def nested(depth: int) -> bytes:
    """`depth` brackets in each other, of both kinds."""
    opening = "".join('{"a": ' if level % 2 else "[" for level in range(depth))
    closing = "".join("}" if level % 2 else "]" for level in reversed(range(depth)))
    return f"{opening}{closing}".replace('{"a": }', "{}").encode()


@pytest.mark.parametrize(
    ("body", "judgement"),
    [
        (b"{}", Judgement.DATA),
        (b"[]", Judgement.DATA),
        (BODY, Judgement.DATA),
        (b' \r\n{"a": [1, {"b": null}]}\n', Judgement.DATA),
        (codecs.BOM_UTF8 + b"{}", Judgement.DATA),
        ('{"ä": "[ü"}'.encode("utf-16"), Judgement.DATA),
        (b'{"a": "}]"}', Judgement.DATA),
        (b'{"a": "\\"}", "\\\\": "]"}', Judgement.DATA),
        (b'{"a": "\\\\\\"]"}', Judgement.DATA),
        (b'["[", "]"]', Judgement.DATA),
        (b'"a text"', Judgement.DATA),
        (b'"[a text"', Judgement.DATA),
        (b"null", Judgement.DATA),
        (b"-1.5e3", Judgement.DATA),
        (b"", Judgement.EMPTY),
        (b" \n\t", Judgement.EMPTY),
        (codecs.BOM_UTF8 + b"\n", Judgement.EMPTY),
        (b"<html>{}</html>", Judgement.PAGE),
        (codecs.BOM_UTF8 + b"\n <!DOCTYPE html>", Judgement.PAGE),
        (b'<?xml version="1.0"?>', Judgement.PAGE),
        ("<html>".encode("utf-16"), Judgement.PAGE),
        (b"upstream connect error", Judgement.CUT),
        (b"upstream [connect] error", Judgement.CUT),
        (b'{"a": 1}, and more', Judgement.CUT),
        (b'so: {"a": 1}', Judgement.CUT),
        (b'{"a": 1}{"b": 2}', Judgement.CUT),
        (b"[1] [2]", Judgement.CUT),
        (b"[][][]", Judgement.CUT),
        (b"[[]][[]]", Judgement.CUT),
        (b'{"a": [{"b": 1}, {"b": 2}]', Judgement.CUT),
        (b'{"a": [{"b": 1}, {"b": "]}"}', Judgement.CUT),
        (b'[["a", "b"], ["a", "]["]]', Judgement.DATA),
        (b"[" + nested(40) * 5 + b"]", Judgement.DATA),
        (b"[[" + b"{}" * 70 + b"], " + nested(DEPTH_LIMIT - 1) + b"]", Judgement.DATA),
        (b"[[" + b"{}" * 70 + b"], " + nested(DEPTH_LIMIT) + b"]", Judgement.DEEP),
        (b'{"a": [1, 2', Judgement.CUT),
        (b'{"a": [1, 2]', Judgement.CUT),
        (b'{"a": "b', Judgement.CUT),
        (b'{"a": "b}', Judgement.CUT),
        (b'{"a": {"b": "]"}', Judgement.CUT),
        (b'{"a": "\\', Judgement.CUT),
        (b"]", Judgement.CUT),
        (b"}{", Judgement.CUT),
        (b'"a tex', Judgement.CUT),
        (b'"[a tex', Judgement.CUT),
        (b"nul", Judgement.CUT),
        (b"9" * 5000, Judgement.CUT),
        (b"\xff\xfe\x00", Judgement.CUT),
        (b"\xff\xfe\xff\xff\xff", Judgement.CUT),
        (b"\x80\x81", Judgement.CUT),
        (nested(DEPTH_LIMIT), Judgement.DATA),
        (nested(DEPTH_LIMIT + 1), Judgement.DEEP),
        (b"[" + nested(DEPTH_LIMIT - 1) * 3 + b"]", Judgement.DATA),
        (b"[" + nested(DEPTH_LIMIT) * 3 + b"]", Judgement.DEEP),
        (b"[" * (DEPTH_LIMIT - 1), Judgement.CUT),
        (b"[" * (DEPTH_LIMIT + 1), Judgement.CUT),
        (b"[" * (DEPTH_LIMIT + 2), Judgement.DEEP),
        (b'"' + b"[" * 999 + b'"', Judgement.DATA),
        (b"]" * 999, Judgement.CUT),
    ],
)
def test_the_table_of_judgements(body: bytes, judgement: Judgement) -> None:
    assert judge(body) is judgement


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 2**20,
        b"[" * 2**19 + b"]" * 2**19,
        b'{"a":' * 2**18,
        b"[[]" * 2**18,
        b'["' * 2**18,
        b'"' * (2**20 + 1),
        b"\\" * 2**20,
    ],
)
def test_hostile_bodies_are_not_data_and_do_no_harm(body: bytes) -> None:
    assert judge(body) in (Judgement.DEEP, Judgement.CUT)


TEXTS = st.text(st.sampled_from('ab[]{}"\\ ,:é'), max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9999) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
ANSWERS = st.lists(VALUES, max_size=4) | st.dictionaries(TEXTS, VALUES, max_size=4)


@given(answer=ANSWERS, ascii_only=st.booleans(), indent=st.sampled_from([None, 1]))
def test_every_answer_is_data_and_no_beginning_of_one_is(
    answer: Any, ascii_only: bool, indent: int | None
) -> None:
    body = json.dumps(answer, ensure_ascii=ascii_only, indent=indent).encode()
    assert judge(body) is Judgement.DATA
    for end in range(1, len(body)):
        assert judge(body[:end]) is Judgement.CUT


@given(row=VALUES, number=st.integers(1, 5), last=VALUES)
def test_a_list_of_like_rows_is_data_and_no_beginning_of_one_is(row: Any, number: int, last: Any) -> None:
    body = json.dumps({"meta": {"status": "normal"}, "rows": [row] * number + [last]}).encode()
    assert judge(body) is Judgement.DATA
    for end in range(1, len(body)):
        assert judge(body[:end]) is Judgement.CUT


@given(st.binary(max_size=60) | st.text('[]{}"\\,:1 \n<é', max_size=60).map(str.encode))
def test_what_a_json_reader_takes_is_data(body: bytes) -> None:
    judgement = judge(body)
    try:
        json.loads(body)
    except ValueError:
        return
    assert judgement is Judgement.DATA


def test_judgements_say_what_is_wrong() -> None:
    assert Judgement.DEEP.value == "nested more than 64 levels deep"
    assert Judgement.PAGE.value == "a page in place of data"
