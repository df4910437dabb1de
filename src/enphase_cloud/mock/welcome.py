"""What `enphase mock` says when it is ready: all that brings a client to the server, to copy and paste."""

from __future__ import annotations

import json
import shlex
from datetime import UTC, datetime
from urllib.parse import quote

from enphase_cloud.mock.accounts import PASSWORD, Application
from enphase_cloud.mock.service import Service


def banner(service: Service, url: str) -> str:
    """What a person needs to know to use the server at `url`. Lines that begin with `export` are for a shell."""
    count, first = len(service.homes), service.system_ids[0]
    fleet = f"{count} system{'' if count == 1 else 's'} (seed {service.options.seed})"
    key, token = _key(service), _token(service)
    bearer = '"Authorization: Bearer $ENPHASE_ACCESS_TOKEN"'
    if token is not None:
        bearer = shlex.quote(f"Authorization: Bearer {token}")
    call = f"{shlex.quote(f'key: {key}')} -H {bearer} {url}/api/v4/systems/{first}/summary"
    if service.settings.key_place == "query":
        call = f"{bearer} {url}/api/v4/systems/{first}/summary?key={quote(key, safe='')}"
    return "\n".join(
        [
            f"Enphase v4 mock server: {url}",
            f"{fleet}, for example {first}; {_time(service)}",
            "",
            f"export ENPHASE_BASE_URL={url}",
            f"export ENPHASE_API_KEY={shlex.quote(key)}",
            f"export ENPHASE_ACCESS_TOKEN={_granted(service, url) if token is None else shlex.quote(token)}",
            "",
            f"curl -H {call}",
            "",
            *_applications(service),
            f"Owners grant access at {url}/oauth/authorize: {_people(service)}",
            f"What was asked, what it cost, clock, settings, faults, reset: {url}/_mock",
            "",
        ]
    )


def document(service: Service, url: str) -> str:
    """The same for a program, as JSON in one line: where it is, its systems, and the variables that lead to it.

    ENPHASE_ACCESS_TOKEN is null where a token has to be granted first.
    """
    variables = {
        "ENPHASE_BASE_URL": url,
        "ENPHASE_API_KEY": _key(service),
        "ENPHASE_ACCESS_TOKEN": _token(service),
    }
    return json.dumps({"url": url, "system_ids": service.system_ids, "environment": variables})


def _time(service: Service) -> str:
    speed = service.clock.speed
    if speed == 1:
        return "its clock runs"
    now = datetime.fromtimestamp(service.now, UTC).isoformat().replace("+00:00", "Z")
    return f"its clock stands still at {now}" if speed == 0 else f"its clock runs {speed:g} times as fast"


def _strict(service: Service) -> bool:
    return service.settings.auth == "strict"


def _key(service: Service) -> str:
    """A key that is taken."""
    known = service.accounts.applications
    if service.settings.api_key is not None:
        return service.settings.api_key
    return (_by_password(known) or known[0]).api_key if _strict(service) and known else "any-key"


def _token(service: Service) -> str | None:
    """A token that is taken; None where it has to be granted first."""
    fixed = service.settings.access_token
    return fixed if fixed is not None or _strict(service) else "any-token"


def _granted(service: Service, url: str) -> str:
    """How a shell gets a token."""
    client = _by_password(service.accounts.applications)
    if client is None:
        return f"  # has to be granted: begin at {url}/oauth/authorize"
    who = shlex.quote(f"{client.client_id}:{client.client_secret}")
    grant = f"-d grant_type=password -d username={service.accounts.owners[0].username} -d password={PASSWORD}"
    return (
        f"""$(curl -sS -u {who} {grant} {url}/oauth/token | sed 's/.*"access_token":"\\([^"]*\\).*/\\1/')"""
    )


def _by_password(applications: tuple[Application, ...]) -> Application | None:
    """An application that gets a token without a browser."""
    return next((each for each in reversed(applications) if each.plan in (None, "partner")), None)


def _applications(service: Service) -> list[str]:
    """A table of who is registered, and an empty line."""
    settings = service.settings
    rows = [
        (each.plan or "no limits", settings.api_key or each.api_key, each.client_id, each.client_secret)
        for each in service.accounts.applications
    ]
    if settings.api_key is None and not _strict(service):
        rows.append((settings.plan or "no limits", "any other", "", ""))
    rows = [("plan", "key", "OAuth client", "secret"), *rows] if rows else []
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    return [*lines, ""] if lines else []


def _people(service: Service) -> str:
    """Who they are: the first, and the installer, who is the last."""
    names = [each.username for each in service.accounts.owners]
    return f"{names[0]}{' ...' if len(names) > 2 else ''} {names[-1]}, password {PASSWORD}"
