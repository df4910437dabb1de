"""Seeded changes, one at a time: each is found once, in its place, with the right verdict."""

from typing import Any

import pytest
from regenerate import drift
from regenerate import overlay as overlays

from tests.regenerate.ours import DOCUMENTS, published

Json = dict[str, Any]


def overlay(*actions: Json) -> Json:
    return {"overlay": "1.0.0", "info": {"title": "Patches", "version": "1"}, "actions": list(actions)}


def put(target: str, **update: Any) -> Json:
    return {"target": target, "update": update}


def take(target: str) -> Json:
    return {"target": target, "remove": True}


HARMLESS = overlay(put("$.info", **{"x-patched": True}))


def error(description: str) -> Json:
    return {
        "description": description,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
    }


API: Json = {
    "openapi": "3.0.3",
    "info": {"title": "House", "version": "4"},
    "servers": [{"url": "https://api.example", "description": "Production"}],
    "security": [{"bearer": [], "key": []}],
    "paths": {
        "/systems": {
            "get": {
                "operationId": "listSystems",
                "parameters": [
                    {"name": "page", "in": "query", "schema": {"type": "integer", "maximum": 100}},
                    {
                        "name": "sort_by",
                        "in": "query",
                        "required": True,
                        "schema": {"type": "string", "enum": ["id", "-id"]},
                    },
                ],
                "responses": {
                    "200": {
                        "description": "A page",
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "required": ["total"],
                                    "properties": {
                                        "total": {"type": "integer", "nullable": True},
                                        "systems": {
                                            "type": "array",
                                            "items": {"$ref": "#/components/schemas/System"},
                                        },
                                        "meters": {
                                            "additionalProperties": {
                                                "type": "array",
                                                "items": {"type": "number"},
                                            }
                                        },
                                    },
                                }
                            }
                        },
                    },
                    "404": error("None"),
                    "429": error("Too many"),
                },
            },
            "post": {
                "operationId": "addSystem",
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["name"],
                                "properties": {
                                    "name": {"type": "string"},
                                    "mode": {
                                        "type": "string",
                                        "enum": ["savings", "backup"],
                                        "nullable": True,
                                    },
                                    "site": {"$ref": "#/components/schemas/Site"},
                                },
                            }
                        }
                    }
                },
                "responses": {"201": {"description": "Made"}, "404": error("None")},
            },
        },
        "/systems/{system_id}/site": {
            "parameters": [
                {"name": "system_id", "in": "path", "required": True, "schema": {"type": "integer"}}
            ],
            "get": {
                "operationId": "getSite",
                "responses": {
                    "200": {
                        "description": "The site",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Site"}}},
                    },
                    "500": {
                        "description": "Down",
                        "content": {
                            "application/json": {"schema": {"properties": {"reason": {"type": "string"}}}}
                        },
                    },
                },
            },
            "delete": {
                "operationId": "dropSite",
                "responses": {
                    "204": {"description": "Done"},
                    "500": {
                        "description": "Down",
                        "content": {
                            "application/json": {"schema": {"properties": {"reason": {"type": "string"}}}}
                        },
                    },
                },
            },
        },
    },
    "components": {
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer"},
            "key": {"type": "apiKey", "in": "header", "name": "key"},
        },
        "schemas": {
            "System": {
                "type": "object",
                "required": ["system_id"],
                "properties": {
                    "system_id": {"type": "integer"},
                    "timezone": {"type": "string"},
                    "status": {"type": "string", "enum": ["normal", "power"]},
                    "parts": {"type": "array", "items": {"$ref": "#/components/schemas/System"}},
                },
            },
            "Site": {
                "type": "object",
                "properties": {"city": {"type": "string"}, "owner": {"type": "string"}},
            },
            "Error": {
                "type": "object",
                "properties": {"message": {"type": "string"}, "code": {"type": "integer"}},
            },
        },
    },
}

LIST = "GET /systems"
ADD = "POST /systems"
SITE = "GET /systems/{system_id}/site"
DROP = "DELETE /systems/{system_id}/site"

PAGE = f"{LIST} parameter page"
SORT = f"{LIST} parameter sort_by"
SIZE = f"{LIST} parameter size"

list_op = "$.paths['/systems'].get"
add_op = "$.paths['/systems'].post"
site_op = "$.paths['/systems/{system_id}/site'].get"
listed = f"{list_op}.responses['200'].content['application/json'].schema"
page = f"{list_op}.parameters[0]"
sort = f"{list_op}.parameters[1]"
body = f"{add_op}.requestBody.content['application/json'].schema"
system = "$.components.schemas.System"


SEEDS: list[tuple[list[Json], str, str, str, bool]] = [
    # The service
    (
        [{"target": "$.servers", "update": {"url": "https://eu.example"}}],
        "server added",
        "https://eu.example",
        "",
        False,
    ),
    ([take("$.servers[0]")], "server gone", "https://api.example", "", True),
    (
        [put("$.components.securitySchemes", cookie={"type": "http"})],
        "security scheme added",
        "cookie",
        "",
        False,
    ),
    ([take("$.components.securitySchemes.key")], "security scheme gone", "key", "", True),
    (
        [put("$.components.securitySchemes.key", name="x-key")],
        "security scheme changed",
        "key",
        '{"in": "header", "name": "key", "type": "apiKey"} -> '
        '{"in": "header", "name": "x-key", "type": "apiKey"}',
        True,
    ),
    ([put(list_op, security=[{"key": []}])], "security changed", LIST, "bearer + key -> key", True),
    ([put(list_op, security=[])], "security changed", LIST, "bearer + key -> nothing", True),
    (
        [take("$.security[0].key")],
        "security changed",
        f"{LIST}, {ADD}, {SITE} and 1 more",
        "bearer + key -> bearer",
        True,
    ),
    # Operations
    (
        [put("$.paths", **{"/new": {"get": {"operationId": "getNew"}}})],
        "operation added",
        "GET /new",
        "getNew",
        False,
    ),
    ([take(list_op)], "operation gone", LIST, "listSystems", True),
    ([put(list_op, operationId="systems")], "operationId renamed", LIST, "listSystems -> systems", True),
    ([put(list_op, deprecated=True)], "operation deprecated", LIST, "", False),
    # Parameters
    (
        [put(list_op, parameters=[{"name": "size", "in": "query", "schema": {"type": "integer"}}])],
        "parameter added",
        SIZE,
        "in query",
        False,
    ),
    (
        [put(list_op, parameters=[{"name": "size", "in": "query", "required": True}])],
        "required parameter added",
        SIZE,
        "in query",
        True,
    ),
    ([take(page)], "parameter gone", PAGE, "in query", True),
    ([put(page, **{"in": "header"})], "parameter moved", PAGE, "query -> header", True),
    ([put(page, required=True)], "became required", PAGE, "", True),
    ([put(sort, required=False)], "no longer required", SORT, "", False),
    ([put(f"{page}.schema", type="string")], "type changed", PAGE, "integer -> string", True),
    ([put(f"{page}.schema", maximum=50)], "limit changed", PAGE, "maximum 100 -> maximum 50", True),
    ([put(f"{page}.schema", default=1)], "limit changed", PAGE, "default free -> default 1", True),
    ([take(f"{sort}.schema.enum[1]")], "enum word gone", SORT, '"-id"', True),
    ([put(f"{sort}.schema", enum=["name"])], "enum word added", SORT, '"name"', False),
    ([take(f"{sort}.schema.enum")], "enum dropped", SORT, '"id", "-id"', False),
    ([put(f"{page}.schema", enum=[1])], "enum introduced", PAGE, "1", True),
    (
        [put("$.paths['/systems/{system_id}/site'].parameters[0].schema", type="string")],
        "type changed",
        f"parameter system_id in {SITE}, {DROP}",
        "integer -> string",
        True,
    ),
    # Bodies
    ([put(list_op, requestBody={"content": {}})], "body added", f"{LIST} body", "", False),
    ([put(list_op, requestBody={"required": True})], "required body added", f"{LIST} body", "", True),
    ([take(f"{add_op}.requestBody")], "body gone", f"{ADD} body", "", True),
    ([put(f"{add_op}.requestBody", required=True)], "became required", f"{ADD} body", "", True),
    (
        [put(f"{body}.properties", size={"type": "number"})],
        "field added",
        f"{ADD} body size",
        "number",
        False,
    ),
    (
        [put(body, properties={"size": {"type": "number"}}, required=["size"])],
        "required field added",
        f"{ADD} body size",
        "number",
        True,
    ),
    ([take(f"{body}.properties.mode")], "field gone", f"{ADD} body mode", "string", True),
    ([put(body, required=["mode"])], "became required", f"{ADD} body mode", "", True),
    ([take(f"{body}.required")], "no longer required", f"{ADD} body name", "", False),
    ([put(f"{body}.properties.name", nullable=True)], "became nullable", f"{ADD} body name", "", False),
    ([put(f"{body}.properties.mode", nullable=False)], "no longer nullable", f"{ADD} body mode", "", True),
    ([take(f"{body}.properties.mode.enum[0]")], "enum word gone", f"{ADD} body mode", '"savings"', True),
    ([put(f"{body}.properties.mode", enum=["eco"])], "enum word added", f"{ADD} body mode", '"eco"', False),
    # Answers
    (
        [put(f"{list_op}.responses", **{"202": {"description": "Later"}})],
        "status added",
        f"{LIST} 202",
        "",
        False,
    ),
    ([take(f"{list_op}.responses['200']")], "status gone", f"{LIST} 200", "", True),
    (
        [put(f"{list_op}.responses", default={"description": "Odd"})],
        "error status added",
        f"{LIST} default",
        "",
        False,
    ),
    ([take(f"{list_op}.responses['404']")], "error status gone", f"{LIST} 404", "", False),
    (
        [put(f"{list_op}.responses['200'].content", **{"text/csv": {}})],
        "content type added",
        f"{LIST} 200 text/csv",
        "",
        False,
    ),
    (
        [take(f"{site_op}.responses['500'].content['application/json']")],
        "content type gone",
        f"{SITE} 500 application/json",
        "",
        True,
    ),
    (
        [
            take(f"{site_op}.responses['200'].content"),
            put(
                f"{site_op}.responses['200']",
                content={"application/xml": {"schema": {"$ref": "#/components/schemas/Site"}}},
            ),
        ],
        "content type changed",
        f"{SITE} 200",
        "application/json -> application/xml",
        True,
    ),
    (
        [put(f"{listed}.properties", count={"$ref": "#/components/schemas/Site"})],
        "field added",
        f"{LIST} 200 count",
        "Site",
        False,
    ),
    (
        [put(listed, properties={"count": {"type": "integer"}}, required=["count"])],
        "required field added",
        f"{LIST} 200 count",
        "integer",
        False,
    ),
    ([take(f"{listed}.properties.systems")], "field gone", f"{LIST} 200 systems", "array", True),
    (
        [put(f"{listed}.properties.total", type="string")],
        "type changed",
        f"{LIST} 200 total",
        "integer -> string",
        True,
    ),
    (
        [put(f"{listed}.properties.total", format="int64")],
        "type changed",
        f"{LIST} 200 total",
        "integer -> integer(int64)",
        True,
    ),
    (
        [put(f"{listed}.properties.meters.additionalProperties.items", type="integer")],
        "type changed",
        f"{LIST} 200 meters.*[]",
        "number -> integer",
        True,
    ),
    (
        [take(f"{listed}.properties.meters.additionalProperties.items")],
        "field gone",
        f"{LIST} 200 meters.*[]",
        "number",
        True,
    ),
    ([put(listed, required=["systems"])], "became required", f"{LIST} 200 systems", "", False),
    ([take(f"{listed}.required")], "no longer required", f"{LIST} 200 total", "", True),
    ([put(listed, nullable=True)], "became nullable", f"{LIST} 200", "", True),
    (
        [put(f"{listed}.properties.total", nullable=False)],
        "no longer nullable",
        f"{LIST} 200 total",
        "",
        False,
    ),
    (
        [put(f"{listed}.properties.total", minimum=0)],
        "limit changed",
        f"{LIST} 200 total",
        "minimum free -> minimum 0",
        False,
    ),
    (
        [put(listed, oneOf=[{"$ref": "#/components/schemas/Site"}])],
        "variant added",
        f"{LIST} 200 <Site>",
        "Site",
        True,
    ),
    # Components
    ([take(f"{system}.properties.timezone")], "field gone", f"System.timezone in {LIST}", "string", True),
    (
        [put(f"{system}.properties.timezone", nullable=True)],
        "became nullable",
        f"System.timezone in {LIST}",
        "",
        True,
    ),
    (
        [take(f"{system}.properties.status.enum[1]")],
        "enum word gone",
        f"System.status in {LIST}",
        '"power"',
        False,
    ),
    (
        [put(f"{system}.properties.status", enum=["comm"])],
        "enum word added",
        f"System.status in {LIST}",
        '"comm"',
        False,
    ),
    (
        [take("$.components.schemas.Error.properties.code")],
        "field gone",
        f"Error.code in {LIST}, {ADD}",
        "integer",
        True,
    ),
    # Sent by one operation and received from another: what breaks either of them breaks.
    (
        [put("$.components.schemas.Site", required=["city"])],
        "became required",
        f"Site.city in {ADD}, {SITE}",
        "",
        True,
    ),
    (
        [put("$.components.schemas.Site.properties.city", nullable=True)],
        "became nullable",
        f"Site.city in {ADD}, {SITE}",
        "",
        True,
    ),
    (
        [take("$.components.schemas.Site")],
        "type changed",
        f"Site in {ADD}, {SITE}",
        "object -> dangling #/components/schemas/Site",
        True,
    ),
    # Inline, and the same in two operations
    (
        [put("$.paths[*][*].responses['500']..reason", type="integer")],
        "type changed",
        f"500 reason in {SITE}, {DROP}",
        "string -> integer",
        True,
    ),
]


def described(seed: list[Json]) -> str:
    return " ".join(f"{'remove' if 'remove' in action else 'update'} {action['target']}" for action in seed)


@pytest.mark.parametrize(
    ("seed", "kind", "where", "detail", "breaks"), SEEDS, ids=[described(seed[0]) for seed in SEEDS]
)
def test_a_seeded_change_is_found_once(
    seed: list[Json], kind: str, where: str, detail: str, breaks: bool
) -> None:
    found = drift.report(API, overlays.apply(API, overlay(*seed)), HARMLESS)
    assert [(change.kind, change.where, change.detail) for change in found.changes] == [(kind, where, detail)]
    assert found.changes[0].breaks is breaks
    assert found.breaks is breaks


def test_every_kind_of_change_has_a_seed_or_its_reverse() -> None:
    kinds = {kind for seed, *_ in SEEDS for kind in found_kinds(seed)}
    assert kinds == set(drift.VERDICTS)


def found_kinds(seed: list[Json]) -> set[str]:
    other = overlays.apply(API, overlay(*seed))
    reports = drift.report(API, other, HARMLESS), drift.report(other, API, HARMLESS)
    return {change.kind for report in reports for change in report.changes}


NO_CHANGES: dict[str, list[Json]] = {
    "descriptions": [put("$..*[?@.description]", description="Other words.", summary="Few words.")],
    "examples": [put(listed, example={"total": 1}), put(f"{listed}.properties.total", example=2)],
    "extensions": [put("$..*[?@.type]", **{"x-value": "watt"})],
    "an unused component": [put("$.components.schemas", Spare={"type": "string"})],
    "a type that goes without saying": [take(f"{listed}.type"), take(f"{listed}.properties.systems.type")],
    "an inline schema moved into a component": [
        put("$.components.schemas", Total={"type": "integer", "nullable": True}),
        take(f"{listed}.properties.total"),
        put(f"{listed}.properties", total={"$ref": "#/components/schemas/Total"}),
    ],
    "a reference in an allOf": [
        take(f"{listed}.properties.systems.items['$ref']"),
        put(
            f"{listed}.properties.systems.items",
            description="One of them.",
            allOf=[{"$ref": "#/components/schemas/System"}],
        ),
    ],
    "an object put together by an allOf": [
        take("$.components.schemas.Site.properties.owner"),
        put("$.components.schemas.Site", allOf=[{"properties": {"owner": {"type": "string"}}}]),
    ],
    "a component by another name": [
        put(
            "$.components.schemas",
            Place={"type": "object", "properties": {"city": {"type": "string"}, "owner": {"type": "string"}}},
        ),
        put(
            f"{site_op}.responses['200'].content['application/json'].schema",
            **{"$ref": "#/components/schemas/Place"},
        ),
    ],
    "a response in a component": [
        put("$.components", responses={"Made": {"description": "Made"}}),
        take(f"{add_op}.responses['201']"),
        put(f"{add_op}.responses", **{"201": {"$ref": "#/components/responses/Made"}}),
    ],
    "parameters of a path given to its operations": [
        take("$.paths['/systems/{system_id}/site'].parameters"),
        put(
            "$.paths['/systems/{system_id}/site'][*]",
            parameters=[{"name": "system_id", "in": "path", "required": True, "schema": {"type": "integer"}}],
        ),
    ],
    "a reference into a path": [
        take("$.components.schemas.System.properties.parts.items['$ref']"),
        put(
            "$.components.schemas.System.properties.parts.items",
            **{
                "$ref": "#/paths/~1systems/get/responses/200/content/application~1json/schema/properties"
                "/systems/items"
            },
        ),
    ],
    "a default of the standard": [put("$.components.schemas.Site", additionalProperties={})],
    "words that a wrapper overrules": [
        put(f"{page}.schema", allOf=[{"maximum": 10, "type": "string"}]),
    ],
    "security restated": [put(list_op, security=[{"key": [], "bearer": []}])],
    "a charset": [
        take(f"{site_op}.responses['500'].content"),
        put(
            f"{site_op}.responses['500']",
            content={
                "application/json; charset=utf-8": {"schema": {"properties": {"reason": {"type": "string"}}}}
            },
        ),
    ],
    "nullable in the words of 3.1": [
        take(f"{listed}.properties.total"),
        put(f"{listed}.properties", total={"type": ["integer", "null"]}),
    ],
    "keys without a value": [put(list_op, deprecated=None), put(f"{listed}.properties.total", enum=None)],
}


def test_null_in_one_variant_is_null() -> None:
    def choice(outer: Json, inner: Json) -> Json:
        variants = [{"type": "integer", **inner}, {"type": "string"}]
        return answering({"properties": {"a": {"anyOf": variants, **outer}}})

    found = drift.report(choice({"nullable": True}, {}), choice({}, {"nullable": True}), HARMLESS)
    # Which variant takes the null is said too; that the field may be null is no news.
    assert [change for change in found.changes if change.place == "200 a"] == []


@pytest.mark.parametrize("rewriting", NO_CHANGES)
def test_another_wording_is_no_drift(rewriting: str) -> None:
    found = drift.report(API, overlays.apply(API, overlay(*NO_CHANGES[rewriting])), HARMLESS)
    assert (found.changes, found.stale, found.breaks) == ((), (), False)
    assert drift.render(found) == "No drift: the documents say the same, and every overlay action fits.\n"


def answering(schema: Json, **schemas: Json) -> Json:
    """A document of one operation that answers with the schema."""
    content = {"application/json": {"schema": schema}}
    return {
        "info": {},
        "paths": {"/x": {"get": {"responses": {"200": {"description": "", "content": content}}}}},
        "components": {"schemas": schemas},
    }


def ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def holder(inner: Json, **fields: Json) -> Json:
    return {"properties": {"next": inner, **fields}}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (answering(ref("A"), A=holder(ref("A"))), answering(ref("A"), A=holder(holder(ref("A"))))),
        # The references of one side are never where those of the other side are.
        (
            answering(ref("A"), A=holder(holder(ref("A")))),
            answering(holder(ref("A")), A=holder(holder(ref("A")))),
        ),
        (
            answering(ref("A"), A=holder(ref("B")), B=holder(ref("A"))),
            answering(ref("C"), C=holder(ref("C"))),
        ),
        (answering(ref("A"), A=ref("B"), B=ref("A")), answering({})),
        (answering(ref("A"), A={"allOf": [ref("A")]}), answering({})),
    ],
)
def test_schemas_that_contain_themselves_come_to_an_end(old: Json, new: Json) -> None:
    assert drift.report(old, new, HARMLESS).changes == ()
    assert drift.report(new, old, HARMLESS).changes == ()


def test_a_response_that_refers_to_itself_is_empty() -> None:
    loop = {"$ref": "#/components/responses/Loop"}
    document = {
        "info": {},
        "paths": {"/x": {"get": {"responses": {"204": loop}}}},
        "components": {"responses": {"Loop": loop}},
    }
    assert drift.report(document, document, HARMLESS).changes == ()


def test_another_component_in_the_place_of_one_is_a_change_of_the_place() -> None:
    schemas = {
        "A": {"properties": {"n": {"type": "integer"}}},
        "B": {"properties": {"n": {"type": "string"}}},
    }
    found = drift.report(answering(ref("A"), **schemas), answering(ref("B"), **schemas), HARMLESS)
    assert [(change.where, change.component) for change in found.changes] == [("GET /x 200 n", None)]


def test_a_parameter_that_moves_to_two_places_moves_and_is_added() -> None:
    new = overlays.apply(
        API,
        overlay(put(page, **{"in": "header"}), put(list_op, parameters=[{"name": "page", "in": "cookie"}])),
    )
    assert [(change.kind, change.detail) for change in drift.report(API, new, HARMLESS).changes] == [
        ("parameter moved", "query -> header"),
        ("parameter added", "in cookie"),
    ]


def test_a_change_inside_of_a_cycle_is_found() -> None:
    old = answering(ref("A"), A=holder(ref("B")), B=holder(ref("A"), n={"type": "integer"}))
    new = answering(ref("A"), A=holder(ref("B")), B=holder(ref("A"), n={"type": "string"}))
    assert [change.where for change in drift.report(old, new, HARMLESS).changes] == ["B.n in GET /x"]


def test_a_component_shows_once_for_all_its_operations() -> None:
    def document(**fields: Json) -> Json:
        return {
            "info": {},
            "paths": {
                f"/{n}": {"get": {"responses": {status: error("") for status in ("401", "404")}}}
                for n in range(40)
            },
            "components": {"schemas": {"Error": {"properties": fields}}},
        }

    (change,) = drift.report(
        document(code={"type": "string"}), document(code={"type": "integer"}), HARMLESS
    ).changes
    assert (change.component, change.place, len(change.operations)) == ("Error", "Error.code", 40)
    assert change.where == "Error.code in GET /0, GET /1, GET /2 and 37 more"


def test_a_stale_action_is_drift_that_breaks() -> None:
    patch = overlay(
        put("$.info", **{"x-patched": True}),
        {"target": f"{list_op}.parameters[?@.name == 'page']", "update": {"required": True}},
    )
    assert not drift.report(API, API, patch).breaks
    found = drift.report(API, overlays.apply(API, overlay(put(page, required=True))), patch)
    assert [(action.index, action.problem) for action in found.stale] == [(1, "it changes nothing")]
    assert found.breaks


def test_a_malformed_overlay_is_an_error() -> None:
    with pytest.raises(overlays.OverlayError):
        drift.report(API, API, overlay())


def retold(data: Any) -> Any:
    """The same with the keys of every object the other way round, and other descriptions."""
    if isinstance(data, list):
        return [retold(item) for item in data]
    if not isinstance(data, dict):
        return data
    # A field may be named like a remark; it is no text then.
    remarks = {key for key in ("description", "summary") if isinstance(data.get(key), str)}
    return {key: "Said otherwise." if key in remarks else retold(data[key]) for key in reversed(data)}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_published_document_in_other_words_has_no_drift(name: str) -> None:
    found = drift.report(published(name), retold(published(name)), HARMLESS)
    assert found.changes == ()
    assert not found.breaks


def test_the_text_is_for_a_reader() -> None:
    seed = overlay(
        take(f"{system}.properties.timezone"),
        put("$.components.schemas.Error.properties.code", nullable=True),
        put(f"{listed}.properties", count={"type": "integer"}),
        put(f"{add_op}.responses", **{"409": {"description": "Twice"}}),
        put(list_op, operationId="systems"),
    )
    patch = overlay(
        {
            "target": f"{system}.properties.timezone",
            "update": {"format": "iana"},
            "description": "Not any text.",
        }
    )
    assert drift.render(drift.report(API, overlays.apply(API, seed), patch)) == (
        """\
Breaks callers or readers (3):
  operationId renamed: GET /systems (listSystems -> systems)
  field gone: System.timezone in GET /systems (string)
  became nullable: Error.code in GET /systems, POST /systems
Breaks nobody (2):
  field added: GET /systems 200 count (integer)
  error status added: POST /systems 409
Stale overlay actions (1), to be deleted or written anew:
  actions[0] $.components.schemas.System.properties.timezone: the target matches nothing (Not any text.)
"""
    )
