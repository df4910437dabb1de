"""The patched document goes into the wheel, beside the package that was generated from it.

A checkout needs no copy: there the document lies one folder above the package.
"""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Document(BuildHookInterface[Any]):
    """Adds generated/openapi.yaml to wheels, and not to editable installs, where a copy would go stale."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "standard":
            build_data["force_include"]["generated/openapi.yaml"] = "enphase_v4/openapi.yaml"
