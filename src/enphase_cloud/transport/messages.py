"""What passes between flows and transport: neither knows more of the other than this."""

from __future__ import annotations

import json
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from enphase_v4.catalog import OPERATIONS

from ..errors import DecodeError, looks_like_html

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..errors import EnphaseError


class Request(NamedTuple):
    """One call of an operation of the document, with the arguments of its generated `get_kwargs`."""

    operation_id: str
    arguments: Mapping[str, Any]


class Answer(NamedTuple):
    """What a successful call brought."""

    operation_id: str
    method: str
    path: str
    status: int
    headers: Mapping[str, str]
    content: bytes
    content_type: str
    hits: int
    """Calls it took, repeated ones included."""

    def __repr__(self) -> str:
        """Without headers and content: they are the owner's, and may repeat what was sent."""
        return f"<Answer of {self.operation_id}: {self.status}, {len(self.content)} bytes>"

    def parsed(self) -> Any:
        """The generated model of the answer. DecodeError where the answer is none."""
        try:
            model = endpoint(self.operation_id).parse(self.status, self.content, self.content_type)
        except ValueError as error:
            raise self.unreadable(str(error)) from None
        if model is None:
            msg = "no JSON, or a status that the document does not know"
            raise self.unreadable(msg)
        return model

    def document(self) -> dict[str, Any]:
        """The answer's JSON object as it came. DecodeError where it is none."""
        try:
            document = json.loads(self.content)
        except (ValueError, RecursionError) as error:
            raise self.unreadable(f"not JSON ({error})") from None
        if not isinstance(document, dict):
            msg = f"a {type(document).__name__} in place of an object"
            raise self.unreadable(msg)
        return document

    def unreadable(self, problem: str) -> DecodeError:
        """The error that says what is wrong with this answer."""
        if looks_like_html(self.content):
            problem = "a page in place of data"
        return DecodeError(
            f"{self.method} {self.path} was answered {self.status}, but the answer cannot be read: "
            f"{problem}. {DecodeError.advice}",
            status=self.status,
            method=self.method,
            path=self.path,
            problem=problem,
            hits=self.hits,
        )


class Opened(NamedTuple):
    """The head of a stream that has been opened; its bytes come one piece after the other."""

    answer: Answer
    """Without content."""
    refused: Callable[[bytes], EnphaseError | None]
    """The error that the data of an event stands for; None where it is none."""

    @property
    def hits(self) -> int:
        """Calls that opening it took."""
        return self.answer.hits


@cache
def endpoint(operation_id: str) -> Any:
    """The generated module of an operation."""
    return import_module(OPERATIONS[operation_id].module)
