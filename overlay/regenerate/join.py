"""Make one document of several: one host, one set of security schemes, every operation and component once."""

from __future__ import annotations

from typing import Any

from regenerate.documents import copied


class JoinError(ValueError):
    """Two documents say different things of the same name."""


def join(documents: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The documents (by name, the first one first) as one.

    Servers, security and the words about it all come from the first; the others have to name the same host.
    What has the same name has to be the same.
    """
    (first, base), *others = documents.items()
    joined: dict[str, Any] = copied(base)
    for name, document in others:
        if document.get("servers") != joined.get("servers"):
            raise JoinError(f"{name} and {first} have different servers; patch one of them in its overlay")
        _merge(joined.setdefault("paths", {}), document.get("paths", {}), f"{name} paths")
        for kind, entries in document.get("components", {}).items():
            _merge(
                joined.setdefault("components", {}).setdefault(kind, {}), entries, f"{name} components.{kind}"
            )
    return joined


def _merge(target: dict[str, Any], entries: dict[str, Any], where: str) -> None:
    for key, value in copied(entries).items():
        if target.setdefault(key, value) != value:
            raise JoinError(
                f"{where}: {key} is already there, and different; rename one of them in its overlay"
            )
