"""`enphase login`."""

from __future__ import annotations

import os
import secrets
import sys
import webbrowser
from typing import TYPE_CHECKING

import click
from enphase_v4.catalog import PLANS

from .. import login
from .._settings import VARIABLES
from ..errors import ConfigurationError, ConsentRequired, EnphaseError
from ..login.answers import pasted_code
from ..transport.secret import Secret
from .asking import terminal
from .formats import json_option
from .session import NotReady, Progress, ended, failure, profile_option
from .status import show
from .text import counted, note

if TYPE_CHECKING:
    from .app import Settings

TRIES = 5
"""How often somebody may paste something that is no code, before it is an error."""


@click.command("login")
@click.option(
    "--no-browser", is_flag=True, help="Show the address to visit, and ask for the code that it leads to."
)
@click.option("--password", "by_password", is_flag=True, help="By username and password: plan Partner only.")
@click.option(
    "--redirect-uri",
    metavar="URL",
    help="Where the application sends people with the code, for --no-browser. [default: a page of the service]",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="The port of this machine that the browser comes back to. [default: a free one]",
)
@click.option("--plan", type=click.Choice(list(PLANS)), help="The plan of the application. [ENPHASE_PLAN]")
@profile_option("Under which name the grant is stored.")
@click.option("--no-check", is_flag=True, help="Do not list the systems afterwards: saves a hit.")
@click.option("--replace", is_flag=True, help="Take the place of another application's grant.")
@json_option
@click.pass_obj
def command(
    settings: Settings,
    *,
    no_browser: bool,
    by_password: bool,
    redirect_uri: str | None,
    port: int,
    plan: str | None,
    no_check: bool,
    replace: bool,
    as_json: bool,
) -> None:
    """Let the owner of the systems grant access, and store the grant. It is kept fresh from then on.

    A browser opens the page of the service where the owner signs in and consents. Client ID, client secret and API key
    of your application (developer-v4.enphase.com) are taken from ENPHASE_CLIENT_ID, ENPHASE_CLIENT_SECRET and
    ENPHASE_API_KEY, else from the grant that is renewed, else asked for. With --password ENPHASE_USERNAME and
    ENPHASE_PASSWORD are, or are asked for.

    One hit: the systems are listed, to see that it works.
    """
    if by_password and (no_browser or redirect_uri is not None or port):
        raise click.UsageError("--password needs no browser and no address: give it alone.")
    if redirect_uri is not None and not no_browser:
        raise click.UsageError("--redirect-uri is for --no-browser: a browser comes back to this machine.")
    if port and no_browser:
        raise click.UsageError(
            "--port is for a browser on this machine: leave out one of --port and --no-browser."
        )
    progress = Progress()
    options: login.Options = {
        "profile": settings.profile,
        "base_url": settings.base_url,
        "plan": plan,
        "runtime": settings.world,
        "hooks": progress,
        "check": not no_check,
        "replace": replace,
    }
    with ended():
        _ask_for_the_rest(options)
        if by_password:
            found = login.with_password(_username(), _password(), **options)
        elif no_browser:
            found = _pasted(options, redirect_uri)
        else:
            found = login.with_browser(open_browser=_open, show=_show, port=port, **options)
        note(f"the grant is stored in {found.place}; {counted(progress.hits, 'hit')}")
        show(found, as_json=as_json)
    if found.failure is not None:
        note("the grant was stored, but the systems could not be listed:")
        raise failure(found.failure)


def _ask_for_the_rest(options: login.Options) -> None:
    """Ask for what neither the environment nor an earlier login says."""
    known = login.prepared(**options)
    if known.client_id is None:
        options["client_id"] = _prompt("Client ID of your application", VARIABLES["client_id"])
    if known.client_secret is None:
        options["client_secret"] = _hidden("Client secret", VARIABLES["client_secret"])
    if known.api_key is None:
        options["api_key"] = _hidden("API key", VARIABLES["api_key"])


def _username() -> str:
    return os.environ.get("ENPHASE_USERNAME", "").strip() or _prompt("Username", "ENPHASE_USERNAME")


def _password() -> Secret:
    if os.environ.get("ENPHASE_PASSWORD"):
        return Secret(os.environ["ENPHASE_PASSWORD"])
    return _hidden("Password", "ENPHASE_PASSWORD")


def _pasted(options: login.Options, redirect_uri: str | None) -> login.Status:
    """The grant that a code stands for, from the page that the owner comes to."""
    state = secrets.token_urlsafe(32)
    _show(
        login.authorize_url(
            redirect_uri=redirect_uri,
            state=state,
            client_id=options.get("client_id"),
            profile=options.get("profile"),
            base_url=options.get("base_url"),
            replace=options.get("replace", False),
        )
    )
    return login.with_code(_paste(state), redirect_uri=redirect_uri, state=state, **options)


def _paste(state: str) -> Secret:
    """What somebody pastes, once there is a code in it; the last try is returned, whatever it is."""
    asked = "The code that it leads to, or the address of the page that shows it"
    for _ in range(TRIES - 1):
        pasted = _hidden(asked)
        wrong = _wrong(pasted, state)
        if wrong is None:
            return pasted
        note(str(wrong))
    return _hidden(asked)


def _wrong(pasted: Secret, state: str) -> EnphaseError | None:
    """Why somebody has to be asked again. What the owner or the service declined is raised."""
    try:
        pasted_code(pasted, state)
    except ConsentRequired as error:
        if error.problem is not None:
            raise
        return error
    except ConfigurationError as error:
        return error
    return None


def _hidden(text: str, variable: str | None = None) -> Secret:
    """What a person types unseen."""
    return Secret(_prompt(f"{text} (is not shown)", variable, hidden=True))


def _prompt(text: str, variable: str | None = None, *, hidden: bool = False) -> str:
    """What a person types, or a program writes into a pipe. Exit status 3 where nobody does."""
    how = "run this in a terminal, or pipe the answer into it"
    try:
        if terminal():
            return str(click.prompt(text, hide_input=hidden, err=True))
        click.echo(f"{text}:", err=True)
        return _line()
    except click.Abort as error:
        if isinstance(error.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from None
        problem = f"nobody answers: {how if variable is None else f'set {variable}, or {how}'}."
    except UnicodeDecodeError:  # which holds what was typed
        problem = "the answer is no text."
    raise NotReady(problem)


def _line() -> str:
    """The next line of standard input that says something. Abort where there is none."""
    try:
        return next(line.rstrip("\r\n") for line in sys.stdin or () if line.strip())
    except (StopIteration, OSError):
        raise click.Abort from None


def _show(address: str) -> None:
    """On a line of its own, whole, so that it can be copied."""
    note("the owner of the systems signs in and consents at this address:")
    click.echo(address, err=True)


def _open(address: str) -> None:
    try:
        opened = webbrowser.open(address)
    except webbrowser.Error:
        opened = False
    if not opened:
        note(
            "no browser could be opened here: visit the address in one, on this machine. Or use --no-browser."
        )
