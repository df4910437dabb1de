"""Who may do what: the caller, and the activation, system, user or company that a path names.

What there is not is 404, in the operations that document it. What the caller may not see is 401, as it is throughout
this half of the service; so is what only a company may do, for callers who belong to none.
"""

from __future__ import annotations

from enphase_cloud.mock.activations import Activation
from enphase_cloud.mock.history import History
from enphase_cloud.mock.people import Company, User, company_json, user_json
from enphase_cloud.mock.replies import RefusedError
from enphase_cloud.mock.service import Asked, Service, as_id

NO_SYSTEM = "System not found"
NO_USER = "User not found."
NO_COMPANY = "Company not found"
DENIED = "Not authorized to access requested resource."


def denied() -> RefusedError:
    """401: there is such a thing, and it is none of the caller's business."""
    return RefusedError(401, DENIED)


def caller_of(service: Service, asked: Asked) -> User:
    """Who calls. Raises RefusedError (401) for a token that stands for nobody."""
    user = service.people.caller(asked.caller, service.settings)
    if user is None:
        raise denied()
    return user


def partner_of(service: Service, asked: Asked) -> tuple[User, Company]:
    """Who calls, and their company. Raises RefusedError (401) for those without one."""
    user = caller_of(service, asked)
    if user.company_id is None:
        raise denied()
    return user, service.people.companies[user.company_id]


def activation_of(
    service: Service, asked: Asked, *, changes: bool = False, place: str = "activation_id", missing: int = 404
) -> Activation:
    """The activation that the path names.

    changes: the caller wants to change it, for which it takes a company that has to do with it
    missing: the status where there is none

    Raises RefusedError: 401, 404.
    """
    user = caller_of(service, asked)
    found = service.activations.find(as_id(asked.path[place]))
    if found is None:
        raise RefusedError(missing, NO_SYSTEM)
    allowed = service.activations.managed if changes else service.activations.visible
    if not allowed(found, user):
        raise denied()
    return found


def system_of(
    service: Service, asked: Asked, *, changes: bool = False, place: str = "system_id"
) -> tuple[Activation, History]:
    """The same, and the system that it has become. Raises RefusedError: 401; 404 where it is none yet, too."""
    activation = activation_of(service, asked, changes=changes, place=place)
    history = service.find(asked.path[place])
    if history is None:
        raise RefusedError(404, NO_SYSTEM)
    return activation, history


def user_of(service: Service, asked: Asked, *, within: bool = False) -> User:
    """The user that the path names, whom the caller may name. Raises RefusedError: 401, 404.

    within: the path names an activation, too, which the caller may see
    """
    caller = caller_of(service, asked)
    if within:
        activation_of(service, asked)
    found = service.people.users.get(as_id(asked.path["user_id"]))
    if found is None:
        raise RefusedError(404, NO_USER)
    if not knows(service, caller, found):
        raise denied()
    return found


def knows(service: Service, user: User, other: User) -> bool:
    """Whether `user` may name `other`: a colleague, somebody whom the user created, an owner or a host of theirs."""
    return service.people.knows(user, other) or other.user_id in service.activations.customers(user)


def company_of(service: Service, asked: Asked) -> Company:
    """The company that the path names: the caller's own, or a branch of it. Raises RefusedError: 401, 404."""
    caller = caller_of(service, asked)
    found = service.people.companies.get(as_id(asked.path["company_id"]))
    if found is None:
        raise RefusedError(404, NO_COMPANY)
    if found.company_id not in service.people.group(caller):
        raise denied()
    return found


def told_company(service: Service, company: Company) -> dict[str, object]:
    """A company as answers have it."""
    return company_json(company, service.settings.company_country)


def told_user(
    service: Service, user: User, *, activation_id: int | None = None, company: bool = False
) -> dict[str, object]:
    """A user as answers have it; with their company, if they have one and it was asked for."""
    told = user_json(user, activation_id=activation_id)
    if company and user.company_id is not None:
        told["company"] = told_company(service, service.people.companies[user.company_id])
    return told
