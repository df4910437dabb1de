"""Writes docs/reference.md: what every public name says of itself, and what the catalog knows of each operation.

Run it with `make reference`. A test fails where the file is not what this gives.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from textwrap import dedent
from typing import Any, get_args

import attrs
from enphase_v4.catalog import LIFETIME, OPERATIONS, PLANS, TELEMETRY, Operation, Window

import enphase_cloud
from enphase_cloud import _time, commissioning
from enphase_cloud.commissioning.bodies import Body, told_of
from enphase_cloud.export import export
from enphase_cloud.records.base import value_kinds

TARGET = Path(__file__).with_name("reference.md")
CLIENTS = ("Enphase", "System")
RESULTS = ("Rows", "Listing", "Items", "Row", "DayRow", "Gap", "GapReason", "Problem", "Estimate")
ARCHIVE = (
    "Archive",
    "Contents",
    "Hole",
    "SyncPlan",
    "SyncResult",
    "SyncProgress",
    "SeriesPlan",
    "SeriesDone",
)
POLICIES = ("Plan", "Reserve", "Quota", "Usage", "Retry", "Hooks", "Call", "CallResult", "Waiting", "Runtime")
TWINS = {"AsyncEnphase": "Enphase", "AsyncSystem": "System", "AsyncRows": "Rows", "AsyncListing": "Listing"}


def document() -> str:
    """The whole reference."""
    parts = [
        "# Reference",
        "Written by `make reference` from the docstrings and the catalog; nobody edits it. Where a name is said to "
        "raise EnphaseErrors, it is one of the family at the end.",
        "## Operations",
        *operations(),
        "## Series",
        *series(),
        "## Clients and systems",
        "`AsyncEnphase` and `AsyncSystem` have the same names: what gives one thing is awaited, what is iterated is "
        "iterated with `async for`.",
        *(part for name in CLIENTS for part in of_class(name)),
        "### When",
        f"`{' | '.join(kind.__name__ for kind in get_args(enphase_cloud.When))}`",
        block(inspect.getdoc(_time) or ""),
        "## What comes back",
        "`AsyncRows` and `AsyncListing` have the same names, with `await` and `async for`.",
        *(part for name in RESULTS for part in of_class(name)),
        "## Commissioning",
        block(inspect.getdoc(commissioning) or ""),
        *(part for name in installing() for part in of_class(name, commissioning)),
        "### Rule",
        "`enphase_cloud.commissioning.RULES`: what the vendor's documents require, with where it is written.",
        table(
            ["rule", "says", "written in"],
            [[each.name, each.told, each.source] for each in commissioning.RULES],
        ),
        "### activation_schema",
        f"`enphase_cloud.commissioning.activation_schema{inspect.signature(commissioning.activation_schema)}`",
        block(inspect.getdoc(commissioning.activation_schema) or ""),
        "## Archive and sync",
        *(part for name in ARCHIVE for part in of_class(name)),
        "### export",
        f"`enphase_cloud.export.export{inspect.signature(export)}`".replace("'", ""),
        block(inspect.getdoc(export) or ""),
        block(inspect.getdoc(sys.modules["enphase_cloud.export"]) or ""),
        "## Records",
        *(part for name in records() for part in of_class(name)),
        "## Policies",
        *(part for name in POLICIES for part in of_class(name)),
        "## Errors",
        *(part for name in errors() for part in of_class(name)),
    ]
    return "\n\n".join(parts) + "\n"


def installing() -> list[str]:
    """The names of Commissioning: first the calls, then what they take, then what comes back."""
    bodies = [name for name in commissioning.__all__ if is_a(name, Body, commissioning)]
    others = ("Commissioning", *bodies, "AsyncCommissioning", "RULES", "Rule", "activation_schema")
    return ["Commissioning", *bodies, *(name for name in commissioning.__all__ if name not in others)]


def records() -> list[str]:
    """The public names that are records."""
    base = enphase_cloud.Record
    found = [name for name in enphase_cloud.__all__ if is_a(name, base)]
    return ["Record", *(name for name in found if name != "Record")]


def errors() -> list[str]:
    found = [name for name in enphase_cloud.__all__ if is_a(name, enphase_cloud.EnphaseError)]
    return ["EnphaseError", *(name for name in found if name != "EnphaseError")]


def is_a(name: str, base: type, module: Any = enphase_cloud) -> bool:
    value = getattr(module, name)
    return isinstance(value, type) and issubclass(value, base)


def uncovered() -> set[str]:
    """Public names that stand nowhere in the reference."""
    shown = {*CLIENTS, *RESULTS, *ARCHIVE, *POLICIES, *TWINS, *records(), *errors(), "When"}
    return set(enphase_cloud.__all__) - shown - {"__version__", "commissioning", "login"}


# ------------------------------------------------------------------------------------------------------------ catalog


def operations() -> Iterator[str]:
    yield (
        "One hit for each call. Plans: those that include it. Sent again: whether a call that failed may be, by the "
        "policy of `Retry`; settings only where `Retry(settings=True)` says so."
    )
    rows = [
        [called(each), f"`{each.operation_id}`", each.method, f"`{each.path}`", plans(each), again(each)]
        for each in OPERATIONS.values()
    ]
    yield table(["called", "operation", "method", "path", "plans", "sent again"], rows)


def called(operation: Operation) -> str:
    """How the facade calls an operation."""
    name = operation.name
    if name.startswith(("telemetry.", "lifetime.")):
        method, series = name.split(".")
        return f'`{method}("{series}")`'
    return f"`{'refresh' if name == 'system' else name}()`"


def plans(operation: Operation) -> str:
    found = [plan.name for plan in PLANS.values() if operation.access in plan.access]
    charge = f"; ${operation.charge:.2f} a call" if operation.charge else ""
    return ("all" if len(found) == len(PLANS) else ", ".join(found)) + charge


def again(operation: Operation) -> str:
    if operation.retry == "never":
        return "never"
    return "yes" if operation.method == "GET" else "if told to"


def series() -> Iterator[str]:
    yield "Telemetry: rows of an interval, named by its end. `serial`: of one device."
    yield table(
        ["series", "values", "step", "widest window", "lookback", "serial"],
        [
            [
                f"`{name}`",
                values(window),
                f"{window.step_seconds // 60} min",
                f"{window.lengths[-1][1] // 86_400} days",
                f"{window.lookback_months} months" if window.lookback_months else "not stated",
                "yes" if window.serial else "",
            ]
            for name, window in windows(TELEMETRY)
        ],
    )
    yield "Lifetime: rows of a local date. Any range is one hit."
    yield table(
        ["series", "values", "serial"],
        [[f"`{n}`", values(window), "yes" if window.serial else ""] for n, window in windows(LIFETIME)],
    )


def windows(known: dict[str, Operation]) -> Iterator[tuple[str, Window]]:
    for name, operation in known.items():
        if operation.window is not None:
            yield name, operation.window


def values(window: Window) -> str:
    return ", ".join(f"`{name}`" for name, _ in window.values)


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


# ------------------------------------------------------------------------------------------------------------ classes


def of_class(name: str, module: Any = enphase_cloud) -> Iterator[str]:
    kind = getattr(module, name)
    yield f"### {name}"
    yield block(inspect.getdoc(kind) or "")
    shown = attributes(kind)
    if shown:
        yield table(["attribute", "type", "what"], [[f"`{n}`", f"`{t}`", w] for n, t, w in shown])
    for method, value in members(kind):
        yield f"#### {name}.{method}"
        yield f"`{method}{signature(value)}`"
        yield block(inspect.getdoc(value) or "")


def members(kind: type) -> Iterator[tuple[str, Any]]:
    """Public methods in the order of the source; those of bases first, but for what all records or bodies have."""
    seen = set()
    for base in reversed(kind.__mro__):
        general = base in (enphase_cloud.Record, Body) and base is not kind
        if general or not base.__module__.startswith("enphase_cloud"):
            continue
        for name, value in vars(base).items():
            made = isinstance(value, classmethod)
            function = value.__func__ if made else value
            public = inspect.isfunction(function) and not name.startswith("_")
            if public and function.__module__.startswith("enphase_cloud") and name not in seen:
                seen.add(name)
                yield name, getattr(kind, name) if made else function


def signature(function: Any) -> str:
    found = inspect.signature(function)
    words = []
    for each in found.parameters.values():
        if each.name in ("self", "cls"):
            continue
        if each.kind is each.KEYWORD_ONLY and "*" not in words:
            words.append("*")
        default = "" if each.default is each.empty else f" = {each.default!r}"
        words.append(f"{each.name}: {each.annotation}{default}")
    return f"({', '.join(words)}) -> {found.return_annotation}"


def attributes(kind: type) -> list[tuple[str, str, str]]:
    """Name, type and meaning of the attributes of a class: fields and properties, with the words of the source."""
    found: dict[str, tuple[str, str, str]] = {}
    if issubclass(kind, Body):
        types = {each.name: str(each.type).replace("|", r"\|") for each in attrs.fields(kind)}
        return [(name, types[name], says) for name, says in told_of(kind).items()]
    for base in reversed(kind.__mro__):
        if base.__module__.startswith("enphase_cloud"):
            found |= {each[0]: each for each in declared(base)}
    if kind is not enphase_cloud.Record and issubclass(kind, enphase_cloud.Record):
        return [found[name] for name in value_kinds(kind)]
    return list(found.values())


def declared(kind: type) -> Iterator[tuple[str, str, str]]:
    node = tree(kind)
    body = node.body if node else []
    for here, after in zip(body, [*body[1:], None], strict=True):
        words = ""
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            words = line(str(after.value.value))
        if isinstance(here, ast.AnnAssign) and isinstance(here.target, ast.Name):
            if not here.target.id.startswith("_") and words:
                yield here.target.id, ast.unparse(here.annotation).replace("|", r"\|"), words
        elif isinstance(here, ast.Assign) and isinstance(here.targets[0], ast.Name) and words:
            yield here.targets[0].id, ast.unparse(here.value).strip("'"), words
        elif isinstance(here, ast.FunctionDef) and is_property(here) and not here.name.startswith("_"):
            returns = ast.unparse(here.returns).replace("|", r"\|") if here.returns else ""
            yield here.name, returns, line(ast.get_docstring(here) or "")


def is_property(node: ast.FunctionDef) -> bool:
    return any(isinstance(each, ast.Name) and each.id == "property" for each in node.decorator_list)


def line(text: str) -> str:
    """The first paragraph of a docstring, in one line of a table."""
    return " ".join(dedent(text).strip().split("\n\n")[0].split()).replace("|", r"\|")


@cache
def tree(kind: type) -> ast.ClassDef | None:
    try:
        module = ast.parse(inspect.getsource(sys.modules[kind.__module__]))
    except (OSError, TypeError):
        return None
    found = [n for n in ast.walk(module) if isinstance(n, ast.ClassDef) and n.name == kind.__name__]
    return found[0] if found else None


def block(docstring: str) -> str:
    """A docstring as Markdown: what stands under `Args:` and the like as a list."""
    out: list[str] = []
    listing = False
    for text in docstring.splitlines():
        heading = text.endswith(":") and text[:-1] in ("Args", "Returns", "Attributes")
        if heading:
            listing = True
            out += [f"**{text[:-1]}**", ""]
        elif listing and text.startswith("    ") and not text.startswith("     "):
            name, colon, rest = text.strip().partition(": ")
            entry = bool(colon) and name.isidentifier()
            out.append(f"- `{name}`: {rest}" if entry else text.strip())
        elif listing and text.startswith("     "):
            out.append(f"  {text.strip()}")
        else:
            listing = listing and not text
            out.append(text)
    return "\n".join(out).strip()


if __name__ == "__main__":
    TARGET.write_text(document(), encoding="utf-8")
