"""YAML in which text stays text, and of which it is known where each value stands. Loads PyYAML, an extra."""

from __future__ import annotations

import re
from typing import Any

import yaml

from .plain import UnreadableError, Written, plain

_PLAIN = "!plain"
_TEXT, _LIST, _OBJECT = (f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))


class _Loader(yaml.BaseLoader):
    """Words without quotes are left to `plain`. No aliases: a file of a few lines can stand for gigabytes by them."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call] # its types do not say
            msg = f"*{event.anchor} stands for what is written elsewhere, which is not read: write it out"
            raise UnreadableError(msg, _line(event))
        return super().compose_node(parent, index)


_Loader.add_implicit_resolver(_PLAIN, re.compile(""), None)


def read_yaml(text: str) -> list[Written]:
    """What the documents of a text hold, those that are empty left out; of a list, each of its items.

    UnreadableError for what is no YAML, for a key that is there twice, for aliases and for tags.
    """
    try:
        return [
            Written(*_built(item))
            for root in yaml.compose_all(text, Loader=_Loader)
            for item in (root.value if isinstance(root, yaml.SequenceNode) else [root])
            if not (item is root and item.tag == _PLAIN and plain(item.value) is None)
        ]
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        msg = f"a letter is in it that YAML does not allow: U+{int(error.character):04X}"
        raise UnreadableError(msg, line) from None
    except yaml.MarkedYAMLError as error:
        told = ", ".join(filter(None, (error.context, error.problem)))
        mark = error.problem_mark or error.context_mark
        raise UnreadableError(f"no YAML: {told}", mark.line + 1 if mark else None) from None
    except RecursionError:
        msg = "too much is nested in it"
        raise UnreadableError(msg) from None


def _built(root: yaml.Node) -> tuple[Any, dict[str, int]]:
    lines: dict[str, int] = {}
    return _value(root, "", lines), lines


def _value(node: yaml.Node, path: str, lines: dict[str, int]) -> Any:
    lines[path] = _line(node)
    if isinstance(node, yaml.ScalarNode) and node.tag in (_PLAIN, _TEXT):
        return plain(node.value) if node.tag == _PLAIN else node.value
    if isinstance(node, yaml.SequenceNode) and node.tag == _LIST:
        return [_value(each, f"{path}[{index}]", lines) for index, each in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode) and node.tag == _OBJECT:
        return _object(node, path, lines)
    msg = f"{node.tag} says what kind of value comes, which is not read: leave it out"
    raise UnreadableError(msg, _line(node))


def _object(node: yaml.MappingNode, path: str, lines: dict[str, int]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            msg = "a name is expected before the colon"
            raise UnreadableError(msg, _line(key))
        name = str(key.value)
        here = f"{path}.{name}" if path else name
        if name in found:
            msg = f"{here} is there twice, first in line {lines[here]}"
            raise UnreadableError(msg, _line(key))
        found[name] = _value(value, here, lines)
        lines[here] = _line(key)
    return found


def _line(where: Any) -> int:
    """Of a node or an event, counted from 1."""
    line: int = where.start_mark.line
    return line + 1
