"""Apply an OpenAPI Overlay (specification 1.0) to a document, strictly.

An action here is a patch against a fault of the vendor, and has to die with the fault. The standard lets an
action that finds nothing pass; here it is stale, and fails. So is an action

- that matches another number of nodes than its `x-expect-matches` says;
- that changes nothing. Some matches may be right already, a wildcard is worth its line as long as one place
  needs it; but with `x-expect-matches` all must change, for then the action says how many places are wrong;
- that appends what is already there: the lists of an API document are sets, and what the vendor has added
  since would stand there twice;
- that does not fit: an object onto a list, a primitive as the match (1.0 updates what contains it), matches
  of both kinds.

What 1.0 leaves open is read as 1.1 words it: inside of a merge lists are concatenated and primitives (null is
one) replace primitives, any other pair is an error; a primitive can be removed. An `update` of a list is one
entry to append, whatever it is. A node that the target names twice is patched once.
"""

import re
from dataclasses import dataclass
from typing import Any

import jsonpath_rfc9535 as jsonpath

from regenerate.documents import copied

_VERSION = re.compile(r"1\.0\.\d+(-.+)?\Z")
_Fields = dict[str, type]
_ROOT: _Fields = {"overlay": str, "info": dict, "actions": list, "extends": str}
_INFO: _Fields = {"title": str, "version": str}
_ACTION: _Fields = {
    "target": str,
    "description": str,
    "update": object,
    "remove": bool,
    "x-expect-matches": int,
}


class OverlayError(ValueError):
    """An overlay that is wrong in itself, or one action of it.

    `index` (from 0), `target` and `description` are the action's; None where the fault is not in an action.
    """

    def __init__(self, problem: str, index: int | None = None, action: dict[str, Any] | None = None) -> None:
        self.problem = problem
        self.index = index
        self.target: str | None = (action or {}).get("target")
        self.description: str | None = (action or {}).get("description")
        place = "overlay" if index is None else f"actions[{index}]"
        reason = f" ({str(self.description).strip()})" if self.description else ""
        super().__init__(f"{place}{f' {self.target}' if self.target else ''}: {problem}{reason}")


class StaleAction(OverlayError):
    """An action that does not fit the document, or no longer: delete it, or write it anew."""


def apply(document: Any, overlay: Any) -> Any:
    """The document with every action of the overlay applied in turn; neither of the two is touched.

    Raises OverlayError for a malformed overlay, before anything is applied, and StaleAction for the first
    action that does not fit.
    """
    document = copied(document)
    for action in _actions(overlay):
        action.perform(document)
    return document


def check(document: Any, overlay: Any) -> list[StaleAction]:
    """The actions that do not fit the document; each is left out, and the rest are applied without it."""
    document, stale = copied(document), []
    for action in _actions(overlay):
        try:
            action.perform(document)
        except StaleAction as error:
            stale.append(error)
    return stale


@dataclass(frozen=True, slots=True)
class _Action:
    index: int
    data: dict[str, Any]
    query: jsonpath.JSONPathQuery

    def perform(self, document: Any) -> None:
        """Change the document in place, or raise; then it is as it was."""
        nodes = self._matches(document)
        if self.data.get("remove"):
            _remove(nodes)
            return
        if len({_kind(node.value) for node in nodes}) > 1:
            raise self._stale("the target matches nodes of several kinds")
        before = [copied(node.value) for node in nodes]
        if problem := self._update(nodes):
            for node, value in zip(nodes, before, strict=True):
                _restore(node.value, value)
            raise self._stale(problem)

    def _update(self, nodes: list[jsonpath.JSONPathNode]) -> str:
        """Merge the update into every match; what is wrong with that, or nothing."""
        try:
            right = [
                node.path() for node in nodes if not _merge(node.value, self.data["update"], node.path())
            ]
        except _Misfit as misfit:
            return str(misfit)
        if len(right) == len(nodes):
            return "it changes nothing"
        if right and "x-expect-matches" in self.data:
            return f"{len(right)} of {len(nodes)} matches need no change, first {right[0]}"
        return ""

    def _matches(self, document: Any) -> list[jsonpath.JSONPathNode]:
        try:
            nodes = list({node.location: node for node in self.query.finditer(document)}.values())
        except jsonpath.JSONPathError as error:
            raise OverlayError(f"the target cannot be evaluated: {error}", self.index, self.data) from error
        if not nodes:
            raise self._stale("the target matches nothing")
        if len(nodes) != (expected := self.data.get("x-expect-matches", len(nodes))):
            raise self._stale(f"the target matches {len(nodes)}, x-expect-matches says {expected}")
        return nodes

    def _stale(self, problem: str) -> StaleAction:
        return StaleAction(problem, self.index, self.data)


class _Misfit(Exception):
    """An update that cannot be merged into a node, and where."""


def _remove(nodes: list[jsonpath.JSONPathNode]) -> None:
    # The highest location first: later entries of a list before earlier ones, whose removal would shift them,
    # and contents before their container. Where two locations part, both hold names or both hold indices.
    for node in sorted(nodes, key=lambda node: node.location, reverse=True):
        container: Any = node.parent and node.parent.value
        del container[node.location[-1]]


def _restore(target: Any, before: Any) -> None:
    """Give an object or a list the contents that it had."""
    if isinstance(target, dict):
        target.clear()
        target.update(before)
    elif isinstance(target, list):
        target[:] = before


def _merge(target: Any, update: Any, path: str) -> bool:
    """Merge an update into an object or a list, in place. True if that changed it; raises _Misfit."""
    if isinstance(target, list):
        return _append(target, [update], path)
    if not isinstance(target, dict):
        raise _Misfit(f"{path} is a primitive; update the object that contains it")
    if not isinstance(update, dict):
        raise _Misfit(f"{path} is an object, the update is {_kind(update)}")
    changes = [_put(target, key, new, f"{path}[{key!r}]") for key, new in update.items()]
    return any(changes)


def _put(target: dict[str, Any], key: str, new: Any, path: str) -> bool:
    if key not in target:
        target[key] = copied(new)
        return True
    old = target[key]
    if _kind(old) != _kind(new):
        raise _Misfit(f"{path} is {_kind(old)}, the update has {_kind(new)}; remove it first")
    if isinstance(old, list):
        return _append(old, new, path)
    if isinstance(old, dict):
        return _merge(old, new, path)
    target[key] = new
    return not _equal(old, new)


def _append(target: list[Any], entries: list[Any], path: str) -> bool:
    for entry in entries:
        if any(_equal(entry, present) for present in target):
            raise _Misfit(f"{path} already has {entry!r:.80}")
    target.extend(copied(entries))
    return bool(entries)


def _equal(one: Any, other: Any) -> bool:
    """Equality of JSON data, in which true is not 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_equal(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_equal, one, other))
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _kind(value: Any) -> str:
    return "an object" if isinstance(value, dict) else "a list" if isinstance(value, list) else "a primitive"


def _actions(overlay: Any) -> list[_Action]:
    """The actions of an overlay, all of them validated and their targets compiled."""
    if fault := _fault(overlay, _ROOT, {"overlay", "info", "actions"}):
        raise OverlayError(fault)
    if not _VERSION.match(overlay["overlay"]):
        raise OverlayError(f"version {overlay['overlay']!r} of the specification is not 1.0.x")
    if fault := _fault(overlay["info"], _INFO, {"title", "version"}):
        raise OverlayError(f"info: {fault}")
    if not overlay["actions"]:
        raise OverlayError("it has no actions")
    return [_action(index, overlay["actions"]) for index in range(len(overlay["actions"]))]


def _action(index: int, actions: list[Any]) -> _Action:
    data = actions[index]
    if not isinstance(data, dict):
        raise OverlayError(f"it is {_kind(data)}, not an object", index)
    fault = _fault(data, _ACTION, {"target"})
    if not fault and any(_equal(data, earlier) for earlier in actions[:index]):
        fault = "the same action comes twice"
    if not fault and not data.get("remove") and "update" not in data:
        fault = "it does nothing; give it an update, or remove: true"
    if not fault and data.get("remove") and data["target"].strip() == "$":
        fault = "the root cannot be removed"
    if not fault and not data.get("x-expect-matches", 1) > 0:
        fault = "x-expect-matches is less than 1"
    if fault:
        raise OverlayError(fault, index, data)
    try:
        return _Action(index, data, jsonpath.compile(data["target"]))
    except jsonpath.JSONPathError as error:
        raise OverlayError(f"the target is not a JSONPath (RFC 9535): {error}", index, data) from error


def _fault(data: Any, fields: _Fields, required: set[str]) -> str | None:
    """What the specification does not allow about an object's fields; all may also have x- fields."""
    if not isinstance(data, dict):
        return f"it is {_kind(data)}, not an object"
    for name, value in data.items():
        if name in fields:
            # A bool is an int to Python, and to nobody else.
            if not isinstance(value, fields[name]) or (fields[name] is int and isinstance(value, bool)):
                return f"{name} is {value!r:.40}, not of type {fields[name].__name__}"
        elif not str(name).startswith("x-"):
            return f"the specification knows no {name}"
    if missing := [name for name in fields if name in required and name not in data]:
        return f"it has no {missing[0]}"
    return None
