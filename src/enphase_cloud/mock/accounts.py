"""Who calls: applications with their keys and plans, and the people whose systems they may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from enphase_v4.catalog import PLANS, Plan

from enphase_cloud.mock.fleet import Home, draw
from enphase_cloud.mock.replies import RefusedError
from enphase_cloud.mock.settings import Settings

PASSWORD = "sandbox"  # noqa: S105 - of the mock's own people
INSTALLER = "installer@example.com"


@dataclass(frozen=True, kw_only=True)
class Application:
    """A program that was registered with the service.

    plan: a name of the catalog's plans; None: no limits and every access group
    redirect_uris: where the authorize page may lead; None: any address of this machine, and the service's own page
    """

    name: str
    client_id: str
    client_secret: str = field(repr=False)
    api_key: str = field(repr=False)
    plan: str | None = None
    redirect_uris: tuple[str, ...] | None = None


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
    """A person with an account. `system_ids` None: an installer, who sees the whole fleet."""

    username: str
    password: str = field(repr=False)
    enl_uid: int
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
            system_ids=share,
        )
        for name, share in people
    )


class Accounts:
    """The applications and people of one server."""

    def __init__(self, applications: Sequence[Application], owners: Sequence[Owner]) -> None:
        self.applications = tuple(applications)
        self.owners = tuple(owners)
        self._by_key = {each.api_key: each for each in applications}

    def identify(self, headers: Mapping[str, str], query: Mapping[str, str], settings: Settings) -> Caller:
        """Who calls, by API key and access token. Raises RefusedError (401)."""
        key = ""
        if settings.key_place != "query":
            key = headers.get("key", "")
        if not key and settings.key_place != "header":
            key = query.get("key", "")
        scheme, _, token = headers.get("authorization", "").partition(" ")
        token = token.strip()
        if not key.strip() or scheme.lower() != "bearer" or not token:
            raise RefusedError(401)
        application = self._by_key.get(key)
        if settings.api_key not in (None, key) or settings.access_token not in (None, token):
            raise RefusedError(401)
        if settings.auth == "strict" and application is None and settings.api_key is None:
            raise RefusedError(401)
        name = settings.plan if application is None else application.plan
        return Caller(application, None, None if name is None else PLANS[name])
