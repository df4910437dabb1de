"""The OpenAPI document as the mock reads it: operations by path and method, schemas, documented examples.

The mock takes its routes and the bodies of its refusals from here, so an operation that appears in the
document appears in the mock as well (as 501, until it is served).
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@dataclass(frozen=True)
class Media:
    """What the document says of one status of one operation: content type, schema (unresolved), example."""

    content_type: str
    schema: Mapping[str, Any] | None
    example: Any


@dataclass(frozen=True)
class Operation:
    """One operation: where it is, and what it answers by status (``"200"``).

    request: schema of its body, unresolved; None where it takes none
    """

    operation_id: str
    method: str
    path: str
    responses: Mapping[str, Media | None]
    request: Mapping[str, Any] | None = None

    def media(self, status: int) -> Media | None:
        """What is documented for `status`; None where the status is not, or has no body."""
        return self.responses.get(str(status))

    @property
    def success(self) -> int:
        """The status of a success: the first of the document's that is one."""
        return next((int(status) for status in self.responses if status.startswith("2")), 200)

    @property
    def makes(self) -> bool:
        """Whether a success has made something that was not there before."""
        return self.success == 201

    def example(self, status: int) -> Any:
        """A copy of the documented example for `status`; None where there is none."""
        media = self.media(status)
        return None if media is None else copy.deepcopy(media.example)


class Document:
    """A parsed OpenAPI 3.0 document."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = raw
        self.operations: dict[str, Operation] = {each.operation_id: each for each in self._read()}

    def resolve(self, node: Any) -> Any:
        """Follow a local ``$ref`` (also a chain of them); anything else comes back as it is."""
        while isinstance(node, Mapping) and "$ref" in node:
            reference = str(node["$ref"])
            if not reference.startswith("#/"):
                raise ValueError(f"openapi.yaml: only local references are supported, not {reference!r}")
            target: Any = self.raw
            for step in reference[2:].split("/"):
                target = target[step.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def _read(self) -> Iterator[Operation]:
        for path, item in self.raw["paths"].items():
            for method in METHODS:
                if method in item:
                    yield self._operation(path, method, item[method])

    def _operation(self, path: str, method: str, body: Mapping[str, Any]) -> Operation:
        return Operation(
            operation_id=body["operationId"],
            method=method.upper(),
            path=path,
            responses={
                str(status): self._media(self.resolve(each)) for status, each in body["responses"].items()
            },
            request=self._body(self.resolve(body.get("requestBody", {}))),
        )

    def _body(self, request: Mapping[str, Any]) -> Mapping[str, Any] | None:
        for media in request.get("content", {}).values():
            schema: Mapping[str, Any] | None = media.get("schema")
            return schema
        return None

    def _media(self, response: Mapping[str, Any]) -> Media | None:
        for content_type, media in response.get("content", {}).items():
            named = [self.resolve(each) for each in media.get("examples", {}).values()]
            example = media["example"] if "example" in media else (named[0].get("value") if named else None)
            return Media(content_type, media.get("schema"), example)
        return None


def locate() -> Path:
    """Where ``openapi.yaml`` is: in the generated package in a wheel, one folder above it in a checkout."""
    found = find_spec("enphase_v4")
    folders = [Path(each) for each in (found.submodule_search_locations or [])] if found else []
    candidates = [each / "openapi.yaml" for folder in folders for each in (folder, folder.parent)]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    looked = ", ".join(map(str, candidates)) or "the package enphase_v4 is not installed"
    raise FileNotFoundError(
        f"openapi.yaml not found ({looked}); reinstall enphase-cloud or run make generate"
    )


@lru_cache(maxsize=1)
def load() -> Document:
    """The document of the installed package, read once (about 0.2 s) and shared."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with locate().open("rb") as file:
        return Document(yaml.load(file, Loader=loader))  # noqa: S506 - both are safe loaders
