"""What can be told to a running mock server: each switch with its default, what it takes, and what it does.

One declaration serves `create_app`, `enphase mock --set`, the admin interface and the documentation.
"""

from __future__ import annotations

import json
import reprlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from typing import Any

from enphase_v4.catalog import PLANS, TELEMETRY

LENGTHS = {"5mins": 300, "15mins": 900, "day": 86_400, "week": 604_800}
SERIES = tuple(TELEMETRY)
MONTH = 30 * 86_400
MOST_SECONDS = 10**9
QUIRKS = {
    "inverter_numbers": "inverters: `energy` and `power_produced` are bare integers",
    "report_date_text": "inverters: `last_report_date` is text such as 2020-09-18 11:17:23 -0400",
    "meter_serial_number": "meter readings: `serial_number` in place of `serial_num`",
    "interconnect_epoch": "systems: `interconnect_date` is epoch seconds",
    "unknown_words": "statuses and modes that the document does not list, such as `DR Event Active`",
    "extra_fields": "every object of an answer has a field more than the document says",
    "new_devices": "devices: classes that the document does not list (`iq_collars`, `heat_pump`)",
    "word_booleans": "booleans that are also seen as text come as text",
    "cellular_na": "devices: modem fields `N/A` with null dates",
    "live_json_errors": "live stream: refusals are `application/json`, not `text/event-stream`",
    "null_details": "`sku`, `state` and `last_report_at` of devices are null",
}

Parser = Callable[[Any], Any]


def _setting(default: Any, takes: str, help_: str, parse: Parser) -> Any:
    return field(default=default, metadata={"takes": takes, "help": help_, "parse": parse})


def _switch(default: bool, help_: str) -> Any:
    def parse(value: Any) -> bool:
        if isinstance(value, bool):
            return value
        known = {"true": True, "on": True, "yes": True, "false": False, "off": False, "no": False}
        if not isinstance(value, str) or value.lower() not in known:
            raise ValueError
        return known[value.lower()]

    return _setting(default, "true or false", help_, parse)


def _one_of(default: Any, choices: Collection[Any], help_: str) -> Any:
    def parse(value: Any) -> Any:
        for choice in choices:
            # not 1 for True
            if (type(value) is type(choice) and value == choice) or (
                isinstance(value, str) and value == _word(choice)
            ):
                return choice
        raise ValueError

    return _setting(default, " or ".join(map(_word, choices)), help_, parse)


def _some_of(default: Collection[str], allowed: Collection[str], help_: str) -> Any:
    def parse(value: Any) -> frozenset[str]:
        if isinstance(value, str):
            value = [each.strip() for each in value.split(",") if each.strip()]
        if value == ["all"]:
            return frozenset(allowed)
        if not isinstance(value, list | tuple | set | frozenset) or not set(value) <= set(allowed):
            raise ValueError
        return frozenset(value)

    return _setting(frozenset(default), f"any of {', '.join(allowed)}; or all", help_, parse)


def _whole(default: int, low: int, high: int, help_: str) -> Any:
    def parse(value: Any) -> int:
        number = int(value) if isinstance(value, str) else value
        if isinstance(number, bool) or not isinstance(number, int) or not low <= number <= high:
            raise ValueError
        return number

    return _setting(default, f"a whole number from {low} to {high}", help_, parse)


def _seconds(default: float, help_: str) -> Any:
    def parse(value: Any) -> float:
        number = float(value) if isinstance(value, str | int) and not isinstance(value, bool) else value
        if not isinstance(number, float) or not 0 <= number <= MOST_SECONDS:
            raise ValueError
        return number

    return _setting(default, f"seconds from 0 to {MOST_SECONDS}", help_, parse)


def _secret(help_: str) -> Any:
    def parse(value: Any) -> str | None:
        if value is not None and (not isinstance(value, str) or not value.strip()):
            raise ValueError
        return value

    return _setting(None, "text that is not empty (none: any)", help_, parse)


def _cap(value: Any) -> int | None:
    if value in (None, "none", ""):
        return None
    if isinstance(value, str):
        value = LENGTHS.get(value) or int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= MOST_SECONDS:
        raise ValueError
    return value


def _word(choice: Any) -> str:
    return "none" if choice is None else str(choice)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The switches. Where sources disagree on how the service behaves, the default is what is documented."""

    plan: str | None = _one_of(
        None,
        (None, *PLANS),
        "the plan of a key that belongs to no application of the server; none: no limits",
    )
    auth: str = _one_of(
        "open",
        ("open", "strict"),
        "open: any key and any token that the server did not issue are taken; strict: only those it knows",
    )
    api_key: str | None = _secret("the only API key that is accepted")
    access_token: str | None = _secret(
        "the only access token that is accepted, beside those that were issued"
    )
    key_place: str = _one_of("both", ("both", "header", "query"), "where the API key may stand")
    outside_plan_status: int = _one_of(
        403, (403, 401), "the answer to an operation outside the plan; commissioning says 401"
    )
    retry_after: bool = _switch(False, "429 for the minute carries Retry-After")
    overage: bool = _switch(
        False, "paid plans go on beyond the month's hits, at their price for a further hit"
    )
    window_cap: int | None = _setting(
        None,
        "seconds, 5mins, 15mins, day or week (none: no cap)",
        "no telemetry answer covers more than this",
        _cap,
    )
    stuck_windows: bool = _switch(
        False, "telemetry answers end where they begin: who follows them gets nowhere"
    )
    boundary_row: bool = _switch(False, "the interval before the window comes first")
    nested: frozenset[str] = _some_of(
        ("energy_import", "energy_export"), SERIES, "series whose rows are a list in a list"
    )
    day_only: frozenset[str] = _some_of((), SERIES, "series that answer a day where a week is asked for")
    late_data: bool = _switch(True, "recent rows are incomplete and are revised later")
    dated_summary: bool = _switch(
        True, "the summary takes `summary_date`; false: it is of today, whatever date is asked for"
    )
    log_lookback_months: int = _one_of(9, (9, 6), "how far back events and alarms reach")
    search_max_size: int = _one_of(100, (100, 1000), "the largest page of a search")
    live_max_seconds: int = _one_of(300, (300, 900), "the longest live stream")
    quirks: frozenset[str] = _some_of((), QUIRKS, "forms that were seen and are not documented")
    commissioning_bodies: str = _one_of(
        "both",
        ("both", "form", "json"),
        "commissioning: bodies that are taken where the document wants a form: its one key, or plain JSON",
    )
    company_country: str = _one_of(
        "US",
        ("US", "AU", "DE"),
        "commissioning: where the installer's company is; in the US, activations need an address",
    )
    stranger: str = _one_of(
        "installer",
        ("installer", "nobody"),
        "commissioning: whom a token stands for that the server did not issue",
    )
    consent: str = _one_of(
        "page", ("page", "approve", "deny"), "the authorize page asks, or approves or denies by itself"
    )
    code_seconds: float = _seconds(300.0, "how long an authorization code lives")
    access_token_seconds: float = _seconds(86_400.0, "how long an access token lives")
    refresh_token_seconds: float = _seconds(float(MONTH), "how long a refresh token lives")
    refresh_grace_seconds: float = _seconds(
        0.0, "how long a refresh token is still taken after it was rotated; 0: it dies at once"
    )

    def changed(self, changes: Mapping[str, Any]) -> Settings:
        """These settings with `changes`, as values or as text. Raises ValueError that says what is wrong."""
        known = {each.name: each for each in fields(self)}
        parsed: dict[str, Any] = {}
        for name, value in changes.items():
            if name not in known:
                raise ValueError(f"there is no setting {name!r}; there are: {', '.join(known)}")
            try:
                parsed[name] = known[name].metadata["parse"](value)
            except (ValueError, TypeError, OverflowError):
                taken = known[name].metadata["takes"]
                # the value of a secret is nobody's business
                shown = "" if name in ("api_key", "access_token") else f", not {brief(value)}"
                raise ValueError(f"{name} takes {taken}{shown}") from None
        return replace(self, **parsed)

    def as_json(self) -> dict[str, Any]:
        """The settings as JSON values; a fixed key or token is shown as `***`."""
        shown: dict[str, Any] = {}
        for each in fields(self):
            value = getattr(self, each.name)
            if each.name in ("api_key", "access_token") and value is not None:
                value = "***"
            shown[each.name] = sorted(value) if isinstance(value, frozenset) else value
        return shown


def brief(value: object) -> str:
    """How a value that is no good is shown: a number may have more digits than Python would spell out."""
    try:
        return reprlib.repr(value)
    except ValueError:
        return f"{type(value).__name__} of very many digits"


def catalogue() -> list[tuple[str, str, str, str]]:
    """Name, default, what it takes and what it does, for each setting: for help texts and documentation."""
    return [
        (each.name, _default(each), each.metadata["takes"], each.metadata["help"])
        for each in fields(Settings)
    ]


def _default(setting: Field[Any]) -> str:
    value = None if setting.default is MISSING else setting.default
    if isinstance(value, frozenset):
        return ", ".join(sorted(value)) or "none"
    return "none" if value is None else json.dumps(value).strip('"')
