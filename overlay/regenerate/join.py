"""Make one document of several: one host, one set of security schemes, every operation and component once."""

from __future__ import annotations

from typing import Any

from regenerate.documents import copied

_JOINED = ("openapi", "info", "servers", "security", "paths", "components")


class JoinError(ValueError):
    """Two documents say different things of the same name."""


def join(documents: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The documents (by name, the first one first) as one.

    They have to name the same host and to ask for the same keys. Titles and descriptions stand one after another, and
    what has the same name has to be the same.
    """
    (first, base), *others = documents.items()
    joined: dict[str, Any] = copied(base)
    for name, document in others:
        for key in ("servers", "security"):
            if document.get(key) != joined.get(key):
                raise JoinError(f"{name} and {first} have different {key}; patch one of them in its overlay")
        _merge(joined.setdefault("paths", {}), document.get("paths", {}), f"{name} paths")
        for kind, entries in document.get("components", {}).items():
            _merge(
                joined.setdefault("components", {}).setdefault(kind, {}), entries, f"{name} components.{kind}"
            )
        # Nothing gets lost: an extension of any of them is one of the whole.
        _merge(joined, {key: value for key, value in document.items() if key not in _JOINED}, name)
    for key, between in (("title", " and "), ("description", "\n\n")):
        if said := [it["info"][key] for it in documents.values() if key in it.get("info", {})]:
            joined["info"][key] = between.join(said)
    return joined


def _merge(target: dict[str, Any], entries: dict[str, Any], where: str) -> None:
    for key, value in copied(entries).items():
        if target.setdefault(key, value) != value:
            raise JoinError(
                f"{where}: {key} is already there, and different; rename one of them in its overlay"
            )
