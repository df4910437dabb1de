"""Write the x-enphase facts of the patched document as `enphase_v4/catalog.py`: the data that the facade runs
on.

The facts are set by the overlay; this module checks that they fit the operation they stand on (a parameter
that is named is declared, a path of rows leads to a list), fills in what was left out, and prints them as
Python.
"""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Callable
from typing import Any

from regenerate import schemas
from regenerate.lower import snake
from regenerate.schemas import PREFIX

_RETRY = ("idempotent", "never")
_KINDS = ("telemetry", "lifetime", "log")
_FORMATS = ("epoch", "date", "compact_date")
_PLAN = (
    "per-minute",
    "per-month",
    "writes-per-month",
    "monthly-usd",
    "included",
    "hit-usd",
    "access",
)
_STYLES = ("page", "offset", "next")

_HEADER = '''"""What the document says about each operation beyond its shape: windows of time, pages, access, retries.

Written by the pipeline from the x-enphase extensions that the overlay sets. Paths are wire names joined by dots.
"""

from typing import NamedTuple


class Paging(NamedTuple):
    """How an operation hands out a long list."""

    style: str
    """`page` (numbered from 1), `offset` (of the first item) or `next` (a token of the answer)."""
    parameter: str
    """Query parameter that moves from page to page; parameters are called as the generated functions call them."""
    size: str
    """Query parameter for the size of a page."""
    max_size: int
    default_size: int
    items: str
    """Path of the list in the answer; empty where the answer is the list."""
    total: str
    """Path of the number of items on all pages; empty where it is not said."""
    token: str
    """Path of the token of the next page in the answer; empty where pages are not asked for by one."""


class Window(NamedTuple):
    """How an operation takes a range of time, and what its rows mean."""

    kind: str
    """`telemetry` (rows of an interval), `lifetime` (a value for each local date) or `log` (events)."""
    series: str
    start: str
    """Query parameter for the start."""
    start_format: str
    """`epoch` (seconds), `date` (YYYY-MM-DD, local) or `compact_date` (YYYYMMDD, local)."""
    end: str
    """Query parameter for the end; empty where a granularity sets it."""
    granularity: str
    """Query parameter for the length of the window; empty where an end sets it."""
    lengths: tuple[tuple[str, int], ...]
    """Windows that can be asked for, shortest first: the word of the granularity, and seconds."""
    step_seconds: int
    """From one row to the next; 0 where rows are not spaced."""
    lookback_months: int
    """How far back a start may lie; 0 where it is not stated."""
    rows: str
    """Path of the list of rows; empty for lifetime series, whose values are lists of their own."""
    row_end: str
    """Field of a row that names the end of its interval."""
    answer_start: str
    answer_end: str
    """Paths of where the answer's window began and ended; empty where it is not said."""
    values: tuple[tuple[str, str], ...]
    """Normalised name of a value, and its path in a row (lifetime: the path of its list in the answer)."""
    total_devices: str
    last_energy_at: str
    serial: str
    """Path parameter that takes a device's serial number; empty for a whole site."""
    silent: str
    """When no rows are to be expected: `night`; empty where there is no such time."""


class Operation(NamedTuple):
    """One operation of the document."""

    operation_id: str
    name: str
    """What the facade calls it; empty where it has no name of its own."""
    method: str
    path: str
    module: str
    access: str
    """Access group of the developer plans."""
    retry: str
    """`idempotent`: may be sent again; `never`: sent once, whatever happens."""
    charge: float
    """Dollars that a call costs beyond its hit."""
    form: str
    """Key of the form as whose value the body's JSON goes; empty where the body is not sent as a form."""
    paging: Paging | None
    window: Window | None


class Plan(NamedTuple):
    """One developer plan of the vendor."""

    name: str
    per_minute: int
    """Hits allowed in a minute."""
    per_month: int
    """Hits allowed in a UTC calendar month."""
    writes_per_month: int
    """Hits allowed in a month for each PUT, POST and DELETE operation; 0 where the plan says nothing of them."""
    monthly_usd: float
    included: int
    """Hits of a month that the fee pays for."""
    hit_usd: float
    """Dollars for each further hit; 0 where there are none to be had."""
    access: tuple[str, ...]
    """Access groups whose operations the plan may call."""

'''


class CatalogError(ValueError):
    """An x-enphase fact that does not fit the operation it stands on."""


def render(document: dict[str, Any], module: Callable[[str], str]) -> str:
    """The text of catalog.py. `module(operationId)` gives the dotted name of an operation's generated module."""
    entries = {}
    for path, method, operation in schemas.operations(document):
        facts = _Facts(document, path, method, operation)
        entries[facts.operation_id] = facts.text(module(facts.operation_id))
    by_series: dict[str, dict[str, str]] = {"telemetry": {}, "lifetime": {}}
    for _, _, operation in schemas.operations(document):
        window = operation.get("x-enphase-window")
        if window and window["kind"] in by_series:
            taken = by_series[window["kind"]].setdefault(window["series"], operation["operationId"])
            if taken != operation["operationId"]:
                raise CatalogError(
                    f"{taken} and {operation['operationId']} both are {window['kind']} {window['series']}"
                )
    _check_access(document)
    text = (
        _HEADER + f"\nBASE_URL = {document['servers'][0]['url']!r}\n\nOPERATIONS: dict[str, Operation] = {{\n"
    )
    text += "".join(f"    {name!r}: {entry},\n" for name, entry in entries.items()) + "}\n"
    for kind, series in by_series.items():
        text += f"\n{kind.upper()}: dict[str, Operation] = {{\n"
        text += (
            "".join(f"    {name!r}: OPERATIONS[{operation!r}],\n" for name, operation in series.items())
            + "}\n"
        )
    text += "\nPLANS: dict[str, Plan] = {\n"
    text += "".join(
        f"    {name!r}: {_plan(name, facts)},\n"
        for name, facts in document.get("x-enphase-plans", {}).items()
    )
    return text + "}\n"


def _plan(name: str, facts: dict[str, Any]) -> str:
    unknown = sorted(set(facts) - set(_PLAN))
    if unknown:
        raise CatalogError(
            f"x-enphase-plans: {name} has {', '.join(unknown)}; it can have {', '.join(_PLAN)}"
        )
    for key in ("per-minute", "per-month", "access"):
        if not facts.get(key):
            raise CatalogError(f"x-enphase-plans: {name} has no {key}")
    return (
        f"Plan(name={name!r}, per_minute={facts['per-minute']!r}, per_month={facts['per-month']!r},"
        f" writes_per_month={facts.get('writes-per-month', 0)!r}, monthly_usd={float(facts.get('monthly-usd', 0))!r},"
        f" included={facts.get('included', facts['per-month'])!r}, hit_usd={float(facts.get('hit-usd', 0))!r},"
        f" access={tuple(facts['access'])!r})"
    )


def _check_access(document: dict[str, Any]) -> None:
    """Every access group of an operation is in a plan, and the other way round: a misspelt one shows up here."""
    plans = document.get("x-enphase-plans")
    if plans is None:
        return
    granted = {group for facts in plans.values() for group in facts.get("access", ())}
    used = {operation.get("x-enphase-access", "") for _, _, operation in schemas.operations(document)} - {""}
    if unmet := sorted(granted ^ used):
        raise CatalogError(
            f"access groups of plans and operations differ: {', '.join(unmet)} is on one side only"
        )


class _Facts:
    """The facts of one operation, checked against it."""

    def __init__(self, document: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> None:
        self.document, self.path, self.method, self.operation = document, path, method, operation
        self.operation_id = operation.get("operationId") or self._fail("it has no operationId")
        self.parameters = {p["name"]: p["in"] for p in operation.get("parameters", [])}

    def text(self, module: str) -> str:
        name = self.operation.get("x-enphase-name", "")
        retry = self.operation.get("x-enphase-retry", "idempotent" if self.method == "get" else "never")
        self._one_of("x-enphase-retry", retry, _RETRY)
        charge = float(self.operation.get("x-enphase-charge-usd", 0))
        return (
            f"Operation(operation_id={self.operation_id!r}, name={name!r}, method={self.method.upper()!r},"
            f" path={self.path!r}, module={module!r}, access={self.operation.get('x-enphase-access', '')!r},"
            f" retry={retry!r}, charge={charge!r}, form={self._form()!r}, paging={self._paging()},"
            f" window={self._window()})"
        )

    def _form(self) -> str:
        key: str = self.operation.get("x-enphase-form", "")
        kinds = list(self.operation.get("requestBody", {}).get("content", {}))
        if key and kinds != ["application/json"]:
            self._fail(f"x-enphase-form is {key!r}, and the body is {' or '.join(kinds) or 'not there'}")
        return key

    def _paging(self) -> str:
        facts = self.operation.get("x-enphase-paging")
        if facts is None:
            return "None"
        get = self._reader("x-enphase-paging", facts)
        style = get("style")
        self._one_of("style", style, _STYLES)
        items, total, token = get("items"), get("total", ""), get("token", "")
        if (list_ := self._at(items)) is None or list_.get("type") != "array":
            self._fail(f"x-enphase-paging: the answer has no list at {items or 'its top'!r}")
        for path in filter(None, (total, token)):
            if self._at(path) is None:
                self._fail(f"x-enphase-paging: the answer has no {path!r}")
        if bool(token) != (style == "next"):
            self._fail(f"x-enphase-paging: style {style} {'needs a' if style == 'next' else 'has no'} token")
        return (
            f"Paging(style={style!r}, parameter={self._query(get('parameter'))!r}, size={self._query(get('size'))!r},"
            f" max_size={get('max-size')!r}, default_size={get('default-size')!r}, items={items!r},"
            f" total={total!r}, token={token!r})"
        )

    def _window(self) -> str:
        facts = self.operation.get("x-enphase-window")
        if facts is None:
            return "None"
        get = self._reader("x-enphase-window", facts)
        kind = get("kind")
        self._one_of("kind", kind, _KINDS)
        self._one_of("start-format", get("start-format"), _FORMATS)
        rows, serial = get("rows", ""), get("serial", "")
        values = get("values", {})
        row = self._at(rows) if rows else None
        if rows and row is None:
            self._fail(f"x-enphase-window: the answer has no {rows!r}")
        for path in (
            get("answer-start", ""),
            get("answer-end", ""),
            get("total-devices", ""),
            get("last-energy-at", ""),
        ):
            if path and self._at(path) is None:
                self._fail(f"x-enphase-window: the answer has no {path!r}")
        for path in [*values.values(), *([get("row-end")] if kind == "telemetry" else [])]:
            if self._at(f"{rows}.{path}" if rows else path) is None:
                self._fail(f"x-enphase-window: {'a row' if rows else 'the answer'} has no {path!r}")
        if get("silent", "") not in ("", "night"):
            self._fail(f"x-enphase-window: silent is {get('silent')!r}, not night")
        if serial and self.parameters.get(serial) != "path":
            self._fail(f"x-enphase-window: there is no path parameter {serial!r}")
        lengths = tuple(sorted(get("lengths", {}).items(), key=lambda item: item[1]))
        return (
            f"Window(kind={kind!r}, series={get('series')!r}, start={self._query(get('start'))!r},"
            f" start_format={get('start-format')!r}, end={self._query(get('end', ''))!r},"
            f" granularity={self._query(get('granularity', ''))!r}, lengths={lengths!r},"
            f" step_seconds={get('step-seconds', 0)!r}, lookback_months={get('lookback-months', 0)!r}, rows={rows!r},"
            f" row_end={get('row-end', '')!r}, answer_start={get('answer-start', '')!r},"
            f" answer_end={get('answer-end', '')!r}, values={tuple(values.items())!r},"
            f" total_devices={get('total-devices', '')!r}, last_energy_at={get('last-energy-at', '')!r},"
            f" serial={serial!r}, silent={get('silent', '')!r})"
        )

    def _reader(self, extension: str, facts: dict[str, Any]) -> Callable[..., Any]:
        def get(key: str, *default: Any) -> Any:
            if key not in facts and not default:
                self._fail(f"{extension} has no {key}")
            return facts.get(key, *default)

        return get

    def _query(self, name: str) -> str:
        if name and self.parameters.get(name) != "query":
            self._fail(f"there is no query parameter {name!r}")
        # The generated functions take it in snake case, and beside the names that Python has given away.
        name = snake(name)
        return f"{name}_" if keyword.iskeyword(name) or (hasattr(builtins, name) and name != "id") else name

    def _one_of(self, what: str, value: str, allowed: tuple[str, ...]) -> None:
        if value not in allowed:
            self._fail(f"{what} is {value!r}; it can be {', '.join(allowed)}")

    def _at(self, path: str) -> dict[str, Any] | None:
        """The schema at a path of the answer; lists on the way are looked into."""
        success: dict[str, Any] = next(
            (r for status, r in self.operation["responses"].items() if status.startswith("2")), {}
        )
        schema = next(
            (media["schema"] for media in success.get("content", {}).values() if "schema" in media), None
        )
        schema = self._resolved(schema)
        for name in path.split(".") if path else ():
            while schema is not None and schema.get("type") == "array":
                schema = self._resolved(schema.get("items"))
            schema = self._resolved((schema or {}).get("properties", {}).get(name))
        return schema

    def _resolved(self, schema: dict[str, Any] | None) -> dict[str, Any] | None:
        while schema is not None:
            choice = next((schema[key] for key in ("allOf", "anyOf", "oneOf") if key in schema), None)
            if "$ref" in schema:
                schema = self.document["components"]["schemas"][schema["$ref"].removeprefix(PREFIX)]
            elif choice and "properties" not in schema and "type" not in schema:
                schema = choice[0]
            else:
                break
        return schema

    def _fail(self, problem: str) -> Any:
        raise CatalogError(f"{self.method.upper()} {self.path}: {problem}")
