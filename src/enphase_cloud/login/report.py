"""What is known of a grant, without a call and without a secret."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from .._settings import VARIABLES, Settings
from ..errors import ConfigurationError, EnphaseError
from ..transport.grant import DEFAULT_PROFILE, Grant
from ..transport.plan import UNLIMITED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..transport.plan import Quota
    from ..transport.runtime import Runtime
    from ..transport.secret import Secret

WARN_DAYS = 7
"""Days before the end of a consent from which `status` warns of it."""

_DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What is known of a grant, without a call and without a secret. Times are aware UTC times.

    place: where it is kept, in words
    who: who consented: the username, or the service's number of the person (`enl_uid`)
    plan: name of the plan; None where it is not known
    systems: ids of the systems when they were last listed (`systems_at`), the first page of them
    consent_ends_at: when the owner has to consent again, if nothing is called before: calls renew it
    warnings: what somebody should do something about
    quota: used and left of the plan, as this machine's ledger has it; None where it cannot be read
    failure: why the systems could not be listed, where that was tried
    """

    profile: str
    place: str
    base_url: str
    client_id: str
    who: str | None
    plan: str | None
    systems: tuple[int, ...] | None
    systems_at: datetime | None
    access_token_ends_at: datetime
    consent_ends_at: datetime
    warnings: tuple[str, ...]
    quota: Quota | None
    failure: EnphaseError | None = field(default=None, compare=False)


def command(settings: Settings, words: str) -> str:
    """A command to run, as messages show it: for this profile, whatever the environment of whoever runs it says."""
    named = settings.profile != DEFAULT_PROFILE or "profile" in settings.named
    return f"`enphase {words} --profile {settings.profile}`" if named else f"`enphase {words}`"


def nothing_stored(settings: Settings) -> ConfigurationError:
    more = ""
    if os.environ.get(VARIABLES["access_token"], "").strip():
        more = " ENPHASE_ACCESS_TOKEN is set, and used as it is: nothing is known of it."
    return ConfigurationError(
        f"no grant is stored in the profile {settings.profile!r}: run {command(settings, 'login')}.{more}"
    )


def status_of(settings: Settings, runtime: Runtime) -> Status:
    stored = settings.stored
    if stored is None:
        raise nothing_stored(settings)
    now = runtime.time()
    grant = stored.grant
    key = stored.application.api_key
    quota, problem = quota_of_key(settings, stored.base_url, key, runtime.chance, now)
    uid = grant.extra.get("enl_uid")
    return Status(
        profile=settings.profile,
        place=settings.open_store().place,
        base_url=stored.base_url,
        client_id=stored.application.client_id,
        who=stored.username or (str(uid) if isinstance(uid, str | int) and uid != "" else None),
        plan=None if settings.plan == UNLIMITED else settings.plan.name,
        systems=stored.systems,
        systems_at=_utc(stored.systems_at),
        access_token_ends_at=_moment(grant.expires_at),
        consent_ends_at=_moment(grant.consent_ends_at),
        warnings=tuple(_warnings(settings, grant, now)) + ((problem,) if problem else ()),
        quota=quota,
    )


def _warnings(settings: Settings, grant: Grant, now: float) -> Iterator[str]:
    left = grant.consent_ends_at - now
    when = f"{_moment(grant.consent_ends_at):%Y-%m-%d %H:%M} UTC"
    if left <= 0:
        again = command(settings, "login")
        yield f"the consent ended on {when}, as far as is known: have the owner consent again, with {again}"
    elif left <= WARN_DAYS * _DAY:
        check = command(settings, "status --check")
        yield f"the consent ends on {when}: any call before then renews it, such as {check}"
    if settings.plan == UNLIMITED:
        yield "the plan is not known, so limits are met before they are known: set ENPHASE_PLAN, or plan in config.toml"
    if os.environ.get(VARIABLES["access_token"], "").strip():
        yield "ENPHASE_ACCESS_TOKEN is set: it is used in the place of this grant"


def quota_of_key(
    settings: Settings, base_url: str, key: Secret, chance: Callable[[], float], now: float
) -> tuple[Quota | None, str | None]:
    """What the ledger has of an API key; else why it cannot be read."""
    from ..transport.ledger import ledger_of  # noqa: PLC0415 - sqlite3 is loaded by those who need it

    with closing(ledger_of(settings.home, base_url, key, chance)) as ledger:
        try:
            return ledger.quota(settings.plan, now), None
        except ConfigurationError as error:
            return None, str(error)


def _utc(epoch: float | None) -> datetime | None:
    return None if epoch is None else _moment(epoch)


def _moment(epoch: float) -> datetime:
    return datetime.fromtimestamp(epoch, UTC).replace(microsecond=0)
