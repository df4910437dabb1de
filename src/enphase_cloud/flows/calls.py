"""Flows of one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from enphase_v4.types import Model

from ..transport.messages import Request

if TYPE_CHECKING:
    from collections.abc import Generator

    from ..transport.messages import Answer
    from . import Flow

R = TypeVar("R")


def call(operation_id: str, **arguments: Any) -> Generator[Request, Answer, Any]:
    """Call an operation once; returns the model of its answer. One hit."""
    answer = yield Request(operation_id, arguments)
    model = answer.parsed()
    if not isinstance(model, Model):
        msg = f"a {type(model).__name__} in place of an object"
        raise answer.unreadable(msg)
    return model


def single(flow: Flow[Any, R]) -> Flow[R, None]:
    """What a flow returns, as the one item of a flow."""
    yield [(yield from flow)]
