"""What schemathesis has to be told of this service; `schemathesis.toml` loads it."""

from __future__ import annotations

import copy
import json
import tomllib
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import schemathesis
from schemathesis import Case, DeserializationContext, HookContext, Response, SerializationContext

CONFIG = tomllib.loads((Path(__file__).resolve().parents[2] / "schemathesis.toml").read_text())


@schemathesis.deserializer("application/octet-stream")
def charger(context: DeserializationContext, response: Response) -> Any:
    """EV charger operations declare bytes and send JSON (x-enphase-media: json)."""
    return json.loads(response.content)


@schemathesis.serializer("application/text")
def text(context: SerializationContext, value: Any) -> bytes | None:
    """Tariffs and arrays are sent as text that is JSON (x-enphase-media: json)."""
    return value if isinstance(value, bytes) else json.dumps(value).encode()


@schemathesis.deserializer("text/event-stream")
def live(context: DeserializationContext, response: Response) -> list[Any]:
    """Events whose `data` holds JSON (x-enphase-media: events); refusals are one JSON object (json)."""
    if response.status_code != 200:
        return [json.loads(response.content)]
    *events, rest = response.content.decode().split("\n\n")
    if rest and not response.stream_cut_short:
        raise ValueError(f"the last event is not finished: {rest}")
    return [{"data": json.loads(event.removeprefix("data: "))} for event in events]


@schemathesis.hook
def after_load_schema(context: HookContext, schema: Any) -> None:
    """Begin each scenario of the stateful phase with a server that was reset.

    What one has created would be in the way of the next, and Hypothesis gives up on a machine that answers the same
    steps in two ways.
    """
    usual = schema.build_state_machine

    def build_state_machine(**made_of: Any) -> Any:
        class Fresh(usual(**made_of)):  # type: ignore[misc]  # made at run time
            def teardown(self) -> None:
                super().teardown()
                reset = Request(f"{schema.get_base_url()}/_mock/reset", method="POST")  # noqa: S310 - as below
                with urlopen(reset):  # noqa: S310 - of this machine
                    pass

        return Fresh

    schema.build_state_machine = build_state_machine


@schemathesis.hook
def filter_failure(context: HookContext, failure: Any, case: Case[Any], response: Response) -> bool:
    """Drop what is said of a request that lacked nothing but the key and the token, which it got afterwards.

    And of the 422 for a tariff that makes no sense, for which the document has no status; and of an array type that is
    none of its words, which by its prose is ignored.
    """
    if failure.code == "ST103" and response.status_code == 422:
        return bool(case.operation.definition.raw["operationId"] != "updateSystemTariffSettings")
    if failure.code == "ST201" and "array_type: Invalid enum value" in failure.message:
        return False
    mutations = () if case.meta is None else getattr(case.meta.phase.data, "mutations", ())
    return not (failure.code == "ST201" and mutations and all(map(_undone, mutations)))


def _undone(mutation: Any) -> bool:
    """Parameters that nobody reads, or security parameters that are missing."""
    if mutation.parameter_location not in ("query", "header"):
        return False
    secrets = mutation.original_value if mutation.keywords == ("required",) else None
    return mutation.keywords == ("additionalProperties",) or (
        isinstance(secrets, list) and set(secrets) <= {"Authorization", "key"}
    )


@schemathesis.hook
def before_load_schema(context: HookContext, raw_schema: dict[str, Any]) -> None:
    """Give all that has a dictionary its first entry as the example, from which the coverage phase starts."""
    schemas = raw_schema["components"]["schemas"]
    for operation in (each for path in raw_schema["paths"].values() for each in path.values()):
        # one and the same object in several operations, where the YAML had an alias
        operation["parameters"] = copy.deepcopy(operation.get("parameters", []))
        places = {f"{each['in']}.{each['name']}": each for each in operation["parameters"]}
        for media in operation.get("requestBody", {}).get("content", {}).values():
            body = schemas[media["schema"]["$ref"].rpartition("/")[2]]
            places |= {f"body.{name}": schema for name, schema in body["properties"].items()}
            if "address" in body["properties"]:
                [address] = body["properties"]["address"]["allOf"]
                parts = schemas[address["$ref"].rpartition("/")[2]]["properties"]
                places |= {f"body.address.{name}": schema for name, schema in parts.items()}
        for name, place in places.items():
            if values := _values(operation, name):
                place["example"] = values[0]


def _listed(names: str | list[str]) -> list[str]:
    return [names] if isinstance(names, str) else names


def _values(operation: dict[str, Any], parameter: str) -> list[Any]:
    """What the configuration says of a parameter of an operation, and otherwise of that parameter."""
    bound = CONFIG["parameters"].get(parameter)
    for each in CONFIG["operations"]:
        names, tags = (_listed(each.get(f"include-{what}", [])) for what in ("operation-id", "tag"))
        if operation["operationId"] in names or set(operation["tags"]) & set(tags):
            bound = each.get("parameters", {}).get(parameter, bound)
    return list(CONFIG["dictionaries"][bound["dictionary"]]["values"]) if bound else []
