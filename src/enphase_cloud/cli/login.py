"""`enphase login`."""

from __future__ import annotations

import os
import secrets
import webbrowser
from typing import TYPE_CHECKING

import click
from enphase_v4.catalog import PLANS

from .. import login
from .._settings import VARIABLES
from ..transport.secret import Secret
from .session import NotReady, Progress, ended, failure
from .status import show
from .text import counted, note

if TYPE_CHECKING:
    from .app import Settings


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
@click.option("--profile", metavar="NAME", help="Under which name the grant is stored. [ENPHASE_PROFILE]")
@click.option("--no-check", is_flag=True, help="Do not list the systems afterwards: saves a hit.")
@click.option("--replace", is_flag=True, help="Take the place of another application's grant.")
@click.pass_obj
def command(
    settings: Settings,
    *,
    no_browser: bool,
    by_password: bool,
    redirect_uri: str | None,
    port: int,
    plan: str | None,
    profile: str | None,
    no_check: bool,
    replace: bool,
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
        "profile": profile or settings.profile,
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
        show(found)
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
    """The code, from the page that the owner comes to."""
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
    code = _hidden("The code that it leads to, or the address of the page that shows it")
    return login.with_code(code, redirect_uri=redirect_uri, state=state, **options)


def _hidden(text: str, variable: str | None = None) -> Secret:
    """What a person types unseen."""
    return Secret(_prompt(f"{text} (is not shown)", variable, hidden=True))


def _prompt(text: str, variable: str | None = None, *, hidden: bool = False) -> str:
    """What a person types. Exit status 3 where nobody is there to type."""
    try:
        return str(click.prompt(text, hide_input=hidden, err=True))
    except click.Abort as error:
        if isinstance(error.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from None
    how = "" if variable is None else f": set {variable}, or run this in a terminal"
    raise NotReady(f"nobody answers{how}.")


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
