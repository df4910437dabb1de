"""Who has to do with activations: users and their companies, and who may look at whom.

The installer of `accounts` belongs to a company with branches and subcontractors; there is another company, too, which
is none of its business. Owners belong to none. Whoever is created later can sign in, with everybody's password.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from enphase_cloud.mock.accounts import PASSWORD, Accounts, Caller, Owner
from enphase_cloud.mock.fleet import draw
from enphase_cloud.mock.settings import MONTH, Settings

FIRST_USER_ID = 10_000_000
FIRST_COMPANY_ID = 10_001
KNOWN_SINCE = 1_660_000_000  # 2022-08-08
FIRST_NAMES = (
    "Ada",
    "Bela",
    "Chandra",
    "Dana",
    "Emeka",
    "Farah",
    "Goro",
    "Hanna",
    "Ines",
    "Jonas",
    "Kaya",
    "Luis",
)
LAST_NAMES = (
    "Adeyemi",
    "Berg",
    "Costa",
    "Dubois",
    "Eriksen",
    "Fischer",
    "Garcia",
    "Haddad",
    "Ito",
    "Jensen",
    "Khan",
)
CHANGEABLE = ("email", "enlighten_emails", "enlighten_view", "first_name", "last_name", "phone", "company_id")


@dataclass(frozen=True, kw_only=True)
class Company:
    """A company that installs.

    parent: whose branch it is
    hired_by, enabled: whose subcontractor it is, and whether it still is
    """

    company_id: int
    name: str
    parent: int | None = None
    hired_by: int | None = None
    enabled: bool = True


@dataclass(kw_only=True)
class User:
    """A person. `username`: the name to sign in with, which stays whatever becomes of the email; None: has no account.

    created_by: the user who created this one
    updated_at: epoch seconds
    """

    user_id: int
    email: str
    first_name: str
    last_name: str
    phone: str
    company_id: int | None
    username: str | None = None
    created_by: int | None = None
    enlighten_emails: bool = False
    enlighten_view: str = "my"
    updated_at: int = KNOWN_SINCE

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"


class People:
    """The users and companies of one server."""

    def __init__(self, seed: int, accounts: Accounts) -> None:
        self._seed = seed
        self._accounts = accounts
        self.reset()

    def reset(self) -> None:
        """Those of the start, as they were."""
        owners = self._accounts.owners
        own = owners[-1].enl_cid or 0
        numbers = iter(range(FIRST_COMPANY_ID, FIRST_COMPANY_ID + 10))
        listed = [
            Company(company_id=own, name="Sunup Solar"),
            Company(company_id=next(numbers), name="Sunup Solar North", parent=own),
            Company(company_id=next(numbers), name="Sunup Solar South", parent=own),
            Company(company_id=next(numbers), name="Rooftop Crew", hired_by=own),
            Company(company_id=next(numbers), name="Ladder and Wire", hired_by=own, enabled=False),
            Company(company_id=next(numbers), name="Quite Other Roofs"),
        ]
        self.companies = {each.company_id: each for each in listed}
        self.other = listed[-1]
        self.users: dict[int, User] = {}
        self._by_email: dict[str, User] = {}
        for owner in owners:
            self._add(self._drawn(owner.enl_uid, owner.username, owner.enl_cid, username=owner.username))
        self.installer = self.users[owners[-1].enl_uid]
        self._created = 0
        for company in listed[1:]:
            email = f"{company.name.lower().replace(' ', '.')}@example.com"
            self._add(self._drawn(self._next_id(), email, company.company_id))

    def _drawn(
        self, user_id: int, email: str, company_id: int | None, *, username: str | None = None
    ) -> User:
        noise = draw(self._seed, "person", email)
        return User(
            user_id=user_id,
            email=email,
            first_name=FIRST_NAMES[noise % len(FIRST_NAMES)],
            last_name=LAST_NAMES[noise // 2**16 % len(LAST_NAMES)],
            phone=f"555-01{noise // 2**32 % 100:02d}",
            company_id=company_id,
            username=username,
            enlighten_view="my" if company_id is None else "manager",
            updated_at=KNOWN_SINCE + noise % MONTH,
        )

    def _next_id(self) -> int:
        self._created += 1
        return FIRST_USER_ID + 10 * self._created + draw(self._seed, "user", self._created) % 10

    def _add(self, user: User) -> User:
        self.users[user.user_id] = user
        self._by_email[user.email.lower()] = user
        return user

    def caller(self, caller: Caller, settings: Settings) -> User | None:
        """Whom a call is made for: a token that the server did not issue is the installer's, or nobody's."""
        if caller.owner is not None:
            return self.of(caller.owner)
        return self.installer if settings.stranger == "installer" else None

    def of(self, owner: Owner) -> User | None:
        """The user whose account that is."""
        return self.users.get(owner.enl_uid)

    def find(self, email: str) -> User | None:
        """The user with that email address, in small letters or large."""
        return self._by_email.get(email.lower())

    def create(self, fields: Mapping[str, Any], *, by: User, now: int) -> User:
        """A user, who can sign in from now on. `fields` are those of `CHANGEABLE`, checked."""
        user = User(
            user_id=self._next_id(),
            email=fields["email"],
            first_name=fields["first_name"],
            last_name=fields["last_name"],
            phone=fields.get("phone", ""),
            company_id=None,
            username=fields["email"],
            created_by=by.user_id,
        )
        account = Owner(
            username=user.email,
            password=PASSWORD,
            enl_uid=user.user_id,
            enl_cid=None,
            password_changed_at=now,
            system_ids=frozenset(),
        )
        self._accounts.join(account)
        return self.change(self._add(user), fields, now=now)

    def change(self, user: User, fields: Mapping[str, Any], *, now: int) -> User:
        """Set what `fields` names. Whoever has a company is a manager."""
        del self._by_email[user.email.lower()]
        for name in CHANGEABLE:
            if name in fields:
                setattr(user, name, fields[name])
        user.enlighten_view = "my" if user.company_id is None else "manager"
        user.updated_at = now
        return self._add(user)

    def group(self, user: User | None) -> frozenset[int]:
        """The company of a user and its branches; nothing for those without one."""
        if user is None or user.company_id is None:
            return frozenset()
        own = user.company_id
        return frozenset(
            each.company_id for each in self.companies.values() if own in (each.company_id, each.parent)
        )

    def colleagues(self, company_id: int) -> Iterator[User]:
        """The users of a company, in the order in which they came."""
        return (each for each in self.users.values() if each.company_id == company_id)

    def branches(self, company_id: int) -> list[Company]:
        """The branches of a company."""
        return [each for each in self.companies.values() if each.parent == company_id]

    def subcontractors(self, company_id: int) -> list[Company]:
        """The subcontractors of a company."""
        return [each for each in self.companies.values() if each.hired_by == company_id]

    def knows(self, user: User, other: User) -> bool:
        """Whether `other` is the user, was created by the user, or is of the company or its branches."""
        itself = user.user_id in (other.user_id, other.created_by)
        return itself or other.company_id in self.group(user)


HEADQUARTERS: Mapping[str, Sequence[str]] = {
    "US": ("Petaluma, CA - US", "Eureka, CA - US", "Fresno, CA - US"),
    "AU": ("Hobart, TAS - AU", "Darwin, NT - AU", "Albany, WA - AU"),
    "DE": ("Kassel - DE", "Kiel - DE", "Ulm - DE"),
}
"""By the setting `company_country`: where companies are."""


def company_json(company: Company, country: str) -> dict[str, Any]:
    """A company as answers have it."""
    places = HEADQUARTERS[country]
    return {
        "company_id": company.company_id,
        "company_name": company.name,
        "location": places[company.company_id % len(places)],
        "roles": ["installer"],
        "uri": f"/api/v4/companies/{company.company_id}.json",
    }


def user_json(user: User, *, activation_id: int | None = None) -> dict[str, Any]:
    """A user as answers have it, reached by way of an activation or not."""
    place = "/api/v4" if activation_id is None else f"/api/v4/activations/{activation_id}"
    return {
        "active": True,
        "user_roles": [],
        "email": user.email,
        "enlighten_emails": user.enlighten_emails,
        "enlighten_view": user.enlighten_view,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "phone": user.phone,
        "uri": f"{place}/users/{user.user_id}.json",
        "user_id": user.user_id,
        "updated_at": user.updated_at,
    }
