"""Read and write the YAML of API documents, as JSON data and nothing else.

Reading follows the core schema of YAML 1.2, which OpenAPI asks for, and not the 1.1 that PyYAML speaks: `on`,
`1:00` and `2024-01-16` are strings, `010` is ten. Mapping keys are strings whatever they look like (`200:` is
a response status), a key that comes twice is an error, and an alias is a copy, so that a patch to one place
leaves the other alone.

Writing quotes every string that a reader of either version would take for something else.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

_TAG = "tag:yaml.org,2002:"
_CORE: dict[str, tuple[str, Callable[[str], Any]]] = {
    "null": (r"~|null|Null|NULL|", lambda text: None),
    "bool": (r"true|True|TRUE|false|False|FALSE", lambda text: text.lower() == "true"),
    "int": (
        r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+",
        lambda text: int(text, {"0o": 8, "0x": 16}.get(text[:2], 10)),
    ),
    "float": (
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        lambda text: float(re.sub(r"\.(?=inf|nan)", "", text.lower())),
    ),
}
_RESOLVERS = [(_TAG + name, re.compile(rf"(?:{pattern})\Z")) for name, (pattern, _) in _CORE.items()]
# Booleans to readers of YAML 1.1 other than PyYAML.
_Y_AND_N = (f"{_TAG}bool", re.compile(r"[yYnN]\Z"))
# Line ends in YAML 1.1 and plain characters in 1.2: only an escape means the same to both.
_BREAKS = re.compile("[\r\x85\u2028\u2029\ufeff]")


class DocumentError(ValueError):
    """A file that is not a YAML mapping of JSON data; `line` is None where it is not known."""

    def __init__(self, path: Path, line: int | None, detail: str) -> None:
        super().__init__(f"{path}{f', line {line}' if line else ''}: {detail}")
        self.path = path
        self.line = line
        self.detail = detail


def load(path: str | Path) -> dict[str, Any]:
    """The mapping in a YAML or JSON file.

    Raises DocumentError, with the line, for what is not YAML, not JSON data, or not a mapping.
    """
    path = Path(path)
    try:
        data = _read(path.read_text(encoding="utf-8"))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        detail = ", ".join(filter(None, (error.context, error.problem)))
        raise DocumentError(path, mark.line + 1 if mark else None, detail) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DocumentError(path, None, f"it is not YAML in UTF-8: {error}") from error
    if not isinstance(data, dict):
        raise DocumentError(path, None, "it holds no mapping; an API document or an overlay is one")
    return data


def dump(data: dict[str, Any]) -> str:
    """YAML text of JSON data: keys in their order, block style, no anchors, the same on every machine."""
    style: dict[str, Any] = {"default_flow_style": False, "width": 110, "line_break": "\n"}
    return str(yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, **style))


def copied(data: Any) -> Any:
    """A deep copy of JSON data in which, other than in one by copy.deepcopy, nothing is shared."""
    if isinstance(data, dict):
        return {key: copied(value) for key, value in data.items()}
    if isinstance(data, list):
        return [copied(value) for value in data]
    return data


def _read(text: str) -> Any:
    loader = (yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader)(text)
    # PyYAML finds resolvers by a scalar's first character; None stands for any.
    loader.yaml_implicit_resolvers = {None: _RESOLVERS}
    try:
        return _plain(loader.get_single_node(), ())
    finally:
        loader.dispose()


def _plain(node: yaml.Node | None, above: tuple[yaml.Node, ...]) -> Any:
    """The data of a node. It is built anew for each alias; `above` are the collections that hold it."""
    if node is None:
        return None
    if node in above:
        raise _refusal(node, "it contains an alias of itself")
    kind, above = node.tag.removeprefix(_TAG), (*above, node)
    if isinstance(node, yaml.ScalarNode):
        if kind == "str":
            return node.value
        if kind in _CORE and re.fullmatch(_CORE[kind][0], node.value):
            return _CORE[kind][1](node.value)
    if isinstance(node, yaml.SequenceNode) and kind == "seq":
        return [_plain(item, above) for item in node.value]
    if isinstance(node, yaml.MappingNode) and kind == "map":
        data: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _refusal(key, "the key is not a scalar")
            if key.value in data:
                raise _refusal(key, f"the key {key.value!r} comes twice")
            data[key.value] = _plain(value, above)
        return data
    raise _refusal(node, f"{node.tag} is not JSON data")


def _refusal(node: yaml.Node, problem: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)


class _Dumper(yaml.SafeDumper):
    """PyYAML's emitter in Python, also where libyaml is at hand: that one escapes an emoji and this one does
    not, and the checked-in text may not depend on the machine that wrote it."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def string(self, text: str) -> yaml.ScalarNode:
        style = None
        if _BREAKS.search(text):
            style = '"'
        elif "\n" in text:
            # A literal block shows a text as it is; the emitter still quotes what a block cannot hold.
            style = "|"
        return self.represent_scalar(f"{_TAG}str", text, style)


_Dumper.add_representer(str, _Dumper.string)
# Resolvers decide what needs quotes: SafeDumper brings those of YAML 1.1, those of 1.2 come on top.
_Dumper.yaml_implicit_resolvers = {**_Dumper.yaml_implicit_resolvers, None: [*_RESOLVERS, _Y_AND_N]}
