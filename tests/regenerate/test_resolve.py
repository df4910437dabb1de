"""References, paths and compositions are written out, or refused by their place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from regenerate.documents import copied
from regenerate.hoist import HoistError, hoist
from regenerate.lower import LowerError, lower
from regenerate.resolve import ResolveError, resolve

STRING: dict[str, Any] = {"type": "string"}
NUMBER: dict[str, Any] = {"type": "integer"}


def of(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def component(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def document(schema: Any = STRING, **components: Any) -> dict[str, Any]:
    """A document of one operation, which answers the schema."""
    operation = {
        "operationId": "getOne",
        "parameters": [{"name": "page", "in": "query", "schema": NUMBER}],
        "responses": {"200": {"description": "x", "content": {"application/json": {"schema": schema}}}},
    }
    made: dict[str, Any] = {"openapi": "3.0.3", "paths": {"/one": {"get": operation}}}
    made["components"] = {"schemas": components}
    return {**copied(made)}


def operation(resolved: dict[str, Any]) -> Any:
    return resolved["paths"]["/one"]["get"]


def answer(resolved: dict[str, Any]) -> Any:
    return operation(resolved)["responses"]["200"]["content"]["application/json"]["schema"]


def test_a_document_without_references_stays_as_it_is() -> None:
    before = document(of(a=component("A")), A=of(b=STRING))
    assert resolve(before) == before == document(of(a=component("A")), A=of(b=STRING))


def test_parameters_responses_and_bodies_are_written_out() -> None:
    plain = document()
    size = {"name": "size", "in": "query", "schema": NUMBER}
    refused = {"description": "no", "content": {"application/json": {"schema": of(message=STRING)}}}
    body = {"content": {"application/json": {"schema": of(a=STRING)}}}
    plain["components"] |= {
        "parameters": {"Size": size},
        "responses": {"Refused": refused, "Again": {"$ref": "#/components/responses/Refused"}},
        "requestBodies": {"Body": body},
    }
    operation(plain)["parameters"].append({"$ref": "#/components/parameters/Size"})
    operation(plain)["responses"]["401"] = {"$ref": "#/components/responses/Again"}
    operation(plain)["requestBody"] = {"$ref": "#/components/requestBodies/Body"}
    resolved = resolve(plain)
    assert operation(resolved)["parameters"][1] == size
    assert operation(resolved)["responses"]["401"] == refused
    assert operation(resolved)["requestBody"] == body
    assert resolved["components"] == {"schemas": {}}


def test_parameters_of_a_path_are_those_of_its_operations() -> None:
    plain = document()
    shared = [
        {"name": "id", "in": "path", "schema": NUMBER},
        {"name": "page", "in": "query", "schema": STRING},
    ]
    plain["paths"]["/one"]["parameters"] = shared
    [id_, page] = operation(resolve(plain))["parameters"]
    assert (id_, page["schema"]) == (shared[0], NUMBER)


def test_an_all_of_becomes_one_object() -> None:
    derived = {"allOf": [component("Base"), {**of(b=NUMBER), "required": ["b"]}], "description": "words"}
    resolved = resolve(document(component("Derived"), Base=of(a=STRING), Derived=derived))
    assert resolved["components"]["schemas"]["Derived"] == {
        **of(a=STRING, b=NUMBER),
        "required": ["b"],
        "description": "words",
    }
    assert list(hoist(resolved)["components"]["schemas"]) == ["Base", "Derived"]


def test_null_of_a_component_goes_to_the_places_that_refer_to_it() -> None:
    resolved = resolve(document(of(a=component("Maybe")), Maybe={**of(b=STRING), "nullable": True}))
    assert resolved["components"]["schemas"]["Maybe"] == of(b=STRING)
    assert answer(resolved)["properties"]["a"] == {"allOf": [component("Maybe")], "nullable": True}
    one = hoist(resolved)["components"]["schemas"]["One"]
    assert one["properties"]["a"] == {"allOf": [component("Maybe")], "nullable": True, "type": "object"}


def test_a_content_type_may_name_its_charset_and_a_path_be_an_extension() -> None:
    plain = document()
    plain["paths"]["x-words"] = {"get": 1}
    content = operation(plain)["responses"]["200"]["content"]
    content["application/json; charset=utf-8"] = content.pop("application/json")
    assert answer(resolve(plain)) == STRING


def other(id_: str) -> dict[str, Any]:
    return {"operationId": id_, "responses": {}}


def media(name: str) -> dict[str, Any]:
    return {"content": {name: {"schema": STRING}}}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda d: d.update(openapi="3.1.0"), r"OpenAPI '3\.1\.0'; the pipeline reads 3\.0"),
        (lambda d: d.pop("openapi"), "OpenAPI None"),
        (lambda d: operation(d).pop("operationId"), "GET /one: it has no operationId"),
        (
            lambda d: d["paths"].update({"/two": {"put": other("getOne")}}),
            r"PUT /two \(getOne\) and GET /one",
        ),
        (
            lambda d: d["paths"].update({"/two": {"put": other("get_one")}}),
            r"PUT /two \(get_one\) and GET /one",
        ),
        (
            lambda d: d["paths"].update({"/two": {"$ref": "#/paths/~1one"}}),
            "/two: a reference to another path",
        ),
        (
            lambda d: operation(d)["parameters"].append({"$ref": "#/nowhere"}),
            "GET /one: #/nowhere leads nowhere",
        ),
        (
            lambda d: operation(d)["parameters"].append({"$ref": "other.yaml#/x"}),
            "other.yaml#/x leads nowhere",
        ),
        (lambda d: operation(d)["parameters"].append({"name": "c", "in": "cookie"}), "c is a cookie"),
        (lambda d: answer(d).update({"$ref": "#/components/schemas/X"}), "getOne 200: .*X leads nowhere"),
        (lambda d: operation(d)["responses"].update(default={}), "GET /one: .* not by 'default'"),
        (lambda d: operation(d)["responses"].update({"4XX": {}}), "not by '4XX'"),
        (lambda d: operation(d)["responses"].update({"201": media("text/csv")}), "GET /one: 201 is text/csv"),
        (lambda d: operation(d).update(requestBody=media("multipart/form-data")), "its body is multipart"),
    ],
)
def test_what_cannot_be_made_right_is_refused_by_its_place(
    change: Callable[[Any], object], complaint: str
) -> None:
    plain = document()
    change(plain)
    with pytest.raises(ResolveError, match=complaint):
        resolve(plain)


@pytest.mark.parametrize(
    ("parts", "complaint"),
    [
        ([of(a=STRING), of(a=NUMBER)], "getOne 200: the parts of its allOf say different things of a"),
        ([of(a=STRING), STRING], "one with type string"),
        ([of(a=STRING), {"oneOf": [STRING]}], "one with oneOf"),
        ([of(a=STRING), component("Loop")], "contains itself"),
        ([of(a=STRING), component("Gone")], "Gone leads nowhere"),
    ],
)
def test_an_all_of_that_is_not_one_object_is_refused(parts: list[Any], complaint: str) -> None:
    loop = {"allOf": [of(b=STRING), component("Loop")]}
    with pytest.raises(ResolveError, match=complaint):
        resolve(document({"allOf": parts}, Loop=loop))


# ---------------------------------------------------------------------------------------- names of what is left


def test_a_shape_does_not_take_the_name_of_a_component() -> None:
    plain = document(of(a=component("One")), One=STRING)
    with pytest.raises(HoistError, match="getOne response 200 would be called One, as a component is"):
        hoist(plain)


def test_what_is_in_a_named_list_is_its_singular() -> None:
    hoisted = hoist(document(of(a=component("Things")), Things={"type": "array", "items": of(b=STRING)}))
    assert list(hoisted["components"]["schemas"]) == ["One", "Thing", "Things"]


def test_a_body_that_is_a_list_is_called_as_its_entries() -> None:
    plain = document()
    entries = {"type": "array", "items": of(b=STRING)}
    operation(plain)["requestBody"] = {"content": {"application/json": {"schema": entries}}}
    assert list(hoist(plain)["components"]["schemas"]) == ["GetOneRequest"]


def test_a_shared_shape_says_what_most_places_say() -> None:
    def shape(words: str) -> dict[str, Any]:
        return of(b={**STRING, "description": words})

    hoisted = hoist(document(of(x=shape("odd"), y=shape("usual"), z=shape("usual"))))
    [x] = [s for name, s in hoisted["components"]["schemas"].items() if name != "One"]
    assert x["properties"]["b"]["description"] == "usual"


# --------------------------------------------------------------------------------------- what the templates refuse


@pytest.mark.parametrize(
    ("schema", "complaint"),
    [
        (of(to_dict=STRING), "One to_dict: every model has a to_dict of its own"),
        (of(getPath=STRING), "One getPath: every model has a get_path"),
        (of(a={"anyOf": [component("A"), component("B")]}), "One a: a choice that nothing tells apart"),
        ({"oneOf": [component("A"), STRING]}, "getOne 200: a choice that nothing tells apart"),
        (of(a={"type": "array", "items": {**NUMBER, "x-enphase-value": "time"}}), "One item: .* on a item"),
        (of(a=component("Model")), "Model: models import this name"),
        (of(a=component("C")), "components that contain each other: .*C -> D -> C|D -> C -> D"),
    ],
)
def test_what_the_templates_would_get_wrong_is_refused(schema: Any, complaint: str) -> None:
    words = {"A": of(a=STRING), "B": of(b=STRING), "C": of(d=component("D")), "D": of(c=component("C"))}
    named = {name: s for name, s in words.items() if name in str(schema)} | (
        {"D": words["D"]} if "schemas/C" in str(schema) else {}
    )
    named |= {"Model": of(m=STRING)} if "Model" in str(schema) else {}
    with pytest.raises(LowerError, match=complaint):
        lower(hoist(document(schema, **named)))


def test_a_parameter_that_holds_an_object_is_refused() -> None:
    plain = document()
    operation(plain)["parameters"][0]["schema"] = of(a=STRING)
    with pytest.raises(LowerError, match="getOne page: a parameter that holds an object"):
        lower(hoist(plain))


def test_what_the_generator_would_convert_stays_what_it_is() -> None:
    lowered = lower(
        hoist(
            document(
                of(
                    level={"type": "integer", "enum": [1, 2], "default": 1},
                    word={"type": "string", "enum": ["a", None], "nullable": True},
                    size={"type": "string", "enum": ["1st", "2nd", "new"], "x-enum-varnames": ["one", "two"]},
                    day={"type": "string", "format": "date"},
                    when={"type": "integer", "x-enphase-value": "time", "description": "Then."},
                )
            )
        )
    )["components"]["schemas"]
    assert lowered["OneLevel"] == {"type": "integer", "description": "Part of `One`."}
    assert lowered["OneWord"]["enum"] == ["a"]
    assert lowered["OneSize"]["x-enum-varnames"] == ["one", "two", "new"]
    assert lowered["One"]["properties"]["day"] == STRING
    assert lowered["One"]["properties"]["when"] == {
        **{"type": "string", "format": "date-time", "x-enphase-value": "time"},
        "description": "Then. Read as a datetime in UTC.",
    }
