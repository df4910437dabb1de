"""The software bill of materials of the wheel: `make sbom` writes it beside the wheel, as CycloneDX 1.6.

What it lists stands in locks/runtime.txt: each package that any extra brings, with its version, the SHA-256 of its
files, when it is needed, and by whom. Licences are what the installed packages say of themselves, where the installed
version is the listed one. The same lock and the same wheel give the same document: its serial number is made of what it
says, and a time is in it only where SOURCE_DATE_EPOCH gives one.

It lies beside the wheel, not in it: the wheel holds no code of others, and what is installed along with it is up to
whoever installs it. The listed versions are those of `pip install --require-hashes -r locks/runtime.txt`.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ROOT = Path(__file__).resolve().parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCK = ROOT / "locks" / "runtime.txt"
WHEEL = ROOT / "dist" / f"{PROJECT['name'].replace('-', '_')}-{PROJECT['version']}-py3-none-any.whl"

_PINNED = re.compile(r"(?P<name>[\w.-]+)==(?P<version>[^\s;\\]+)( ; (?P<marker>[^\\]+?))?( \\)?")
_HASH = re.compile(r" +--hash=sha256:(?P<hash>[0-9a-f]{64})( \\)?")
_NEEDED_BY = re.compile(r" +# (via)? *(?P<name>[a-z][\w.-]*)( \(pyproject\.toml\))?")
_SILENT = re.compile(r" +# via| +# +-c .*")


@dataclass
class Pinned:
    """A package of the lock."""

    name: str
    version: str
    marker: str | None
    hashes: list[str] = field(default_factory=list)
    needed_by: set[str] = field(default_factory=set)

    @property
    def purl(self) -> str:
        return purl(self.name, self.version)


def main() -> None:
    """Write the document of the wheel in dist/."""
    if not WHEEL.exists():
        sys.exit(f"there is no {WHEEL.relative_to(ROOT)}: run `make build` first")
    target = WHEEL.with_name(f"{PROJECT['name']}-{PROJECT['version']}.cdx.json")
    wheel = hashlib.sha256(WHEEL.read_bytes()).hexdigest()
    told = document(locked(LOCK.read_text(encoding="utf-8")), wheel, os.environ.get("SOURCE_DATE_EPOCH"))
    target.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    print(f"{target.relative_to(ROOT)}: {len(told['components'])} packages")


def locked(text: str) -> list[Pinned]:
    """The packages of a lock that uv wrote with --annotate. One may be there twice, for different Pythons."""
    found: list[Pinned] = []
    for line in text.splitlines():
        if each := _PINNED.fullmatch(line):
            found.append(Pinned(each["name"], each["version"], each["marker"]))
        elif each := _HASH.fullmatch(line):
            found[-1].hashes.append(each["hash"])
        elif each := _NEEDED_BY.fullmatch(line):
            found[-1].needed_by.add(each["name"])
        elif not _SILENT.fullmatch(line):
            raise ValueError(f"not a line of a lock: {line!r}")
    return sorted(found, key=lambda each: each.purl)


def document(packages: list[Pinned], wheel: str, epoch: str | None) -> dict[str, Any]:
    """CycloneDX, as a JSON document. `wheel` is the SHA-256 of the wheel."""
    itself = purl(PROJECT["name"], PROJECT["version"])
    extras = brought_by(packages)
    told: dict[str, Any] = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "lifecycles": [{"phase": "build"}],
            "component": {
                "type": "library",
                "bom-ref": itself,
                "name": PROJECT["name"],
                "version": PROJECT["version"],
                "description": PROJECT["description"],
                "purl": itself,
                "licenses": [{"expression": PROJECT["license"]}],
                "hashes": [sha256(wheel)],
            },
        },
        "components": [component(each, extras[each.name]) for each in packages],
        "dependencies": [
            {"ref": ref, "dependsOn": [each.purl for each in packages if name in each.needed_by]}
            for ref, name in [(itself, PROJECT["name"]), *((each.purl, each.name) for each in packages)]
        ],
    }
    if epoch is not None:
        told["metadata"]["timestamp"] = datetime.fromtimestamp(int(epoch), UTC).isoformat()
    serial = uuid5(NAMESPACE_URL, json.dumps(told, sort_keys=True))
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "serialNumber": f"urn:uuid:{serial}",
        **told,
    }


def component(each: Pinned, extras: frozenset[str]) -> dict[str, Any]:
    """A package. `extras` bring it; none where it is always there."""
    said = {"extra": sorted(extras), "marker": [each.marker] if each.marker else []}
    told: dict[str, Any] = {
        "type": "library",
        "bom-ref": each.purl,
        "name": each.name,
        "version": each.version,
        "scope": "optional" if extras else "required",
        "purl": each.purl,
        "hashes": [sha256(value) for value in sorted(each.hashes)],
        "licenses": licences(each),
        "properties": [
            {"name": f"{PROJECT['name']}:{name}", "value": value} for name in said for value in said[name]
        ],
    }
    return {name: value for name, value in told.items() if value != []}


def brought_by(packages: Iterable[Pinned]) -> Mapping[str, frozenset[str]]:
    """The extras that bring each package, by its name; none for what is there without any."""
    needs: dict[str, set[str]] = {}
    for each in packages:
        for name in each.needed_by:
            needs.setdefault(name, set()).add(each.name)
    reached: dict[str, set[str]] = {}
    asked = {"": PROJECT["dependencies"], **PROJECT["optional-dependencies"]}
    for extra in asked.keys() - {"all"}:
        ahead = [named(requirement) for requirement in asked[extra]]
        while ahead:
            name = ahead.pop()
            if extra not in reached.setdefault(name, set()):
                reached[name].add(extra)
                ahead += needs.get(name, ())
    return {name: frozenset() if "" in extras else frozenset(extras) for name, extras in reached.items()}


def licences(each: Pinned) -> list[dict[str, Any]]:
    """What the installed package says: an SPDX expression, or names. Nothing of another version."""
    try:
        installed = metadata.metadata(each.name)
    except metadata.PackageNotFoundError:
        return []
    if installed["Version"] != each.version:
        return []
    for key, form in (("License-Expression", r".+"), ("License", r"[A-Za-z0-9.-]{2,20}")):
        for expression in installed.get_all(key) or []:
            if re.fullmatch(form, expression):
                return [{"expression": expression}]
    said = [line.split(" :: ") for line in installed.get_all("Classifier") or []]
    return [{"license": {"name": words[-1]}} for words in said if words[0] == "License"]


def named(requirement: str) -> str:
    """The name in a requirement, as locks write it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", requirement)[0]).lower()


def purl(name: str, version: str) -> str:
    return f"pkg:pypi/{name}@{version}"


def sha256(value: str) -> dict[str, str]:
    return {"alg": "SHA-256", "content": value}


if __name__ == "__main__":
    main()
