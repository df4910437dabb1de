"""Users: found, read, created and changed; and who may see a system."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from enphase_cloud.mock.handlers.commissioning.access import (
    activation_of,
    caller_of,
    company_of,
    denied,
    partner_of,
    told_user,
    user_of,
)
from enphase_cloud.mock.handlers.commissioning.bodies import body_of, refused
from enphase_cloud.mock.people import User
from enphase_cloud.mock.replies import RefusedError
from enphase_cloud.mock.service import Asked, Service, as_id

VIEWS = ("my", "manager")
NAMES = ("email", "first_name", "last_name")
TAKEN = "Email has already been registered"
NO_USER = "User not found."


def get_current_user(service: Service, asked: Asked) -> dict[str, Any]:
    """Whom the access token stands for."""
    user = service.people.caller(asked.caller, service.settings)
    if user is None:
        raise RefusedError(404, NO_USER)
    return told_user(service, user, company=_expanded(asked))


def get_user(service: Service, asked: Asked) -> dict[str, Any]:
    """A user whom the caller knows."""
    user = user_of(service, asked)
    return told_user(service, user, company=_expanded(asked))


def search_user(service: Service, asked: Asked) -> dict[str, Any]:
    """The ids of the user with an email address, and of their company."""
    partner_of(service, asked)
    email = asked.query.get("email", "").strip()
    if not email:
        raise RefusedError(422, "Email should not be blank")
    found = service.people.find(email)
    if found is None:
        raise RefusedError(404, NO_USER)
    return {"user_id": found.user_id} | ({} if found.company_id is None else {"company_id": found.company_id})


def create_home_owner(service: Service, asked: Asked) -> dict[str, Any]:
    """A user without a company; with `company_id` one of that company."""
    caller, _ = partner_of(service, asked)
    body = body_of(service, asked, "createHomeOwner")
    _check(service, body)
    _check_company(service, caller, body)
    return _created(service, body, caller)


def update_user(service: Service, asked: Asked) -> dict[str, Any]:
    """Change what the body names."""
    return _changed(service, asked, user_of(service, asked), "updateUser")


def get_activation_user(service: Service, asked: Asked) -> dict[str, Any]:
    """A user who has to do with an activation."""
    user = user_of(service, asked, within=True)
    activation_id = as_id(asked.path["activation_id"])
    return told_user(service, user, activation_id=activation_id, company=_expanded(asked))


def update_activation_user(service: Service, asked: Asked) -> dict[str, Any]:
    """Change what the body names."""
    activation_of(service, asked, changes=True)
    user = user_of(service, asked, within=True)
    activation_id = as_id(asked.path["activation_id"])
    return _changed(service, asked, user, "updateActivationUser", activation_id=activation_id)


def grant_access(service: Service, asked: Asked) -> dict[str, str]:
    """Let a user see the system."""
    activation = activation_of(service, asked, changes=True)
    user = user_of(service, asked, within=True)
    if user.user_id in activation.access:
        raise RefusedError(422, "User already has access to this system")
    activation.access.add(user.user_id)
    service.activations.share(activation)
    return {"message": "User access granted successfully"}


def revoke_access(service: Service, asked: Asked) -> dict[str, str]:
    """Do not let a user see the system any more. Whoever is of a company that has to do with it still does."""
    activation = activation_of(service, asked, changes=True)
    user = user_of(service, asked, within=True)
    if user.user_id not in activation.access:
        raise RefusedError(422, "User has no access to this system")
    activation.access.discard(user.user_id)
    service.activations.share(activation)
    return {"message": "User access revoked successfully"}


def list_company_users(service: Service, asked: Asked) -> dict[str, Any]:
    """Id and email address of each user of a company."""
    company = company_of(service, asked)
    return {"users": [[each.user_id, each.email] for each in service.people.colleagues(company.company_id)]}


def create_company_user(service: Service, asked: Asked) -> dict[str, Any]:
    """A user who belongs to the company from the start."""
    caller, company = caller_of(service, asked), company_of(service, asked)
    body = body_of(service, asked, "createCompanyUser")
    _check(service, body)
    return _created(service, body | {"company_id": company.company_id}, caller)


def get_company_user(service: Service, asked: Asked) -> dict[str, Any]:
    """One user of a company."""
    user = _of_company(service, asked)
    return told_user(service, user, company=_expanded(asked))


def update_company_user(service: Service, asked: Asked) -> dict[str, Any]:
    """Change what the body names, the company as well: the caller needs access to both."""
    return _changed(service, asked, _of_company(service, asked), "updateCompanyUser")


def _of_company(service: Service, asked: Asked) -> User:
    company = company_of(service, asked)
    user = service.people.users.get(as_id(asked.path["user_id"]))
    if user is None or user.company_id != company.company_id:
        raise RefusedError(404, NO_USER)
    return user


def _expanded(asked: Asked) -> bool:
    """Whether the company is to come, too. Raises RefusedError (422) for any other wish."""
    if asked.query.get("expand", "company") != "company":
        raise RefusedError(422, "Invalid expand option")
    return "expand" in asked.query


def _created(service: Service, body: Mapping[str, Any], caller: User) -> dict[str, Any]:
    user = service.people.create(body, by=caller, now=service.now)
    service.activations.welcome(user)
    return told_user(service, user)


def _changed(
    service: Service,
    asked: Asked,
    user: User,
    operation_id: str,
    *,
    activation_id: int | None = None,
) -> dict[str, Any]:
    caller = caller_of(service, asked)
    body = body_of(service, asked, operation_id)
    _check(service, body, user)
    _check_company(service, caller, body, user)
    before = user.company_id
    service.people.change(user, body, now=service.now)
    if user.company_id != before:
        service.activations.welcome(user)
    return told_user(service, user, activation_id=activation_id)


def _check(service: Service, body: Mapping[str, Any], user: User | None = None) -> None:
    """Raise RefusedError (422) for values that nobody has; `user`: whose they are to be."""
    told = list(_complaints(service, body, user))
    if told:
        raise refused(told)


def _complaints(service: Service, body: Mapping[str, Any], user: User | None) -> Iterator[str]:
    for name in NAMES:
        if name in body and not body[name].strip():
            yield f"{name} should not be blank"
    email = body.get("email", "")
    if email.strip():
        name, at, domain = email.partition("@")
        if not (name and at and domain) or any(each.isspace() for each in email):
            yield "Email is invalid"
        if service.people.find(email) not in (None, user):
            yield TAKEN


def _check_company(service: Service, caller: User, body: Mapping[str, Any], user: User | None = None) -> None:
    """Raise RefusedError for a company that there is not, a view without one (422), and a company of others (401)."""
    view = body.get("enlighten_view", "my")
    if view not in VIEWS:
        raise refused([f"enlighten_view must be one of {', '.join(VIEWS)}"])
    company_id = body.get("company_id", None if user is None else user.company_id)
    if view == "manager" and company_id is None:
        raise refused(["company_id is mandatory for the view manager"])
    if "company_id" in body:
        if company_id not in service.people.companies:
            raise refused(["Company not found"])
        if company_id not in service.people.group(caller):
            raise denied()
        if user is caller and company_id != caller.company_id:
            raise refused(["Nobody moves themselves to another company"])
