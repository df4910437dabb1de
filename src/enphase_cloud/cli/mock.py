"""`enphase mock`."""

from __future__ import annotations

import ipaddress
import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click
from enphase_v4.catalog import PLANS

from .formats import json_option
from .session import Failure

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from starlette.applications import Starlette

FAULT = re.compile(
    r"(?P<name>[^@:]*?)(@(?P<rate>[^@:x]*))?(x(?P<count>[0-9]{1,9}))?(:(?P<operations>.*))?", re.DOTALL
)
_SETTING = ("name", "default", "takes", "does")
FAULT_HELP = (
    "Let calls go wrong: of all or of the operations that are named (operationIds, or authorize and token), a share "
    "(0.05) or as many as are counted (x3), else every one. A reset of the server ends it. Can be repeated."
)


@click.command("mock")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8787, show_default=True, help="0 takes a free one."
)
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed, another fleet.")
@click.option("--homes", type=int, default=8, show_default=True, help="How many systems there are.")
@click.option(
    "--owners", type=int, default=2, show_default=True, help="Among how many people they are dealt out."
)
@click.option(
    "--frozen",
    metavar="TIME",
    help="Start the server's clock at this time (ISO 8601; UTC without an offset), and stop it there without --speed.",
)
@click.option(
    "--speed", type=float, metavar="X", help="Let the server's clock run X times as fast; 0 stops it."
)
@click.option(
    "--plan",
    type=click.Choice(list(PLANS)),
    help="The plan of keys that no application has, which share its hits. [default: no limits]",
)
@click.option(
    "--set", "settings", multiple=True, metavar="NAME=VALUE", help="Change a setting. Can be repeated."
)
@click.option(
    "--fault", "faults", multiple=True, metavar="NAME[@RATE|xCOUNT][:OPERATION,...]", help=FAULT_HELP
)
@click.option("--list-settings", is_flag=True, help="Say what --set takes, and end.")
@click.option("--list-faults", is_flag=True, help="Say what --fault takes, and end.")
@json_option
@click.option("--allow-remote", is_flag=True, help="Let --host be an address that other machines reach.")
def command(
    *,
    host: str,
    port: int,
    seed: int,
    homes: int,
    owners: int,
    frozen: str | None,
    speed: float | None,
    plan: str | None,
    settings: tuple[str, ...],
    faults: tuple[str, ...],
    list_settings: bool,
    list_faults: bool,
    as_json: bool,
    allow_remote: bool,
) -> None:
    """Run a server that plays the Enphase cloud, until it is interrupted (Ctrl-C).

    It prints its URL, the id of a system, the variables that bring a client to it, and a key for each plan. With --json
    it prints one line: its URL, its systems and the variables.
    """
    if list_settings or list_faults:
        _list(settings=list_settings, faults=list_faults, as_json=as_json)
        return
    if not allow_remote and not _loopback(host):
        raise click.UsageError(f"{host} can be reached by other machines: add --allow-remote if they may.")
    options: dict[str, Any] = {"seed": seed, "homes": homes, "owners": owners, "speed": speed}
    if frozen is not None:
        options["clock"] = _epoch(frozen)
    app = _app(options, _settings(settings, plan), [_fault(each) for each in faults])
    from enphase_cloud.mock import run  # noqa: PLC0415 - it is there: the app is its
    from enphase_cloud.mock.welcome import document  # noqa: PLC0415 - as above

    said: dict[str, Any] = {"echo": _apart, "describe": document} if as_json else {"echo": click.echo}
    try:
        run(host, port, app=app, **said)
    except OSError as error:
        raise Failure(getattr(error, "strerror", None) or str(error)) from error


def _app(options: dict[str, Any], settings: dict[str, Any], faults: list[dict[str, Any]]) -> Starlette:
    """The server's app. What is wrong with an option, a setting or a fault is an error of usage."""
    try:
        from enphase_cloud.mock import create_app  # noqa: PLC0415 - its packages are an extra: it says so itself
    except ImportError as error:
        raise Failure(str(error)) from error
    from enphase_cloud.mock.settings import Settings  # noqa: PLC0415 - as above

    try:
        Settings().changed(settings)  # names of options are none of settings
        app = create_app(**options, **settings)
        for each in faults:
            app.state.service.faults.add(**each)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    return app


def _settings(assignments: Iterable[str], plan: str | None) -> dict[str, Any]:
    given: dict[str, Any] = {} if plan is None else {"plan": plan}
    for each in assignments:
        name, equals, value = each.partition("=")
        if not equals:
            raise click.BadParameter(
                f"{each!r} is not NAME=VALUE: write it like late_data=off.", param_hint="--set"
            )
        if name in given:
            raise click.BadParameter(f"{name} is given twice.", param_hint="--set")
        given[name] = value
    return given


def _fault(text: str) -> dict[str, Any]:
    """What `Faults.add` takes."""
    found = FAULT.fullmatch(text)
    if found is None:
        raise click.BadParameter(f"{text!r} is not NAME[@RATE|xCOUNT][:OPERATION,...].", param_hint="--fault")
    name, rate, count, operations = found.group("name", "rate", "count", "operations")
    try:
        share = None if rate is None else float(rate)
    except ValueError:
        raise click.BadParameter(
            f"{rate!r} in {text!r} is not a share such as 0.05.", param_hint="--fault"
        ) from None
    return {
        "name": name,
        "rate": share,
        "count": None if count is None else int(count),
        "operations": None if operations is None else operations.split(","),
    }


def _apart(text: str) -> None:
    """The one document to standard output, whatever else is said to standard error."""
    click.echo(text, err=not text.startswith("{"))


def _list(*, settings: bool, faults: bool, as_json: bool) -> None:
    try:
        from enphase_cloud.mock.faults import FAULTS  # noqa: PLC0415 - an extra, as above
        from enphase_cloud.mock.settings import QUIRKS, catalogue  # noqa: PLC0415 - as above
    except ImportError as error:
        raise Failure(str(error)) from error
    if as_json:
        found = (
            {"settings": [dict(zip(_SETTING, each, strict=True)) for each in catalogue()]} if settings else {}
        )
        click.echo(json.dumps(found | ({"faults": FAULTS} if faults else {}), indent=2))
        return
    if settings:
        rows = [
            (name, f"{does}. Takes {takes}. [default: {default}]")
            for name, default, takes, does in catalogue()
        ]
        _print([*rows, *((f"quirks={name}", does) for name, does in QUIRKS.items())])
    if faults:
        _print([*FAULTS.items(), ("200 to 599", "any other status, by its number")])


def _print(rows: Sequence[tuple[str, str]]) -> None:
    """Two columns, as wide as the terminal."""
    formatter = click.get_current_context().make_formatter()
    formatter.write_dl(rows)
    click.echo(formatter.getvalue())


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _epoch(text: str) -> float:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(
            f"{text!r} is not a time: write it like '2026-11-20T12:00'.", param_hint="--frozen"
        ) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
