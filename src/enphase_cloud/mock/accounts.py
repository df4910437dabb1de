"""Who calls: applications with their keys and plans, and the people whose systems they may see."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from enphase_v4.catalog import PLANS, Plan

from enphase_cloud.mock.fleet import Home, draw
from enphase_cloud.mock.replies import RefusedError
from enphase_cloud.mock.settings import MONTH, Settings, brief
from enphase_cloud.mock.tokens import Grant, GrantError, Tokens

PASSWORD = "sandbox"  # noqa: S105 - of the mock's own people
INSTALLER = "installer@example.com"
PASSWORDS_SINCE = 1_640_000_000  # 2021-12-20
MISMATCH = "API Key -Client mismatch"
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:[!-~]+", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Application:
    """A program that was registered with the service.

    plan: a name of the catalog's plans; None: no limits and every access group
    redirect_uris: where the authorize page may lead; None: any address of this machine, and the service's own page

    Raises ValueError for texts that are empty, a plan that there is not, and redirect_uris that no browser can be
    sent to with a code.
    """

    name: str
    client_id: str
    client_secret: str = field(repr=False)
    api_key: str = field(repr=False)
    plan: str | None = None
    redirect_uris: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        for what in ("name", "client_id", "client_secret", "api_key"):
            text = getattr(self, what)
            if not isinstance(text, str) or not text.strip():
                raise ValueError(f"applications: {what} must be text that is not empty")
        if self.plan is not None and self.plan not in tuple(PLANS):
            raise ValueError(f"applications: plan takes None or {' or '.join(PLANS)}, not {brief(self.plan)}")
        if not isinstance(self.redirect_uris, list | tuple | None):
            raise ValueError(f"redirect_uris must be a tuple of addresses, not {brief(self.redirect_uris)}")
        for uri in self.redirect_uris or ():
            if not isinstance(uri, str) or ADDRESS.fullmatch(uri) is None or "#" in uri:
                raise ValueError(
                    f"redirect_uris: {uri!r} is not an absolute address in ASCII without a fragment"
                )

    @property
    def limits(self) -> Plan | None:
        """What the plan allows; None: no limits."""
        return None if self.plan is None else PLANS[self.plan]


APPLICATIONS = tuple(
    Application(
        name=f"Sandbox {plan.capitalize()}",
        client_id=f"{plan}-client",
        client_secret=f"{plan}-secret",
        api_key=f"{plan}-key",
        plan=plan,
    )
    for plan in PLANS
)
"""One for each plan, so that whoever picks a key picks a plan."""


@dataclass(frozen=True, kw_only=True)
class Owner:
    """A person with an account.

    enl_uid, enl_cid: the service's numbers of the person and of their company; an owner has no company
    password_changed_at: epoch seconds
    system_ids: what they see; None: an installer, who sees the whole fleet
    """

    username: str
    password: str = field(repr=False)
    enl_uid: int
    enl_cid: int | None
    password_changed_at: int
    system_ids: frozenset[int] | None

    def sees(self, system_id: int) -> bool:
        """Whether the system is one of theirs."""
        return self.system_ids is None or system_id in self.system_ids


@dataclass(frozen=True)
class Caller:
    """On whose behalf a call is made. `owner` None: a token that the server did not issue; it sees everything."""

    application: Application | None
    owner: Owner | None
    plan: Plan | None

    def sees(self, system_id: int) -> bool:
        """Whether the call may be about that system."""
        return self.owner is None or self.owner.sees(system_id)

    def names(self) -> dict[str, str | None]:
        """What the journal calls them: application, owner, plan."""
        return {
            "application": None if self.application is None else self.application.name,
            "owner": None if self.owner is None else self.owner.username,
            "plan": None if self.plan is None else self.plan.name,
        }

    @property
    def account(self) -> str:
        """What quota is counted under: the application, or all strangers together."""
        return "" if self.application is None else self.application.client_id


def build_owners(seed: int, count: int, homes: Sequence[Home]) -> tuple[Owner, ...]:
    """`count` owners among whom the homes are dealt out in turn, and an installer who sees them all."""
    shares = [frozenset(home.system_id for home in homes[index::count]) for index in range(count)]
    people: list[tuple[str, frozenset[int] | None]] = [
        (f"owner{index + 1}@example.com", share) for index, share in enumerate(shares)
    ]
    people.append((INSTALLER, None))
    return tuple(
        Owner(
            username=name,
            password=PASSWORD,
            enl_uid=1_000_000 + draw(seed, "uid", name) % 9_000_000,
            enl_cid=1 + draw(seed, "cid", name) % 9_999 if share is None else None,
            password_changed_at=PASSWORDS_SINCE + draw(seed, "password", name) % MONTH,
            system_ids=share,
        )
        for name, share in people
    )


class Accounts:
    """The applications and people of one server, and the tokens that it gave them."""

    def __init__(
        self,
        applications: Sequence[Application],
        owners: Sequence[Owner],
        *,
        seed: int,
        clock: Callable[[], float],
    ) -> None:
        self.applications = tuple(applications)
        self.tokens = Tokens(seed, clock)
        self.first = tuple(owners)
        """Those of the start, as they were."""
        self._by_key = {each.api_key: each for each in applications}
        self._by_id = {each.client_id: each for each in applications}
        self.reset()

    def reset(self) -> None:
        """Forget every code and token, and whoever joined since the start."""
        self.tokens.reset()
        self._by_name = {each.username: each for each in self.first}

    @property
    def owners(self) -> tuple[Owner, ...]:
        """The people, those who joined later too; the installer is the last."""
        last = self.first[-1].username
        others = (each for name, each in self._by_name.items() if name != last)
        return (*others, self._by_name[last])

    def join(self, owner: Owner) -> None:
        """Somebody new gets an account; where there is one of that name already, that one stays."""
        self._by_name.setdefault(owner.username, owner)

    def change(self, owner: Owner) -> None:
        """Other facts about the person of that name, who has an account."""
        if owner.username in self._by_name:
            self._by_name[owner.username] = owner

    def show(self, username: str, system_id: int, *, seen: bool) -> None:
        """Let a person see a system, or not any more. Who sees all of them goes on to."""
        owner = self._by_name.get(username)
        if owner is not None and owner.system_ids is not None:
            system_ids = owner.system_ids | {system_id} if seen else owner.system_ids - {system_id}
            self._by_name[username] = replace(owner, system_ids=system_ids)

    def application(self, client_id: str) -> Application | None:
        """The application that is registered under that id."""
        return self._by_id.get(client_id)

    def owner(self, username: str) -> Owner | None:
        """The person of that name."""
        return self._by_name.get(username)

    def identify(self, headers: Mapping[str, str], query: Mapping[str, str], settings: Settings) -> Caller:
        """Who calls, by API key and access token. Raises RefusedError (401)."""
        key = ""
        if settings.key_place != "query":
            key = headers.get("key", "")
        if not key and settings.key_place != "header":
            key = query.get("key", "")
        if not key.strip():
            raise _denied("API Key is missing", "NOT_AUTHENTICATED")
        application = self._by_key.get(key)
        unknown = settings.auth == "strict" and application is None and settings.api_key is None
        if unknown or settings.api_key not in (None, key):
            raise _denied("API Key is invalid", "NOT_AUTHENTICATED")
        scheme, _, token = headers.get("authorization", "").partition(" ")
        grant = self._granted(token.strip() if scheme.lower() == "bearer" else "", settings)
        if grant is None:
            name = settings.plan if application is None else application.plan
            return Caller(application, None, None if name is None else PLANS[name])
        holder = self._by_id[grant.client_id]
        if key not in (holder.api_key, settings.api_key):
            raise _denied(MISMATCH, "UNAUTHORIZED", message=MISMATCH)
        person = self._by_name.get(grant.username)
        if person is None:
            raise _denied("Access token is invalid", "UNAUTHORIZED")
        return Caller(holder, person, holder.limits)

    def _granted(self, token: str, settings: Settings) -> Grant | None:
        """What the token stands for; None for one that is taken although the server did not issue it."""
        try:
            grant = self.tokens.access(token)
        except GrantError as error:
            raise _denied(error.description, "UNAUTHORIZED") from None
        strange = grant is None and settings.auth == "strict" and settings.access_token is None
        other = grant is None and settings.access_token not in (None, token)
        if not token or strange or other:
            raise _denied("Access token is invalid", "UNAUTHORIZED")
        return grant


def _denied(details: str, status: str, **fields: str) -> RefusedError:
    """A 401; `status` is the word that the live stream has for it."""
    return RefusedError(401, details, fields={"status": status, **fields})
