"""What an overlay does to a document, and which overlays are refused.

The first part goes through the situations of the specification's own conformance sets, then come the places
where appliers differ, what is stale, and what is malformed.
"""

import copy
import re
from typing import Any

import pytest
from regenerate import overlay as overlays

from tests.regenerate import ours

Json = dict[str, Any]


def overlay(*actions: Json, **root: Any) -> Json:
    return {
        "overlay": "1.0.0",
        "info": {"title": "Patches", "version": "1"},
        "actions": list(actions),
    } | root


def patched(document: Json, *actions: Json) -> Any:
    return overlays.apply(document, overlay(*actions))


def update(target: str, value: Any, **more: Any) -> Json:
    return {"target": target, "update": value} | more


def remove(target: str, **more: Any) -> Json:
    return {"target": target, "remove": True} | more


@pytest.fixture
def api() -> Json:
    return {
        "openapi": "3.0.3",
        "info": {"title": "House", "version": "4", "contact": {"name": "Meter"}},
        "servers": [
            {"url": "https://qa.example", "description": "QA"},
            {"url": "https://live.example", "description": "Production"},
        ],
        "paths": {
            "/systems": {
                "get": {
                    "summary": "All systems",
                    "tags": ["systems"],
                    "parameters": [
                        {"name": "page", "in": "query", "required": False},
                        {"name": "size", "in": "query"},
                        {"name": "key", "in": "header"},
                    ],
                    "responses": {"200": {"description": "Here"}, "500": {"description": "Down"}},
                }
            },
            "/systems/{system_id}": {
                "get": {
                    "summary": "One system",
                    "tags": ["systems"],
                    "responses": {"200": {"description": "Here"}, "default": {"description": "Odd"}},
                },
                "put": {"responses": {"201": {"description": "Set"}, "500": {"description": "Down"}}},
            },
        },
        "components": {
            "schemas": {
                "System": {
                    "properties": {
                        "system_id": {"type": "integer", "example": 67},
                        "name": {"type": "string"},
                        "status": {"type": "string", "enum": ["normal", "power"]},
                    }
                }
            }
        },
    }


class TestConformance:
    def test_an_object_is_added(self, api: Json) -> None:
        licence = {"name": "MIT", "url": "https://mit.example"}
        assert patched(api, update("$.info", {"license": licence}))["info"] == {
            **api["info"],
            "license": licence,
        }

    def test_primitives_are_replaced_and_added(self, api: Json) -> None:
        new = {"summary": "Every system", "description": "Paged."}
        result = patched(api, update("$.paths['/systems'].get", new))
        assert result["paths"]["/systems"]["get"] == {**api["paths"]["/systems"]["get"], **new}

    def test_actions_work_on_what_the_earlier_ones_left(self, api: Json) -> None:
        result = patched(
            api,
            remove("$.paths['/systems'].get.summary"),
            update("$.paths.*.get", {"tags": ["read"]}),
            update("$.paths['/systems'].get", {"x-seen": {"by": "us"}, "tags": ["list"]}),
            update("$.paths.*", {"post": {"responses": {"405": {}}}}),
        )
        every, one = result["paths"].values()
        assert "summary" not in every["get"]
        assert one["get"]["summary"] == "One system"
        assert every["get"]["tags"] == ["systems", "read", "list"]
        assert one["get"]["tags"] == ["systems", "read"]
        assert every["get"]["x-seen"] == {"by": "us"}
        assert every["post"] == one["post"] == {"responses": {"405": {}}}

    def test_a_primitive_property_is_removed(self, api: Json) -> None:
        result = patched(api, remove("$.components.schemas.System.properties['system_id'].example"))
        assert result["components"]["schemas"]["System"]["properties"]["system_id"] == {"type": "integer"}

    def test_responses_are_removed_wherever_they_are(self, api: Json) -> None:
        result = patched(api, remove("$.paths..responses['500']"), remove("$.paths..responses.default"))
        found = [list(op["responses"]) for item in result["paths"].values() for op in item.values()]
        assert found == [["200"], ["200"], ["201"]]

    def test_properties_are_removed_by_a_filter(self, api: Json) -> None:
        result = patched(api, remove("$.components..properties[?(@.type == 'string')]"))
        assert list(result["components"]["schemas"]["System"]["properties"]) == ["system_id"]

    def test_an_item_is_removed_by_a_filter(self, api: Json) -> None:
        result = patched(api, remove("$.servers[?( @.description == 'QA' )]"))
        assert [server["url"] for server in result["servers"]] == ["https://live.example"]

    def test_a_list_is_replaced_by_removing_and_updating(self, api: Json) -> None:
        local = [{"url": "http://localhost"}]
        assert patched(api, remove("$.servers"), update("$", {"servers": local}))["servers"] == local

    def test_the_root_is_updated(self, api: Json) -> None:
        result = patched(api, update("$", {"info": {"x-patched": True}}))
        assert result == {**api, "info": {**api["info"], "x-patched": True}}

    def test_an_entry_is_appended(self, api: Json) -> None:
        entry = {"name": "sort_by", "in": "query"}
        result = patched(api, update("$.paths.*.get.parameters", entry))
        assert result["paths"]["/systems"]["get"]["parameters"][-1] == entry

    def test_removal_goes_before_an_update_in_the_same_action(self, api: Json) -> None:
        result = patched(api, {"target": "$.servers", "update": {"url": "http://localhost"}, "remove": True})
        assert "servers" not in result


def marked(data: Any, *above: str | int) -> list[tuple[str | int, ...]]:
    """The locations of the objects that have an x."""
    here = [above] if isinstance(data, dict) and "x" in data else []
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return here + [location for step, value in inner for location in marked(value, *above, step)]


FILTERED = {
    "a": [{"n": 1, "m": None}, {"n": 2, "t": ["q"]}, {"t": ["q", "r"], "name": "wh_in"}, {"name": "kwh"}, {}]
}
NAMED: Json = {
    **{"x.y": {}, "y": {"z": {}}, "/api/v4/{id}": {}, "it's": {}, 'say "so"': {}, "größe": {}, "x-y": {}},
    **{"a~1b": {}, "a\\b": {}, "": {}, "200": {}, "$": {}, "*": {}},
}
NESTED: Json = {"a": {"b": {"b": {}, "c": [{"b": {}}, [{"b": {}}]]}}, "b": {}}


@pytest.mark.parametrize(
    ("document", "target", "selected"),
    [
        (FILTERED, "$.a[?@.n == 2]", [("a", 1)]),
        (FILTERED, "$.a[?(@.n < 2)]", [("a", 0)]),
        (FILTERED, "$.a[?@.n && !@.t]", [("a", 0)]),
        (FILTERED, "$.a[?@.m]", [("a", 0)]),
        (FILTERED, "$.a[?@.m == null]", [("a", 0)]),
        (FILTERED, "$.a[?match(@.name, 'k.h')]", [("a", 3)]),
        (FILTERED, "$.a[?search(@.name, 'wh')]", [("a", 2), ("a", 3)]),
        (FILTERED, "$.a[?length(@.t) == 2]", [("a", 2)]),
        (FILTERED, "$.a[?@.t[?@ == 'r']]", [("a", 2)]),
        (FILTERED, "$.a[?@.n == $.a[1].n]", [("a", 1)]),
        (FILTERED, "$.a[?count(@.*) == 0]", [("a", 4)]),
        (FILTERED, "$.a[-1]", [("a", 4)]),
        (FILTERED, "$.a[3:]", [("a", 3), ("a", 4)]),
        (FILTERED, "$.a[::-2]", [("a", 0), ("a", 2), ("a", 4)]),
        (FILTERED, "$.a[4, 0]", [("a", 0), ("a", 4)]),
        (NAMED, "$['x.y']", [("x.y",)]),
        (NAMED, "$.y.z", [("y", "z")]),
        (NAMED, "$['/api/v4/{id}']", [("/api/v4/{id}",)]),
        (NAMED, r"""$['it\'s', "say \"so\""]""", [("it's",), ('say "so"',)]),
        (NAMED, r"$['a~1b', 'a\\b', '']", [("a~1b",), ("a\\b",), ("",)]),
        (NAMED, "$['größe', 'x-y', '200']", [("größe",), ("x-y",), ("200",)]),
        (NAMED, "$['$', '*']", [("$",), ("*",)]),
        (NAMED, "$.*", [(name,) for name in NAMED]),
        (NESTED, "$..c[0]", [("a", "b", "c", 0)]),
        (
            NESTED,
            "$..b",
            [("a", "b"), ("a", "b", "b"), ("a", "b", "c", 0, "b"), ("a", "b", "c", 1, 0, "b"), ("b",)],
        ),
    ],
)
def test_a_target_selects_what_rfc_9535_says(document: Json, target: str, selected: list[Any]) -> None:
    assert marked(patched(document, update(target, {"x": 1}))) == selected


class TestMerge:
    def test_neither_document_nor_overlay_is_touched(self, api: Json) -> None:
        patch = overlay(update("$.info", {"contact": {"url": "u"}, "x-list": [1]}), remove("$.servers[0]"))
        before = copy.deepcopy((api, patch))
        overlays.apply(api, patch)["info"]["x-list"].append(2)
        assert (api, patch) == before

    @pytest.mark.parametrize("value", [{"deep": {"list": []}}, {"list": [{"deep": {"list": []}}]}])
    def test_matches_do_not_share_the_update(self, value: Json) -> None:
        result = patched({"a": {"list": []}, "b": {"list": []}}, update("$[*]", value))
        assert result["a"] == result["b"]
        deep = result["a"].get("deep") or result["a"]["list"][0]["deep"]
        deep["list"].append("only here")
        assert result["a"] != result["b"]

    def test_lists_do_not_share_an_appended_entry(self) -> None:
        result = patched({"a": [], "b": []}, update("$[*]", {"n": {}}))
        result["a"][0]["n"]["m"] = 1
        assert result["b"] == [{"n": {}}]

    def test_objects_merge_at_every_depth_and_keep_their_order(self) -> None:
        result = patched(
            {"a": {"b": {"c": 1, "d": 2}, "e": 3}}, update("$.a", {"e": 4, "b": {"f": 5, "c": 6}})
        )
        assert result == {"a": {"b": {"c": 6, "d": 2, "f": 5}, "e": 4}}
        assert [list(result["a"]), list(result["a"]["b"])] == [["b", "e"], ["c", "d", "f"]]

    def test_lists_inside_of_a_merge_are_concatenated(self) -> None:
        result = patched({"a": {"b": {"words": ["x"]}}}, update("$.a", {"b": {"words": ["y", "z"]}}))
        assert result == {"a": {"b": {"words": ["x", "y", "z"]}}}

    def test_a_list_appended_to_a_list_is_one_entry(self) -> None:
        assert patched({"a": [[1]]}, update("$.a", [2, 3])) == {"a": [[1], [2, 3]]}

    @pytest.mark.parametrize("entry", [None, 0, False, "", {}, []])
    def test_any_value_can_be_appended(self, entry: Any) -> None:
        assert patched({"a": ["x"]}, update("$.a", entry)) == {"a": ["x", entry]}

    @pytest.mark.parametrize(
        ("old", "new"), [("x", None), (None, "x"), (1, "1"), (1, True), (False, 0), (1, 2.5)]
    )
    def test_a_primitive_replaces_any_other(self, old: Any, new: Any) -> None:
        assert repr(patched({"a": {"b": old}}, update("$.a", {"b": new}))) == repr({"a": {"b": new}})

    def test_remove_false_is_as_if_absent(self) -> None:
        assert patched({"a": {}}, update("$.a", {"b": 1}, remove=False)) == {"a": {"b": 1}}

    def test_an_item_chosen_by_a_filter_is_updated_in_its_place(self, api: Json) -> None:
        target = "$.paths['/systems'].get.parameters[?@.name == 'size']"
        parameters = patched(api, update(target, {"schema": {"maximum": 100}}))["paths"]["/systems"]["get"][
            "parameters"
        ]
        assert parameters[1] == {"name": "size", "in": "query", "schema": {"maximum": 100}}
        assert [parameter["name"] for parameter in parameters] == ["page", "size", "key"]

    def test_a_node_named_twice_is_patched_once(self) -> None:
        assert patched({"a": []}, update("$['a', 'a']", 1, **{"x-expect-matches": 1})) == {"a": [1]}
        assert patched({"a": [1, 2, 3]}, remove("$.a[0, 0, -3]")) == {"a": [2, 3]}


class TestRemoval:
    @pytest.mark.parametrize(
        ("target", "left"),
        [
            ("$.a[1, 3]", [0, 2, 4]),
            ("$.a[3, 1, 0]", [2, 4]),
            ("$.a[-1, 0]", [1, 2, 3]),
            ("$.a[1:4]", [0, 4]),
            ("$.a[::2]", [1, 3]),
            ("$.a[?@ > 2]", [0, 1, 2]),
            ("$.a[*]", []),
        ],
    )
    def test_several_items_of_a_list(self, target: str, left: list[int]) -> None:
        assert patched({"a": [0, 1, 2, 3, 4]}, remove(target)) == {"a": left}

    def test_more_than_nine_items_are_counted_as_numbers(self) -> None:
        assert patched({"a": list(range(12))}, remove("$.a[9:]")) == {"a": list(range(9))}

    def test_a_container_together_with_what_it_contains(self) -> None:
        tree = {"b": [{"b": [1, {"b": [2]}]}], "keep": [{"b": []}]}
        assert patched(tree, remove("$..b")) == {"keep": [{}]}
        assert patched({"a": [[0, 1], [2]]}, remove("$.a..[0]")) == {"a": [[]]}


def stale(document: Json, action: Json) -> str:
    action = {"description": "The vendor says otherwise.\n"} | action
    with pytest.raises(overlays.StaleAction) as caught:
        patched(document, {"target": "$", "update": {"x-first": 1}}, action)
    error = caught.value
    assert (error.index, error.target, error.description) == (1, action["target"], action["description"])
    assert str(error) == f"actions[1] {error.target}: {error.problem} (The vendor says otherwise.)"
    return error.problem


@pytest.mark.parametrize(
    ("action", "problem"),
    [
        (update("$.gone", {"x": 1}), "the target matches nothing"),
        (remove("$.list[?@.n == 9]"), "the target matches nothing"),
        (remove("$.list[7]"), "the target matches nothing"),
        (update("$.object", {"a": {"b": 1}}), "it changes nothing"),
        (update("$.object", {}), "it changes nothing"),
        (update("$.object", {"c": []}), "it changes nothing"),
        (update("$.list[*]", {"m": 0}), "it changes nothing"),
        (update("$.list", {"n": 2, "m": 0}), "$['list'] already has {'n': 2, 'm': 0}"),
        (update("$.object", {"c": [2, 1]}), "$['object']['c'] already has 1"),
        (
            update("$.list[*]", {"n": 3}, **{"x-expect-matches": 3}),
            "the target matches 2, x-expect-matches says 3",
        ),
        (remove("$.list[*]", **{"x-expect-matches": 1}), "the target matches 2, x-expect-matches says 1"),
        (
            update("$.list[*]", {"n": 2}, **{"x-expect-matches": 2}),
            "1 of 2 matches need no change, first $['list'][1]",
        ),
        (update("$.object", [1]), "$['object'] is an object, the update is a list"),
        (update("$.object", None), "$['object'] is an object, the update is a primitive"),
        (update("$.text", "other"), "$['text'] is a primitive; update the object that contains it"),
        (update("$.nothing", {"x": 1}), "$['nothing'] is a primitive; update the object that contains it"),
        (
            update("$.object", {"a": [1]}),
            "$['object']['a'] is an object, the update has a list; remove it first",
        ),
        (
            update("$.object", {"a": {"b": {}}}),
            "$['object']['a']['b'] is a primitive, the update has an object; remove it first",
        ),
        (
            update("$.object", {"c": None}),
            "$['object']['c'] is a list, the update has a primitive; remove it first",
        ),
        (update("$['list', 'object']", {"x": 1}), "the target matches nodes of several kinds"),
    ],
)
def test_an_action_that_does_not_fit_is_stale(action: Json, problem: str) -> None:
    document = {
        "object": {"a": {"b": 1}, "c": [1]},
        "list": [{"n": 1, "m": 0}, {"n": 2, "m": 0}],
        "text": "same",
        "nothing": None,
    }
    assert stale(document, action) == problem


def test_some_matches_may_be_right_already() -> None:
    assert patched({"a": {"n": 1}, "b": {}}, update("$[*]", {"n": 1})) == {"a": {"n": 1}, "b": {"n": 1}}


def test_true_is_not_one() -> None:
    assert patched({"a": [True, {"b": [0]}]}, update("$.a", 1), update("$.a", {"b": [False]})) == {
        "a": [True, {"b": [0]}, 1, {"b": [False]}]
    }
    assert stale({"a": {"n": 1}}, update("$.a", {"n": 1.0})) == "it changes nothing"


def test_check_names_the_stale_actions_and_applies_the_others() -> None:
    document = {"a": {"n": 1}, "b": {"n": {}, "later": []}}
    before = copy.deepcopy(document)
    found = overlays.check(
        document,
        overlay(
            update("$.a", {"made": {}}),
            update("$[*]", {"n": 5, "never": 1}),
            update("$.a.made", {"needs the first": True}),
            remove("$[*].never"),
            update("$.a", {"n": 1}),
        ),
    )
    # The second fits one of its matches, and leaves nothing behind in that one.
    assert [(error.index, error.problem) for error in found] == [
        (1, "$['b']['n'] is an object, the update has a primitive; remove it first"),
        (3, "the target matches nothing"),
        (4, "it changes nothing"),
    ]
    assert document == before


def test_a_stale_action_leaves_what_it_had_begun_as_it_was() -> None:
    """Also where matches lie in each other, and in lists: the actions after it say what they find."""
    found = overlays.check(
        {"b": {"b": {"x": 2}}, "one": [0], "two": [1]},
        overlay(
            update("$..b", {"x": [1]}),
            remove("$.b.x"),
            update("$.b.b", {"y": 1}),
            remove("$.b.b['x', 'y']", **{"x-expect-matches": 2}),
            update("$['one', 'two']", 1),
            update("$.one", 1),
        ),
    )
    assert [(error.index, error.problem) for error in found] == [
        (0, "$['b']['b']['x'] is a primitive, the update has a list; remove it first"),
        (1, "the target matches nothing"),
        (4, "$['two'] already has 1"),
    ]


@pytest.mark.parametrize("name", ours.DOCUMENTS)
def test_a_second_coat_of_an_overlay_of_ours_changes_nothing(name: str) -> None:
    """Whatever the vendor mends makes an action stale: none finds work in a document that needs none.

    Only two neighbours may, of which one takes away what the other says anew. An action that reaches into what one far
    from it has put there would reach into what the vendor may put there, too.
    """
    patch, done = ours.patch(name), ours.patched(name)
    stale = {error.index for error in overlays.check(done, patch)}
    left = [index for index in range(len(patch["actions"])) if index not in stale]
    assert left[1::2] == [index + 1 for index in left[::2]]
    again = overlay(*(patch["actions"][index] for index in left)) if left else None
    assert (overlays.apply(done, again) if again else done) == done


def test_check_of_an_overlay_that_fits_finds_nothing(api: Json) -> None:
    assert overlays.check(api, overlay(remove("$.servers[0]"))) == []


OK = update("$", {"x": 1})


@pytest.mark.parametrize(
    ("overlay_document", "problem"),
    [
        ([], "overlay: it is a list, not an object"),
        ({}, "overlay: it has no overlay"),
        (overlay(OK, overlay="1.1.0"), "version '1.1.0' of the specification is not 1.0.x"),
        (overlay(OK, overlay="1.0"), "version '1.0' of the specification"),
        (overlay(OK, overlay=1.0), "overlay is 1.0, not of type str"),
        (overlay(OK, info={"title": "Patches"}), "info: it has no version"),
        (overlay(OK, info={"title": "Patches", "version": 1}), "info: version is 1, not of type str"),
        (overlay(OK, info={"title": "P", "version": "1", "author": "me"}), "knows no author"),
        (overlay(OK, info="Patches"), "info is 'Patches', not of type dict"),
        (overlay(OK, extends=["a.yaml"]), "extends is ['a.yaml'], not of type str"),
        (overlay(OK, action=[]), "the specification knows no action"),
        ({"overlay": "1.0.0", "info": {"title": "P", "version": "1"}}, "it has no actions"),
        (overlay(), "it has no actions"),
        (overlay(actions={}), "actions is {}, not of type list"),
        (overlay(OK, "$"), "actions[1]: it is a primitive, not an object"),  # type: ignore[arg-type]
        (overlay(OK, {"update": {}}), "actions[1]: it has no target"),
        (overlay(OK, update(3, {})), "actions[1] 3: target is 3, not of type str"),  # type: ignore[arg-type]
        (overlay({"target": "$.a"}), "actions[0] $.a: it does nothing"),
        (overlay({"target": "$.a", "remove": False}), "actions[0] $.a: it does nothing"),
        (overlay({"target": "$.a", "remove": "yes"}), "remove is 'yes', not of type bool"),
        (overlay({"target": "$.a", "remove": 1}), "remove is 1, not of type bool"),
        (overlay(OK | {"description": ["why"]}), "description is ['why'], not of type str"),
        (overlay(OK | {"upsert": True}), "the specification knows no upsert"),
        (overlay(OK | {"x-expect-matches": 0}), "x-expect-matches is less than 1"),
        (overlay(OK | {"x-expect-matches": True}), "x-expect-matches is True, not of type int"),
        (overlay(OK, remove("$.a"), OK), "actions[2] $: the same action comes twice"),
        (overlay(OK, remove("$")), "actions[1] $: the root cannot be removed"),
        (overlay(OK, remove("info.title")), "actions[1] info.title: the target is not a JSONPath"),
        (overlay(OK, remove("$.a[?@.b == ]")), "line 1, column 12"),
        (overlay(OK, remove("$.x-name")), "the target is not a JSONPath"),
        (overlay(OK, remove("$.a[?count(@.b)]")), "the target is not a JSONPath"),
        (overlay(OK, remove("$.a[?nope(@.b)]")), "the target is not a JSONPath"),
        (overlay(OK, remove("$.a ")), "the target is not a JSONPath"),
        (overlay(OK, remove("")), "the target is not a JSONPath"),
    ],
)
def test_a_malformed_overlay_is_refused_whole(overlay_document: Any, problem: str) -> None:
    for use in (overlays.apply, overlays.check):
        document: Json = {}
        with pytest.raises(overlays.OverlayError, match=re.escape(problem)) as caught:
            use(document, overlay_document)
        assert not isinstance(caught.value, overlays.StaleAction)
        assert document == {}


def test_extensions_and_extends_change_nothing(api: Json) -> None:
    plain = overlay(OK)
    rich = overlay(OK | {"x-evidence": ["a capture"]}, extends="monitoring.yaml", **{"x-owner": None})
    rich["info"]["x-note"] = 1
    assert overlays.apply(api, rich) == overlays.apply(api, plain)
    assert overlays.apply(api, overlay(OK, overlay="1.0.7")) == overlays.apply(api, plain)


def test_a_document_too_deep_for_the_target_names_the_action() -> None:
    deep: Json = {}
    for _ in range(300):
        deep = {"a": deep}
    with pytest.raises(overlays.OverlayError, match=r"actions\[0\] \$\.\.b: the target cannot be evaluated"):
        patched(deep, remove("$..b"))
