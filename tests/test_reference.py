"""docs/reference.md is what the code says of itself, and the code says it of everything."""

from __future__ import annotations

import importlib.util
import inspect
import re
from types import ModuleType
from typing import Any

import pytest
from enphase_v4.catalog import OPERATIONS

import enphase_cloud
from enphase_cloud import Enphase, System, commissioning
from enphase_cloud.commissioning import Commissioning

from .paths import ROOT


def written_by() -> ModuleType:
    spec = importlib.util.spec_from_file_location("write_reference", ROOT / "docs" / "write_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


WRITER: Any = written_by()


def test_the_file_is_what_make_reference_writes() -> None:
    assert WRITER.TARGET.read_text(encoding="utf-8") == WRITER.document(), "run `make reference`"


def test_every_public_name_is_in_it() -> None:
    assert WRITER.uncovered() == set()


def documented_calls() -> dict[str, Any]:
    """The public methods of a client, a system and of Commissioning that make calls."""
    found = {**dict(WRITER.members(Enphase)), **dict(WRITER.members(System))}
    found |= {f"commissioning.{name}": value for name, value in WRITER.members(Commissioning)}
    return {name: value for name, value in found.items() if "Operation" in (inspect.getdoc(value) or "")}


def test_every_operation_is_the_one_of_a_method_that_says_so() -> None:
    """An operation that the document gains has no method: better to know here than from a user."""
    words = " ".join(inspect.getdoc(value) or "" for value in documented_calls().values())
    assert set(OPERATIONS) <= set(re.findall(r"\w+", words))


def test_every_method_is_called_as_the_catalog_calls_it() -> None:
    for operation in OPERATIONS.values():
        part = operation.name.partition(".")[0]
        name = operation.name if part == "commissioning" else part
        method = "refresh" if name == "system" else name
        assert method in documented_calls(), operation.operation_id


@pytest.mark.parametrize("name", sorted(documented_calls()))
def test_a_method_says_what_it_costs_and_what_it_raises(name: str) -> None:
    words = inspect.getdoc(documented_calls()[name]) or ""
    assert re.search(r"\b[Hh]its?\b", words), "what does it cost?"
    assert re.search(r"raises?\b", words, re.IGNORECASE), "what does it raise?"


OTHERS = ("When", "__version__", "commissioning", "login")


@pytest.mark.parametrize(
    ("module", "name"),
    [(enphase_cloud, n) for n in enphase_cloud.__all__ if n not in OTHERS]
    + [(commissioning, n) for n in commissioning.__all__ if n != "RULES"],
)
def test_every_attribute_is_described(module: ModuleType, name: str) -> None:
    """Records and results: each value has words, for it has a unit or a time zone to name."""
    value = getattr(module, name)
    for attribute, _, words in WRITER.attributes(value) if isinstance(value, type) else ():
        assert words, f"{name}.{attribute}"
