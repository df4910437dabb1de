"""The answers that the documents show, and those answers with one thing in them changed."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import yaml
from enphase_v4.catalog import OPERATIONS

from benchmarks.peers import ROOT

METHODS = ("get", "put", "post", "delete", "patch")
EVENT_STREAM = "text/event-stream"


class Documented(NamedTuple):
    """One answer that a document shows."""

    operation_id: str
    """As we call it; the published Commissioning document spells some otherwise."""
    published_id: str
    status: int
    content_type: str
    schema: dict[str, Any]
    """As published."""
    body: Any

    @property
    def content(self) -> bytes:
        """As it comes over the wire: a success of the live stream is an event."""
        if self.content_type == EVENT_STREAM and self.status == 200:
            return f"data: {json.dumps(self.body['data'])}\n\n".encode()
        return json.dumps(self.body).encode()

    @property
    def back(self) -> Any:
        """What a client gives back that keeps everything."""
        return [self.body] if self.content_type == EVENT_STREAM and self.status == 200 else self.body


@cache
def documented(name: str) -> list[Documented]:
    """All answers that a document shows."""
    text = (ROOT / "openapi" / f"{name}.yaml").read_text(encoding="utf-8")
    document = yaml.load(text, yaml.CSafeLoader)
    called = {(it.path, it.method.lower()): operation_id for operation_id, it in OPERATIONS.items()}
    found = []
    for path, item in document["paths"].items():
        for method in (method for method in METHODS if method in item):
            operation = item[method]
            for status, response in operation["responses"].items():
                for content_type, media in response["content"].items():
                    shown = [media["example"]] if "example" in media else []
                    shown += [example["value"] for example in media.get("examples", {}).values()]
                    ids = called[path, method], operation["operationId"]
                    found += [
                        Documented(*ids, int(status), content_type, media["schema"], it) for it in shown
                    ]
    return found


class Mutant(NamedTuple):
    """An answer in which one thing is not what the document says."""

    kind: str
    answer: Documented
    unchanged: Documented


def _places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in inner:
        yield (*path, key), value
        yield from _places(value, (*path, key))


def _changed(body: Any, path: tuple[Any, ...], *values: Any) -> Any:
    """The body with another value in a place; without a value, the place is gone."""
    result = copy.deepcopy(body)
    node = result
    for step in path[:-1]:
        node = node[step]
    if values:
        [node[path[-1]]] = values
    else:
        del node[path[-1]]
    return result


def _mutations(path: tuple[Any, ...], value: Any) -> Iterator[tuple[str, tuple[Any, ...]]]:
    if isinstance(path[-1], str):
        yield "a key dropped", ()
    if value is not None:
        yield "null", (None,)
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield "a number as text", (str(value),)
    elif isinstance(value, str):
        yield "an unknown word", ("Never Heard Of",)
    elif isinstance(value, dict):
        yield "a list for an object", ([value],)
    elif isinstance(value, list):
        yield "an object for a list", ({"0": value},)


def mutants(answers: list[Documented]) -> Iterator[Mutant]:
    """Each success of a document with one thing changed, in every place and way."""
    for answer in answers:
        if answer.status < 300:
            for path, value in _places(answer.body):
                for kind, values in _mutations(path, value):
                    if answer.content_type == EVENT_STREAM and len(path) == 1:
                        continue  # `data:` is the framing of an event, and no key of an answer
                    body = _changed(answer.body, path, *values)
                    yield Mutant(kind, answer._replace(body=body), answer)
