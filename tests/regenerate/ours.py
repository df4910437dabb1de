"""The checked-in documents and overlays, each read once; whoever changes one takes a copy."""

from __future__ import annotations

from functools import cache
from typing import Any

from regenerate import documents, overlay
from regenerate.generate import DOCUMENTS

from tests.paths import ROOT

__all__ = ["DOCUMENTS", "patch", "patched", "published", "written"]


@cache
def published(name: str) -> dict[str, Any]:
    """A document as the vendor has it."""
    return documents.load(ROOT / "openapi" / f"{name}.yaml")


@cache
def patch(name: str) -> dict[str, Any]:
    """The overlay of a document."""
    return documents.load(ROOT / "overlay" / f"{name}.yaml")


@cache
def patched(name: str) -> dict[str, Any]:
    """A document with its overlay applied, not joined with any other."""
    made: dict[str, Any] = overlay.apply(published(name), patch(name))
    return made


@cache
def written() -> dict[str, Any]:
    """generated/openapi.yaml."""
    return documents.load(ROOT / "generated" / "openapi.yaml")
