"""What schemathesis has to be told of this service; `schemathesis.toml` loads it."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import schemathesis
from schemathesis import Case, DeserializationContext, HookContext, Response

CONFIG = tomllib.loads((Path(__file__).resolve().parents[2] / "schemathesis.toml").read_text())


@schemathesis.deserializer("application/octet-stream")
def charger(context: DeserializationContext, response: Response) -> Any:
    """EV charger operations declare bytes and send JSON (x-enphase-media: json)."""
    return json.loads(response.content)


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
def filter_failure(context: HookContext, failure: Any, case: Case[Any], response: Response) -> bool:
    """Drop what is said of a request that lacked nothing but the key and the token, which it got afterwards."""
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
        places = {f"{each['in']}.{each['name']}": each for each in operation.get("parameters", [])}
        for media in operation.get("requestBody", {}).get("content", {}).values():
            body = schemas[media["schema"]["$ref"].rpartition("/")[2]]
            places |= {f"body.{name}": schema for name, schema in body["properties"].items()}
        for name, place in places.items():
            if values := _values(operation, name):
                place["example"] = values[0]


def _values(operation: dict[str, Any], parameter: str) -> list[Any]:
    """What the configuration says of a parameter of an operation, and otherwise of that parameter."""
    bound = CONFIG["parameters"].get(parameter)
    for each in CONFIG["operations"]:
        names, tags = each.get("include-operation-id", []), each.get("include-tag", [])
        if operation["operationId"] in names or set(operation["tags"]) & set(tags):
            bound = each.get("parameters", {}).get(parameter, bound)
    return list(CONFIG["dictionaries"][bound["dictionary"]]["values"]) if bound else []
