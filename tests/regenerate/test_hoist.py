"""Shapes and their names: one for each, the same whatever the order, and an error where a name will not do."""

from __future__ import annotations

import random
from typing import Any

import pytest
from regenerate import overlay, schemas
from regenerate.hoist import HoistError, hoist
from regenerate.join import join

from tests.regenerate import ours

META = {"type": "object", "properties": {"status": {"type": "string"}}}


def document(**answers: Any) -> dict[str, Any]:
    """A document with an operation for each keyword, which answers the schema given."""
    return {
        "paths": {
            f"/{name}": {
                "get": {
                    "operationId": name,
                    "responses": {
                        "200": {"description": "x", "content": {"application/json": {"schema": schema}}}
                    },
                }
            }
            for name, schema in answers.items()
        },
        "components": {"schemas": {}},
    }


def answer(hoisted: dict[str, Any], name: str) -> Any:
    return hoisted["paths"][f"/{name}"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]


def names(hoisted: dict[str, Any]) -> list[str]:
    return list(hoisted["components"]["schemas"])


def of(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def test_identical_shapes_become_one_component() -> None:
    hoisted = hoist(
        document(getOne=of(a={"type": "string"}), getTwo=of(a={"type": "string", "description": "words"}))
    )
    assert names(hoisted) == ["One"]
    assert answer(hoisted, "getOne") == answer(hoisted, "getTwo") == {"$ref": "#/components/schemas/One"}


def test_the_argument_is_left_alone() -> None:
    before = document(getOne=of(meta=META))
    hoist(before)
    assert before == document(getOne=of(meta=META))


def test_a_property_with_one_shape_in_several_parents_is_named_by_itself() -> None:
    hoisted = hoist(document(getOne=of(meta=META, a=META), getTwo=of(meta=META)))
    assert names(hoisted) == ["One", "OneA", "Two"]  # two nouns for the shape: named after the first place
    hoisted = hoist(document(getOne=of(meta=META), getTwo=of(meta=META, b={"type": "string"})))
    assert names(hoisted) == ["Meta", "One", "Two"]


def test_what_is_in_a_list_is_the_list_in_the_singular() -> None:
    entries = {"type": "array", "items": of(x={"type": "string"})}
    hoisted = hoist(document(getAll=of(batteries=entries, gateways={"type": "array", "items": of(y={})})))
    assert names(hoisted) == ["All", "AllBattery", "AllGateway"]


def test_a_title_names_a_shape_and_is_not_written() -> None:
    hoisted = hoist(document(getOne={**of(a={}), "title": "Thing"}, getTwo=of(a={})))
    assert names(hoisted) == ["Thing"]
    assert "title" not in hoisted["components"]["schemas"]["Thing"]


def test_a_shape_that_the_document_names_keeps_that_name() -> None:
    plain = document(getOne=of(meta=META))
    plain["components"]["schemas"] = {"Zeta": dict(META), "Alpha": {**META, "description": "the same"}}
    hoisted = hoist(plain)
    assert names(hoisted) == ["Alpha", "One"]
    assert hoisted["components"]["schemas"]["One"]["properties"]["meta"] == {
        "$ref": "#/components/schemas/Alpha"
    }


def test_null_and_words_belong_to_the_place() -> None:
    hoisted = hoist(document(getOne=of(meta={**META, "nullable": True, "description": "here"}), getTwo=META))
    [meta] = [
        s["properties"]["meta"]
        for s in hoisted["components"]["schemas"].values()
        if "meta" in s["properties"]
    ]
    assert meta["nullable"] is True
    assert meta["description"] == "here"
    assert "nullable" not in hoisted["components"]["schemas"]["Two"]


def test_null_inside_makes_another_shape() -> None:
    hoisted = hoist(
        document(getOne=of(a={"type": "string"}), getTwo=of(a={"type": "string", "nullable": True}))
    )
    assert names(hoisted) == ["One", "Two"]


def test_enumerations_have_names_and_maps_too() -> None:
    word = {"type": "string", "enum": ["a", "b"]}
    hoisted = hoist(
        document(
            getOne=of(mode=word, by={"type": "object", "additionalProperties": META}), getTwo=of(mode=word)
        )
    )
    assert names(hoisted) == ["Mode", "One", "OneBy", "OneByBy", "Two"]


def test_examples_are_not_looked_into() -> None:
    odd = {**of(a={"type": "string"}), "example": {"properties": {"b": {"properties": {"c": {}}}}}}
    assert names(hoist(document(getOne=odd))) == ["One"]


def test_two_shapes_for_one_name_fail() -> None:
    with pytest.raises(HoistError, match=r"two shapes would be called Thing: getOne .* and getTwo"):
        hoist(document(getOne={**of(a={}), "title": "Thing"}, getTwo={**of(b={}), "title": "Thing"}))


def test_two_titles_for_one_shape_fail() -> None:
    with pytest.raises(HoistError, match="several titles: A, B"):
        hoist(document(getOne={**of(a={}), "title": "A"}, getTwo={**of(a={}), "title": "B"}))


def test_a_reference_to_nothing_fails() -> None:
    with pytest.raises(HoistError, match="Nowhere"):
        hoist(document(getOne=of(a={"$ref": "#/components/schemas/Nowhere"})))


def test_a_component_that_contains_itself() -> None:
    plain = document(getOne={"$ref": "#/components/schemas/Tree"})
    plain["components"]["schemas"]["Tree"] = of(
        children={"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}
    )
    assert hoist(plain)["components"] == plain["components"]


def shuffled(value: Any, chance: random.Random) -> Any:
    if isinstance(value, dict):
        keys = list(value)
        chance.shuffle(keys)
        return {key: shuffled(value[key], chance) for key in keys}
    return [shuffled(entry, chance) for entry in value] if isinstance(value, list) else value


def test_names_of_the_real_documents_do_not_depend_on_their_order() -> None:
    chance = random.Random(7)
    expected = hoist(join({name: ours.patched(name) for name in ours.DOCUMENTS}))
    other = hoist(
        join(
            {
                name: overlay.apply(shuffled(ours.published(name), chance), ours.patch(name))
                for name in reversed(ours.DOCUMENTS)
            }
        )
    )
    assert other["components"]["schemas"].keys() == expected["components"]["schemas"].keys()
    for name, schema in expected["components"]["schemas"].items():
        assert set(other["components"]["schemas"][name].get("properties", {})) == set(
            schema.get("properties", {})
        )


def test_the_real_document_has_no_inline_shape_left() -> None:
    hoisted = ours.written()
    inline = [s for s in schemas.everywhere(hoisted) if s.role != "component" and s.schema.get("properties")]
    assert inline == []
    assert len(hoisted["components"]["schemas"]) < 160
