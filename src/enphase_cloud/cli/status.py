"""`enphase status`."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import click

from .. import login
from ..errors import EnphaseError
from ..login.exchange import as_stored
from ..login.report import Status, status_of
from ..transport.runtime import Runtime
from .formats import json_option
from .output import standard_output
from .own_token import own_token
from .session import NotReady, Progress, connected, ended, failure, profile_option
from .table import Table
from .text import counted, note, safe

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ..transport.plan import Quota, Usage
    from .app import Settings
    from .output import Cell
    from .own_token import OwnToken

MOST = 10
"""Systems that are named."""

COLUMNS = (
    "profile",
    "granted_by",
    "application",
    "plan",
    "systems",
    "access_token_until",
    "consent_until",
    "month_left",
)
"""What `--all` shows of each profile; times are UTC."""


@click.command("status")
@json_option
@click.option("--check", is_flag=True, help="List the systems, to see that the grant works: one hit.")
@click.option("--all", "every", is_flag=True, help="Show all profiles that have a file, one in a line.")
@profile_option("Whose grant is shown.")
@click.pass_obj
def command(settings: Settings, *, as_json: bool, check: bool, every: bool) -> None:
    """Show what is stored: who granted what, until when, and how much of the quota is left.

    No call is made without --check. With ENPHASE_ACCESS_TOKEN and no stored grant: service, plan and quota.

    The quota is that of this machine: the service does not tell what others used.
    """
    if every:
        if check or settings.profile is not None:
            raise click.UsageError("--all makes no call, and shows all: leave out --check and --profile.")
        _show_all(settings.world or Runtime(), as_json=as_json)
        return
    progress = Progress()
    where: login.Place = {
        "profile": settings.profile,
        "base_url": settings.base_url,
        "runtime": settings.world,
    }
    with ended():
        standard_output()
        own = own_token(settings)
        if own is not None:
            _show_own(own, as_json=as_json)
            if check:
                _check_own(settings, progress)
            return
        found = login.check(hooks=progress, **where) if check else login.status(**where)
        show(found, as_json=as_json)
    if check:
        note(f"{counted(len(found.systems or ()), 'system')}, {counted(progress.hits, 'hit')}")
    if found.failure is not None:
        raise failure(found.failure)


def show(status: Status, *, as_json: bool = False) -> None:
    """Print a status; what somebody should do something about goes to standard error."""
    if as_json:
        click.echo(json.dumps(_document(status), indent=2))
    else:
        for name, text in _lines(status):
            click.echo(f"{name:<14}{safe(text)}")
    for warning in status.warnings:
        note(f"warning: {warning}")


def _show_own(own: OwnToken, *, as_json: bool) -> None:
    """Print what is known of a token of one's own, under the names that a status has."""
    if as_json:
        known = {"profile": own.profile, "base_url": own.base_url, "plan": own.plan}
        quota = None if own.quota is None else _quota(own.quota)
        document = {**_nothing(), **known, "warnings": list(own.warnings), "quota": quota}
        click.echo(json.dumps(document, indent=2))
    else:
        lines = [
            ("service", own.base_url),
            ("plan", own.plan or "-"),
            ("access token", "from ENPHASE_ACCESS_TOKEN, used as it is: it is not renewed"),
            *([] if own.quota is None else _usages(own.quota)),
        ]
        for name, text in lines:
            click.echo(f"{name:<14}{safe(text)}")
    for warning in own.warnings:
        note(f"warning: {warning}")


def _check_own(settings: Settings, progress: Progress) -> None:
    """List the systems, to see that the token works."""
    with connected(settings, progress) as client:
        count = sum(1 for _ in client.systems())
    note(f"{counted(count, 'system')}, {counted(progress.hits, 'hit')}")


def _nothing() -> dict[str, Any]:
    """The document of which nothing is known."""
    return {each.name: None for each in fields(Status)}


def _show_all(world: Runtime, *, as_json: bool) -> None:
    """What is stored under each name, whatever the environment says. One that cannot be read hides no other."""
    found: dict[str, Status | EnphaseError] = {}
    with ended():
        standard_output()
        for name in login.profiles():
            try:
                found[name] = status_of(as_stored(name), world)
            except EnphaseError as error:
                found[name] = error
    if as_json:
        click.echo(json.dumps([_entry(name, each) for name, each in found.items()], indent=2))
    else:
        with Table() as table:
            table.begin(COLUMNS)
            for name, each in found.items():
                table.add(_row(name, each))
    if not found:
        note("no grant is stored in a file: run `enphase login`")
    _warn(found)


def _row(name: str, found: Status | EnphaseError) -> list[Cell]:
    if isinstance(found, EnphaseError):
        return [name, *[None] * (len(COLUMNS) - 1)]
    return [
        name,
        found.who,
        found.client_id,
        found.plan,
        None if found.systems is None else len(found.systems),
        found.access_token_ends_at,
        found.consent_ends_at,
        None if found.quota is None else found.quota.month.left,
    ]


def _entry(name: str, found: Status | EnphaseError) -> dict[str, Any]:
    if isinstance(found, Status):
        return _document(found)
    return {**_nothing(), "profile": name, "warnings": [], "failure": str(found)}


def _warn(found: Mapping[str, Status | EnphaseError]) -> None:
    """Each warning once, with the profiles that it is for; then what could not be read, which is exit status 3."""
    warnings: dict[str, list[str]] = {}
    failures = [each for each in found.values() if isinstance(each, EnphaseError)]
    for name, each in found.items():
        for warning in each.warnings if isinstance(each, Status) else ():
            warnings.setdefault(warning, []).append(name)
    for warning, names in warnings.items():
        note(f"warning: {', '.join(names)}: {warning}")
    for error in failures:
        failure(error).show()
    if failures:
        raise click.exceptions.Exit(NotReady.exit_code)


def _lines(status: Status) -> list[tuple[str, str]]:
    lines = [
        ("profile", status.profile),
        ("kept in", status.place),
        ("service", status.base_url),
        ("application", status.client_id),
        ("granted by", status.who or "-"),
        ("plan", status.plan or "-"),
        ("systems", _systems(status)),
        ("access token", f"until {_minute(status.access_token_ends_at)}, renewed by itself"),
        ("consent", f"until {_minute(status.consent_ends_at)}, renewed by calls before then"),
    ]
    if status.quota is not None:
        lines += _usages(status.quota)
    return lines


def _usages(quota: Quota) -> list[tuple[str, str]]:
    return [
        ("this minute", _usage(quota.minute)),
        ("this month", _usage(quota.month)),
        *((name, _usage(usage)) for name, usage in quota.writes.items()),
    ]


def _systems(status: Status) -> str:
    if status.systems is None or status.systems_at is None:
        return "not listed yet: --check does"
    named = ", ".join(map(str, status.systems[:MOST])) + (", ..." if len(status.systems) > MOST else "")
    listed = f"(listed {_minute(status.systems_at)})"
    return f"{named} {listed}" if named else f"none {listed}"


def _usage(usage: Usage) -> str:
    if usage.limit is None:
        return f"{counted(usage.used, 'hit')} used"
    left = max(0, usage.left or 0)
    until = "" if left else f" until {_minute(usage.resets_at)}"
    return f"{usage.used:,} of {counted(usage.limit, 'hit')} used, {left:,} left{until}"


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _document(status: Status) -> dict[str, Any]:
    return {
        "profile": status.profile,
        "place": status.place,
        "base_url": status.base_url,
        "client_id": status.client_id,
        "who": status.who,
        "plan": status.plan,
        "systems": None if status.systems is None else list(status.systems),
        "systems_at": None if status.systems_at is None else status.systems_at.isoformat(),
        "access_token_ends_at": status.access_token_ends_at.isoformat(),
        "consent_ends_at": status.consent_ends_at.isoformat(),
        "warnings": list(status.warnings),
        "quota": None if status.quota is None else _quota(status.quota),
        "failure": None if status.failure is None else str(status.failure),
    }


def _quota(quota: Quota) -> dict[str, Any]:
    return {
        "minute": _plain(quota.minute),
        "month": _plain(quota.month),
        "writes": {name: _plain(usage) for name, usage in quota.writes.items()},
        "operations": dict(quota.operations),
    }


def _plain(usage: Usage) -> dict[str, Any]:
    return {**usage._asdict(), "resets_at": usage.resets_at.isoformat()}
