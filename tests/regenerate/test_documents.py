"""What a YAML file means once it is read, and what stands in one that is written."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from regenerate.documents import DocumentError, copied, dump, load

# Words that at least one of YAML 1.1, YAML 1.2 and the emitter's own syntax reads as something else.
AMBIGUOUS = [
    *("on", "No", "y", "N", "yes", "true", "FALSE", "null", "~", "", "<<", "=", "1:00", "190:20:30"),
    *("2024-01-16", "2001-12-14t21:59:43.10-05:00", "010", "08", "0o17", "0x1F", "0b1", "1_000", "-7"),
    *("1e3", "12e03", "1.", ".5", "+.inf", ".NaN", "---", "...", "- a", "? a", "a: b", "a #b", "#b"),
    *("!a", "&a", "*a", "%a", "@a", "`a", "|", ">", "[a]", "{a}", '"a"', "'a'", " a", "a ", "\ta", "a\tb"),
    *(
        "a\nb",
        "a\n",
        "\na",
        "a\n\n b\n",
        "a\r\nb",
        "a\x85b",
        "\u2028",
        "\ufeff",
        "\x07",
        "Wärme 🔋",
        "k" * 200,
    ),
    *("a: b\n- c\n", "word " * 40, "--- a\n... b\n"),
]


@pytest.fixture(params=[True, False], ids=["libyaml", "python"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml, "__with_libyaml__", request.param and yaml.__with_libyaml__)


def read(tmp_path: Path, text: str) -> dict[str, Any]:
    file = tmp_path / "document.yaml"
    file.write_text(text, encoding="utf-8")
    return load(file)


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(
    ("written", "meant"),
    [
        *(
            (word, word)
            for word in ("on", "no", "y", "Yes", "OFF", "1:00", "190:20:30.15", "2024-01-16", "1_000")
        ),
        *(("0b11", "0b11"), ("<<", "<<"), ("=", "="), ("'7'", "7"), ('"true"', "true"), ("!!str 7", "7")),
        *(("true", True), ("FALSE", False), ("null", None), ("~", None), ("", None)),
        *(("010", 10), ("-3", -3), ("0o17", 15), ("0xfF", 255), ("!!int '7'", 7)),
        *(("1e3", 1000.0), ("1.", 1.0), (".5", 0.5), ("-.INF", float("-inf")), ("!!float 7", 7.0)),
    ],
)
def test_scalars_are_those_of_yaml_1_2(tmp_path: Path, written: str, meant: object) -> None:
    value = read(tmp_path, f"key: {written}\n")["key"]
    assert (value, type(value)) == (meant, type(meant))


@pytest.mark.usefixtures("parser")
def test_keys_are_strings(tmp_path: Path) -> None:
    assert list(read(tmp_path, "200: a\non: b\n1.0: c\nnull: d\n2024-01-16: e\n")) == [
        *("200", "on", "1.0", "null", "2024-01-16")
    ]


@pytest.mark.usefixtures("parser")
def test_json_is_yaml(tmp_path: Path) -> None:
    assert read(tmp_path, '\ufeff{"a": [1, 2.5, null, true, "on"],\n "b": {"c": "\\u00e9"}}') == {
        "a": [1, 2.5, None, True, "on"],
        "b": {"c": "é"},
    }


@pytest.mark.usefixtures("parser")
def test_an_alias_is_a_copy(tmp_path: Path) -> None:
    data = read(tmp_path, "one: &shared {words: [a]}\nother: *shared\n")
    data["one"]["words"].append("b")
    assert data["other"] == {"words": ["a"]}


@pytest.mark.usefixtures("parser")
@pytest.mark.parametrize(
    ("text", "line", "detail"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "the key 'a' comes twice"),
        ("x:\n  200: a\n  '200': b\n", 3, "the key '200' comes twice"),
        ("a: 1\nb: [\n", 3, "parsing"),
        ("a: *nowhere\n", 1, "undefined alias"),
        ("a: &loop\n  - *loop\n", 1, "it contains an alias of itself"),
        ("a: 1\n? [x, y]\n: 2\n", 2, "the key is not a scalar"),
        ("a: 1\nb: !secret x\n", 2, "!secret is not JSON data"),
        ("a: !!int x\n", 1, "is not JSON data"),
        ("a: !!set {x, y}\n", 1, "is not JSON data"),
        ("a: 1\n---\nb: 2\n", 2, "expected a single document"),
        ("- a\n- b\n", None, "no mapping"),
        ("", None, "no mapping"),
        ("a: \x01\n", None, "not YAML"),
    ],
)
def test_a_broken_file_is_refused_with_its_place(
    tmp_path: Path, text: str, line: int | None, detail: str
) -> None:
    with pytest.raises(DocumentError, match=re.escape(detail)) as caught:
        read(tmp_path, text)
    assert caught.value.path == tmp_path / "document.yaml"
    assert caught.value.line == line
    assert str(caught.value).startswith(str(caught.value.path))


def test_bytes_that_are_not_utf_8_are_refused(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes("a: Wärme".encode("latin-1"))
    with pytest.raises(DocumentError, match="UTF-8"):
        load(tmp_path / "latin.yaml")


def test_what_is_written_keeps_its_order_and_is_for_reading() -> None:
    shared = {"type": "string"}
    data = {"paths": {"/b": shared, "/a": [shared]}, "count": 2, "text": "one\ntwo: 2\n", "mode": "on"}
    assert dump(data) == (
        "paths:\n  /b:\n    type: string\n  /a:\n  - type: string\n"
        "count: 2\ntext: |\n  one\n  two: 2\nmode: 'on'\n"
    )


@pytest.mark.parametrize("word", ["y", "N", "on", "1:00", "08", "1e3", "2024-01-16", "200"])
def test_a_word_that_some_reader_takes_for_another_is_quoted(word: str) -> None:
    assert dump({word: word}) == f"'{word}': '{word}'\n"


def test_long_text_is_wrapped() -> None:
    # The emitter breaks a line after the word that crosses the width.
    lines = dump({"description": "production and consumption " * 30}).splitlines()
    assert max(map(len, lines)) <= 110 + len(" consumption ")


texts = st.one_of(
    st.sampled_from(AMBIGUOUS),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.text(" \n\t:#-'\"a0.", max_size=20),
    st.lists(st.sampled_from(["word", "a:", "#x", "it's", "\n", "  "]), max_size=50).map(" ".join),
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(texts, values, max_size=4))
def test_readers_of_both_versions_read_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, data: dict[str, Any]
) -> None:
    text = dump(data)
    file = tmp_path_factory.getbasetemp() / "written.yaml"
    file.write_text(text, encoding="utf-8", newline="")
    # repr tells 1 from 1.0 and True, and shows the order of keys.
    assert repr(load(file)) == repr(data)
    assert repr(yaml.safe_load(text)) == repr(data)


@pytest.mark.parametrize("word", AMBIGUOUS)
def test_ambiguous_words_survive_as_keys_and_as_values(tmp_path: Path, word: str) -> None:
    text = dump({word: word})
    assert read(tmp_path, text) == yaml.safe_load(text) == {word: word}


def test_a_copy_shares_nothing() -> None:
    inner = ["a"]
    one = copied({"x": inner, "y": {"z": inner}})
    one["x"].append("b")
    assert one == {"x": ["a", "b"], "y": {"z": ["a"]}}
    assert inner == ["a"]
