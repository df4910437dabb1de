"""What passes between flows and transport: neither knows more of the other than this."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from enphase_v4.catalog import OPERATIONS
from enphase_v4.types import read_json

from ..errors import DecodeError, EnphaseError, ServerError, looks_like_html

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

E = TypeVar("E", bound=EnphaseError)


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
    hide: Callable[[str], str] = str
    """Takes out of a text of the service's what nobody is to see."""

    def __repr__(self) -> str:
        """Without headers and content: they are the owner's, and may repeat what was sent."""
        return f"<Answer of {self.operation_id}: {self.status}, {len(self.content)} bytes>"

    def parsed(self) -> Any:
        """The generated model of the answer. DecodeError where the answer is none."""
        problem = "no JSON, or a status that the document does not know"
        model = None
        try:
            model = endpoint(self.operation_id).parse(self.status, self.content, self.content_type)
        except ValueError as error:
            problem = str(error)
        if model is None:
            raise self.unreadable(problem)  # here, for what is wrong with an answer may quote it
        return model

    def document(self) -> dict[str, Any]:
        """The answer's JSON object as it came. DecodeError where it is none."""
        found = _document(self.content)
        if isinstance(found, str):
            raise self.unreadable(found)
        return found

    def unreadable(self, problem: str) -> DecodeError:
        """The error that says what is wrong with this answer."""
        if looks_like_html(self.content):
            problem = "a page in place of data"
        return self.error(DecodeError, "the answer cannot be read", problem, DecodeError.advice)

    def error(self, kind: type[E], what: str, problem: str, advice: str) -> E:
        """The error that tells what was answered, what is wrong with it all the same, and what to do."""
        problem = self.hide(problem)
        said = f"{self.method} {self.path} was answered {self.status}, but {what}: {problem}. {advice}"
        return kind(said, **self._known(problem))

    def contradictory(self, problem: str, advice: str) -> ServerError:
        """The error that says that this is no answer to what was asked, and what to do then."""
        return ServerError(f"{self.method} {self.path}: {problem}. {advice}", **self._known(problem))

    def _known(self, problem: str) -> dict[str, Any]:
        asked = {"method": self.method, "path": self.path}
        return {"status": self.status, **asked, "problem": problem, "hits": self.hits}


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


def _document(content: bytes) -> dict[str, Any] | str:
    """The JSON object of an answer; or in words what it is instead. Raises nothing: its frame holds all of it."""
    try:
        found = read_json(content)
    except (ValueError, RecursionError) as error:
        return f"not JSON ({error})"
    return found if isinstance(found, dict) else f"a {type(found).__name__} in place of an object"


@cache
def endpoint(operation_id: str) -> Any:
    """The generated module of an operation."""
    return import_module(OPERATIONS[operation_id].module)
