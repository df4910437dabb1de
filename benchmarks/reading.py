"""What each client makes of an answer in its own way of parsing: from status, media type and bytes to models, and back.

Each reader raises what its client raises. What comes out is what a caller of that client would get.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import import_module
from inspect import Parameter, isclass, signature
from pkgutil import walk_packages
from typing import Any, Protocol, get_args

import httpx
from enphase_v4.catalog import OPERATIONS

from benchmarks import peers
from benchmarks.documented import EVENT_STREAM, Documented
from benchmarks.tables import OURS


class Reader(Protocol):
    """One client's way."""

    def read(self, answer: Documented) -> Any:
        """The model of an answer, or a list of models. Raises where the client does, and where there is none."""

    def back(self, model: Any) -> Any:
        """The JSON data of a model."""


class Nothing(Exception):
    """The client gave no model."""


def _each(model: Any, back: Callable[[Any], Any]) -> Any:
    return [back(each) for each in model] if isinstance(model, list) else back(model)


class Ours:
    """The generated client: the function `parse` of each operation."""

    def read(self, answer: Documented) -> Any:
        module = import_module(OPERATIONS[answer.operation_id].module)
        parsed = module.parse(answer.status, answer.content, answer.content_type)
        if not parsed:  # a stream without an event, too
            raise Nothing
        return parsed

    def back(self, model: Any) -> Any:
        return _each(model, lambda each: each.to_dict())


class Stock:
    """openapi-python-client: `_build_response` of each operation, which its four functions all end with."""

    def __init__(self) -> None:
        package = peers.stock()
        self.client = package.Client(base_url="https://mock.test")
        api = import_module(f"{package.__name__}.api")
        names = (it.name for it in walk_packages(api.__path__, f"{api.__name__}.") if not it.ispkg)
        self.modules = {name.rpartition(".")[2].replace("_", ""): name for name in names}

    def read(self, answer: Documented) -> Any:
        module = import_module(self.modules[answer.published_id.lower()])
        headers = {"content-type": answer.content_type}
        response = httpx.Response(answer.status, headers=headers, content=answer.content)
        parsed = module._build_response(client=self.client, response=response).parsed
        if parsed is None:
            raise Nothing
        return parsed

    def back(self, model: Any) -> Any:
        return _each(model, lambda each: each.to_dict())


class _Wire:
    """In the place of urllib3: an answer as openapi-generator's client holds it."""

    def __init__(self) -> None:
        self.answer: Documented | None = None

    def request(self, *_: Any, **__: Any) -> _Wire:
        return self

    def read(self) -> bytes:
        return self.data

    @property
    def data(self) -> bytes:
        assert self.answer is not None
        return self.answer.content

    @property
    def status(self) -> int:
        assert self.answer is not None
        return self.answer.status

    @property
    def headers(self) -> dict[str, str]:
        assert self.answer is not None
        return {"content-type": self.answer.content_type}

    reason = ""


_MORE = ("_with_http_info", "_without_preload_content")


class OpenApiGenerator:
    """openapi-generator: whole calls, with another wire. What is no success it raises, with the model in it."""

    def __init__(self) -> None:
        package = peers.openapi_generator()
        client = package.ApiClient()
        client.rest_client = self.wire = _Wire()
        self.refusal: type[Exception] = package.ApiException
        self.calls: dict[str, Callable[[], Any]] = {}
        for name in package.__all__:
            if name.endswith("Api"):
                self._add(getattr(package, name)(client))

    def _add(self, api: Any) -> None:
        """Its calls; of each there are three, and the others give the same with more around it."""
        for name in dir(api):
            method = getattr(api, name)
            if not name.startswith("_") and callable(method) and not name.endswith(_MORE):
                self.calls[name.replace("_", "")] = self._call(method)

    def _call(self, method: Any) -> Callable[[], Any]:
        required = [p for p in signature(method).parameters.values() if p.default is Parameter.empty]
        given = {parameter.name: _some(get_args(parameter.annotation)[0]) for parameter in required}
        return lambda: method(**given)

    def read(self, answer: Documented) -> Any:
        self.wire.answer = answer
        try:
            return self.calls[answer.published_id.lower()]()
        except self.refusal as error:
            if getattr(error, "data", None) is None:
                raise
            return error.data  # type: ignore[attr-defined]  # as a caller finds it

    def back(self, model: Any) -> Any:
        return _each(model, lambda each: each.to_dict())


def _some(kind: Any) -> Any:
    """A value of that type for a required argument."""
    if isclass(kind) and hasattr(kind, "model_construct"):
        return kind.model_construct()
    return {int: 1, str: "1"}[kind]


class _Models:
    """What datamodel-code-generator writes has no client: the class for an operation's status is looked up."""

    def __init__(self, module: Any) -> None:
        self.module = module

    def model(self, answer: Documented) -> Any:
        if "$ref" in answer.schema:
            return getattr(self.module, answer.schema["$ref"].rpartition("/")[2])
        name = answer.published_id[:1].upper() + answer.published_id[1:]
        return getattr(self.module, f"{name}Response{answer.status}")

    def content(self, answer: Documented) -> bytes:
        """Nothing here reads a stream: of an event it is given the JSON that the document shows."""
        return json.dumps(answer.body).encode() if answer.content_type == EVENT_STREAM else answer.content


class Pydantic(_Models):
    """Models of pydantic: `model_validate_json`."""

    def __init__(self) -> None:
        super().__init__(peers.pydantic_models())

    def read(self, answer: Documented) -> Any:
        return self.model(answer).model_validate_json(self.content(answer))

    def back(self, model: Any) -> Any:
        return model.model_dump(mode="json", by_alias=True, exclude_unset=True)


class Msgspec(_Models):
    """Structs of msgspec: `msgspec.json.decode`."""

    def __init__(self) -> None:
        super().__init__(peers.msgspec_models())
        self.msgspec = import_module("msgspec")

    def read(self, answer: Documented) -> Any:
        return self.msgspec.json.decode(self.content(answer), type=self.model(answer))

    def back(self, model: Any) -> Any:
        return self.msgspec.to_builtins(model)


def readers() -> dict[str, Reader]:
    """Us, and the peers."""
    return {
        OURS: Ours(),
        peers.STOCK: Stock(),
        peers.OPENAPI_GENERATOR: OpenApiGenerator(),
        peers.PYDANTIC: Pydantic(),
        peers.MSGSPEC: Msgspec(),
    }
