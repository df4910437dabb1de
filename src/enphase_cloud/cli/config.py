"""`enphase config`: settings of this machine. Those of the house are `enphase settings`."""

from __future__ import annotations

import json
import math
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from enphase_v4.catalog import PLANS

from .._settings import CONFIG, CREDENTIALS, KINDS, VARIABLES, default_home, read_config, resolve
from ..errors import ConfigurationError
from ..transport.lock import make_folder
from ..transport.plan import Plan
from .files import write_text
from .formats import chosen, json_option, output_options
from .output import standard_output
from .session import Failure, ended, profile_option
from .text import note, safe

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .app import Settings


class Name(click.Choice[str]):
    """The name of a setting. What belongs in no file is told where it belongs instead."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value in (*CREDENTIALS, "refresh_token"):
            variable = f"set {CREDENTIALS[value]}, or " if value in CREDENTIALS else ""
            self.fail(f"{value} belongs in no file: {variable}let `enphase login` keep it.", param, ctx)
        return super().convert(value, param, ctx)


@click.group("config")
def command() -> None:
    """Show or change the settings of this machine, in `config.toml` in the home. No call is made.

    \b
      plan      watt, kilowatt, megawatt or partner: the plan of your application
      base_url  where the service is, where it is not the vendor's
      profile   whose grant is used, where several are stored
      store     where grants are kept: file or keyring
      timeout   seconds to wait for a connection, and for each piece of an answer

    Arguments and the variables of the environment win over it; a stored grant knows its own service and plan. Keys,
    tokens and passwords have no place in it.
    """


@command.command("show")
@profile_option("In the place of the profile that is set.")
@output_options
@click.pass_obj
def show(settings: Settings, *, csv_file: str | None, as_json: bool) -> None:
    """Show what is set, and by whom."""
    output = chosen(csv_file, as_json=as_json)
    with ended(), output:
        given: dict[str, Any] = {"base_url": settings.base_url, "profile": settings.profile}
        found = resolve(environ=os.environ, load=False, **given)
        file = read_config(found.home / CONFIG)
        output.begin(("setting", "value", "from"))
        output.add(("home", str(found.home), _source("home", given, file)))
        for name in KINDS:
            value = getattr(found, name)
            output.add(
                (name, _worded(value) if isinstance(value, Plan) else value, _source(name, given, file))
            )


@command.command("path")
@json_option
def path(*, as_json: bool) -> None:
    """Print where the file is, or would be."""
    with ended():
        standard_output()
        file = _file()
        click.echo(json.dumps({"path": str(file), "exists": file.exists()}) if as_json else safe(str(file)))


@command.command("set")
@click.argument("name", metavar="NAME", type=Name(KINDS))
@click.argument("value", metavar="VALUE")
@json_option
def assign(*, name: str, value: str, as_json: bool) -> None:
    """Set NAME to VALUE. Comments and all other lines of the file stay as they are.

    Limits of your own are a table, for which there is no VALUE: write [plan] into the file, with per_minute and
    per_month.
    """
    with ended():
        file = _file()
        before = read_config(file).get(name)
        try:
            checked = _checked(name, value.strip())
        except ConfigurationError as error:
            told = str(error).removeprefix(f"{name}=: ")  # it is no argument here
            raise click.BadParameter(told, param_hint=repr(name)) from None
        _write(file, name, checked)
    if as_json:
        was = _worded(before) if isinstance(before, Plan) else before
        click.echo(json.dumps({"setting": name, "was": was, "is": checked}))
    note(f"{name} is set to {checked} in {file}")
    _tell_who_wins(name)


@command.command("unset")
@click.argument("name", metavar="NAME")
@json_option
def unset(*, name: str, as_json: bool) -> None:
    """Take NAME out of the file; also one that has no place in it."""
    with ended():
        file = _file()
        there = _write(file, name, None)
    if as_json:
        click.echo(json.dumps({"setting": name, "unset": there}))
    note(f"{name} is no longer set in {file}" if there else f"{name} was not set in {file}")
    _tell_who_wins(name)


def _file() -> Path:
    return (default_home() / CONFIG).absolute()


def _source(name: str, given: Mapping[str, str | None], file: Mapping[str, Any]) -> str:
    """Who has set it."""
    if given.get(name):
        return f"--{name.replace('_', '-')}"
    if os.environ.get(VARIABLES.get(name, ""), "").strip():
        return VARIABLES[name]
    return CONFIG if name in file else "default"


def _worded(plan: Plan) -> str:
    """A plan by its name; limits of one's own as they are."""
    if plan.name != "own":
        return plan.name
    limits = ((plan.per_minute, "a minute"), (plan.per_month, "a month"))
    return ", ".join(f"{limit} {period}" for limit, period in limits if limit is not None)


def _tell_who_wins(name: str) -> None:
    if os.environ.get(VARIABLES.get(name, ""), "").strip():
        note(f"warning: {VARIABLES[name]} is set in this environment, and wins over the file")


def _checked(name: str, value: str) -> str | float:
    """The value as the file has it. ConfigurationError for one that no client could use."""
    if not value:
        msg = f"{name} has no value: `enphase config unset {name}` takes it out of the file."
        raise ConfigurationError(msg)
    if name == "plan" and value.lower() not in PLANS:
        there = ", ".join(PLANS)
        msg = f"{value!r} is no plan. There are: {there}; limits of your own are a table [plan] in the file."
        raise ConfigurationError(msg)
    if name == "timeout":
        number = _number(value)
        resolve(environ={}, load=False, timeout=number)
        return number
    given: dict[str, Any] = {name: value}
    found = resolve(environ={}, load=False, **given)
    if name == "profile":
        found.open_store()
    elif name == "base_url":
        from ..transport.http import checked_base_url  # noqa: PLC0415 - loads httpx, for this one setting

        checked_base_url(value)
    return found.plan.name if name == "plan" else value


def _number(text: str) -> float:
    """A number as TOML has it; what is none is refused like one that cannot be."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    return int(number) if number.is_integer() else number


def _write(file: Path, name: str, value: str | float | None) -> bool:
    """Set a line of the file, or take it out; whether that was to be done. Failure where it must be done by hand."""
    import tomllib  # noqa: PLC0415 - only where the file is changed

    file = Path(os.path.realpath(file))  # a link stays a link
    try:
        before = file.read_text("utf-8")
        found = tomllib.loads(before)
    except FileNotFoundError:
        before, found = "", {}
    except ValueError:  # which holds all of it
        read_config(file)
        raise
    if value is None and name not in found:
        return False
    wanted = {each: kept for each, kept in found.items() if each != name}
    wanted |= {} if value is None else {name: value}
    after = edited(before, name, value)
    try:
        done = tomllib.loads(after) == wanted
    except ValueError:
        done = False
    if not done:
        raise Failure(f"{file} is written in a way that cannot be changed here: change {name} by hand.")
    make_folder(file.parent)
    write_text(file, after, private=True)
    return True


def edited(text: str, name: str, value: str | float | None) -> str:
    """A TOML text with one value of its own set, or taken out, be it a line or a table.

    For files as people write them: whoever calls this has to see what came of it.
    """
    key = re.compile(rf"""\s*(?:{re.escape(name)}|"{re.escape(name)}")\s*=""")
    table = re.compile(rf"\s*\[\s*{re.escape(name)}\s*\]")
    line = "" if value is None else f"{name} = {json.dumps(value, ensure_ascii=False)}\n"
    top: list[str] = []
    rest: list[str] = []
    dropped = False
    for each in text.splitlines(keepends=True):
        is_header = each.lstrip().startswith("[")
        dropped = bool(table.match(each)) if is_header else dropped
        if dropped:
            continue
        if is_header or rest:
            rest.append(each)
        elif not key.match(each):
            top.append(each)
        elif line:
            top.append(line)
            line = ""
    if line and top and not top[-1].endswith("\n"):
        top[-1] += "\n"
    return "".join([*top, line, *rest])
