"""Flows of one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from enphase_v4.types import Model

from ..records.base import Items, Notes, Record, read_records
from ..transport.messages import Request

if TYPE_CHECKING:
    from collections.abc import Generator

    from ..transport.messages import Answer

T = TypeVar("T")
R = TypeVar("R", bound=Record)


class Called(NamedTuple):
    """What came of a call: its answer, the model of that, and where problems with it are noted."""

    answer: Answer
    model: Any
    notes: Notes

    @property
    def hits(self) -> int:
        """Calls that it took."""
        return self.answer.hits

    def items(self, found: list[T]) -> Items[T]:
        """What was found in it, as the list that the caller gets."""
        return Items(found, self.model, self.notes.found, self.hits)


def called(operation_id: str, **arguments: Any) -> Generator[Request, Answer, Called]:
    """Call an operation once. One hit. DecodeError where the answer is no object."""
    answer = yield Request(operation_id, arguments)
    model = answer.parsed()
    if not isinstance(model, Model):
        msg = f"a {type(model).__name__} in place of an object"
        raise answer.unreadable(msg)
    return Called(answer, model, Notes(f"{answer.method} {answer.path}", answer.hide))


def one(kind: type[R], operation_id: str, **arguments: Any) -> Generator[Request, Answer, R]:
    """A record of the answer itself."""
    answer = yield from called(operation_id, **arguments)
    return kind.read_from(answer.model, "$", answer.notes)


def many(
    kind: type[R], path: str, operation_id: str, **arguments: Any
) -> Generator[Request, Answer, Items[R]]:
    """The records of a list in the answer, at a path of wire names. None where there is no such list."""
    answer = yield from called(operation_id, **arguments)
    listed = answer.model.get_path(path)
    found = read_records(kind, listed, f"$.{path}", answer.notes) if listed else []
    return answer.items(found)
