"""Any JSON in the shape of a model, or nearly: it is read, and written again as it came."""

from __future__ import annotations

import copy
import json
import pickle
from functools import cache
from typing import Any

import enphase_v4.models
import pytest
from enphase_v4.types import Model
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from regenerate import documents

from tests.amounts import examples
from tests.conftest import Found
from tests.paths import ROOT

SCHEMAS: dict[str, Any] = documents.load(ROOT / "generated" / "openapi.yaml")["components"]["schemas"]
MODELS: dict[str, type[Any]] = {
    name: found
    for name in enphase_v4.models.__all__
    if isinstance(found := getattr(enphase_v4.models, name), type) and issubclass(found, Model)
}
DEEPEST = 4

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.integers(0, 2**31),
    st.floats(allow_nan=False),
    st.sampled_from(
        ["", "97%", "1.50", "true", "Enabled", "disabled", "2026-06-01", "2020-09-18 11:17:23 -0400", "n/a"]
    ),
    st.text(max_size=5),
)
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


def shaped(schema: dict[str, Any], depth: int = DEEPEST) -> st.SearchStrategy[Any]:
    """What the document says, mostly; null, and anything else, too."""
    if "$ref" in schema:
        return of(schema["$ref"].rpartition("/")[2], depth)
    if not depth:
        return anything
    choices = [each for word in ("oneOf", "anyOf", "allOf") for each in schema.get(word, ())]
    if choices:
        return st.one_of([shaped(each, depth) for each in choices])
    if "enum" in schema:
        return st.sampled_from(schema["enum"]) | scalars
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        known = {
            name: shaped(each, depth - 1) | scalars for name, each in schema.get("properties", {}).items()
        }
        more = schema.get("additionalProperties")
        others = shaped(more, depth - 1) if isinstance(more, dict) else anything
        return st.builds(
            lambda given, extra: {**extra, **given},
            st.fixed_dictionaries({}, optional=known),
            st.dictionaries(st.text(max_size=4), others, max_size=1),
        )
    if kind == "array":
        return st.lists(shaped(schema.get("items", {}), depth - 1), max_size=3)
    return {
        "integer": st.integers(-(2**40), 2**40),
        "number": st.floats(allow_nan=False) | st.integers(),
        "boolean": st.booleans(),
        "string": st.text(max_size=8),
    }.get(str(kind), anything)


@cache
def of(name: str, depth: int) -> st.SearchStrategy[Any]:
    return st.deferred(lambda: shaped(SCHEMAS[name], depth))


def written(value: Any) -> str:
    """So that 1, 1.0 and true differ."""
    return json.dumps(value, sort_keys=True)


def test_every_model_has_a_schema() -> None:
    assert set(MODELS) <= set(SCHEMAS)
    assert len(MODELS) > 100


@pytest.mark.parametrize("most", [examples(600), pytest.param(30_000, marks=pytest.mark.soak)])
def test_what_is_read_is_written_again_as_it_came(most: int, found: Found) -> None:
    tried = 0

    @settings(max_examples=most, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(sorted(MODELS)).flatmap(lambda name: st.tuples(st.just(name), of(name, DEEPEST))))
    def check(drawn: tuple[str, Any]) -> None:
        nonlocal tried
        name, wire = drawn
        if not isinstance(wire, dict):
            return
        before = copy.deepcopy(wire)
        model = MODELS[name].from_dict(wire)
        assert wire == before, "what was given was changed"
        assert written(model.to_dict()) == written(wire)
        again = MODELS[name].from_dict(model.to_dict())
        assert again == model
        assert pickle.loads(pickle.dumps(model)) == copy.deepcopy(model) == model  # noqa: S301 - made here
        assert name in repr(model)
        tried += 1

    check()
    found(documents=tried)
