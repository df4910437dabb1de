"""Activations: the list and its parts, one of them, and how it is made, changed and taken back."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

from enphase_cloud.mock.activations import DONE, VERIFYING, Activation
from enphase_cloud.mock.entries import DEFAULTS, complaints, merged, tidied
from enphase_cloud.mock.facts import paging_of
from enphase_cloud.mock.handlers.commissioning.access import (
    activation_of,
    caller_of,
    denied,
    knows,
    partner_of,
)
from enphase_cloud.mock.handlers.commissioning.bodies import dictionary, refused, shaped
from enphase_cloud.mock.handlers.commissioning.rendering import EXPANSIONS, told_activation, told_listed
from enphase_cloud.mock.people import User
from enphase_cloud.mock.replies import RefusedError
from enphase_cloud.mock.service import Asked, Service, as_id

IN_PROGRESS = "in_progress"
TEXTS = (
    "system_name",
    *(f"address.{name}" for name in ("city", "state", "country", "postal_code", "street1", "street2")),
)
PEOPLE = ("owner_id", "host_id")
COMPANIES = ("installer_id", "maintainer_id")
PRESENT = "Devices are present on this system. Please retry after removing devices"
DEVICES_PRESENT = 5


def list_activations(service: Service, asked: Asked) -> dict[str, Any]:
    """Those that the caller may see, ascending by id. Filters that are empty or make no sense are ignored."""
    user, query = caller_of(service, asked), asked.query
    stages = _stages(query.get("stage", ""))
    limit, after = _limit(query.get("limit", "")), _after(query.get("next", ""))
    found = (
        each
        for each in service.activations
        if each.system_id > after
        and service.activations.visible(each, user)
        and _meets(service, each, user, query)
    )
    shown: list[Activation] = []
    for each in found:
        if stages is None or each.stage(service.now) in stages:
            shown.append(each)
        if len(shown) == limit:
            break
    page: dict[str, Any] = {"systems": [told_listed(service, each, user) for each in shown]}
    if len(shown) == limit:
        page["next"] = _token(shown[-1].system_id)
    return page


def get_activation(service: Service, asked: Asked) -> dict[str, Any]:
    """One of them; what `expand` names comes in full. Words that it does not know are ignored: no 422 is documented."""
    activation = activation_of(service, asked)
    expand = set(asked.query.get("expand", "").split(",")) & EXPANSIONS
    return told_activation(service, activation, caller_of(service, asked), expand)


def create_activation(service: Service, asked: Asked) -> dict[str, Any]:
    """Another one, whatever was created before: there is no way to say that a call is the same as the last."""
    user, company = partner_of(service, asked)
    body = _body(service, asked, "createActivation")
    started = {**DEFAULTS, "installer_id": company.company_id, "maintainer_id": company.company_id}
    entered = _checked(service, user, body, started)
    made = service.activations.create(entered, service.now)
    return _named(service, made, user, body)


def update_activation(service: Service, asked: Asked) -> dict[str, Any]:
    """Change what the body names. One that there is not is 422: no 404 is documented."""
    activation = activation_of(service, asked, changes=True, missing=422)
    user, _ = partner_of(service, asked)
    body = _body(service, asked, "updateActivation")
    entered = _checked(service, user, body, activation.entered)
    service.activations.change(activation, entered, service.now)
    return _named(service, activation, user, body)


def delete_activation(service: Service, asked: Asked) -> dict[str, str]:
    """Take one back that no gateway has reported for. A home of the fleet has devices, and stays."""
    activation = activation_of(service, asked, changes=True)
    if activation.stage(service.now) >= VERIFYING or activation.number is None:
        raise RefusedError(422, PRESENT, fields={"errorCode": DEVICES_PRESENT})
    service.activations.delete(activation, service.now)
    return {"message": "Activation deleted successfully"}


def _body(service: Service, asked: Asked, operation_id: str) -> dict[str, Any]:
    return shaped(service, operation_id, tidied(dictionary(service, asked, operation_id)))


def _checked(
    service: Service,
    user: User,
    body: Mapping[str, Any],
    entered: Mapping[str, Any],
) -> dict[str, Any]:
    """What is entered once the fields of `body` are. Raises RefusedError: 422, and 401 for people of others."""
    result = merged(entered, body)
    american = service.settings.company_country == "US"
    told = list(complaints(body, result, american=american, now=service.now))
    people, group = service.people, service.people.group(user)
    told += [f"{name}: no such user" for name in PEOPLE if name in body and body[name] not in people.users]
    told += [
        f"{name} must be the company of the caller or one of its branches"
        for name in COMPANIES
        if name in body and body[name] not in group
    ]
    hired = body.get("authorized_subcontractor_id")
    partners = people.subcontractors(user.company_id or 0)
    if hired is not None and hired not in {each.company_id for each in partners if each.enabled}:
        told.append("authorized_subcontractor_id must be an enabled subcontractor of the company")
    if told:
        raise refused(told, numbered=True)
    for name in PEOPLE:
        # whoever owns another system of the company may own this one, too
        if name in body and not knows(service, user, people.users[body[name]]):
            raise denied()
    return result


def _named(service: Service, activation: Activation, user: User, body: Mapping[str, Any]) -> dict[str, Any]:
    """Enter what is said of companies beside the activation, and tell all of it; owner and host come in full."""
    if user.company_id is not None and "reference" in body:
        activation.references.pop(user.company_id, None)
        if body["reference"]:
            activation.references[user.company_id] = body["reference"]
    if "authorized_subcontractor_id" in body:
        activation.subcontractors.setdefault(body["authorized_subcontractor_id"], service.now)
        service.activations.share(activation)
    return told_activation(service, activation, user, {"owner", "host"})


def _stages(text: str) -> set[int] | None:
    """The stages that are asked for; None: all of them. Raises RefusedError (422) for any other word."""
    words = [each.strip() for each in text.split(",") if each.strip()]
    for word in words:
        if word != IN_PROGRESS and not (word in "12345" and len(word) == 1):
            raise RefusedError(422, f"Invalid stage option {word}")
    if IN_PROGRESS in words:
        # it goes with no other
        return set(range(1, DONE)) if len(words) == 1 else set()
    return {int(word) for word in words} if words else None


def _limit(text: str) -> int:
    paging = paging_of("listActivations")
    known = text.isascii() and text.isdigit() and len(text) <= 9 and int(text) > 0
    return min(int(text), paging.max_size) if known else paging.default_size


def _token(system_id: int) -> str:
    """What leads to the activations after that one."""
    return (base64.b64encode(str(system_id).encode()) + b"\n").hex()


def _after(token: str) -> int:
    """The id that a token stands for; 0 without one. Raises RefusedError (422) for what is no token."""
    if not token:
        return 0
    try:
        number = base64.b64decode(bytes.fromhex(token).strip(), validate=True).decode()
    except (ValueError, binascii.Error):
        number = ""
    if not re.fullmatch("[0-9]{1,18}", number):
        raise RefusedError(422, "Invalid next")
    return int(number)


def _meets(service: Service, activation: Activation, user: User, query: Mapping[str, str]) -> bool:
    """Whether an activation meets every filter that makes sense."""
    for name in TEXTS:
        wanted = query.get(name.rpartition(".")[2], "")
        if wanted and _text(activation.entered, name).lower() != wanted.lower():
            return False
    reference = query.get("reference", "")
    if (
        reference
        and service.activations.names(activation, user).get("reference", "").lower() != reference.lower()
    ):
        return False
    for name in (*PEOPLE, "installer_id"):
        wanted, is_ = query.get(name, ""), activation.entered[name]
        if wanted == "null" and name in PEOPLE:
            if is_ is not None:
                return False
        elif as_id(wanted) and is_ != as_id(wanted):
            return False
    return True


def _text(entered: Mapping[str, Any], name: str) -> str:
    group, _, field = name.rpartition(".")
    found = (entered[group] or {}).get(field) if group else entered[field]
    return str(found or "")
