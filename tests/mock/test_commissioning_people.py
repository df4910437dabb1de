"""Users and companies: who there is, who may look at whom, and who sees a system."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.applications import Starlette

from .commissioning import ACTIVATIONS, INSTALLER, RENO, SEEN, SYSTEMS, Partner, started
from .conforming import assert_conforms
from .playing import NOW, Answer

USERS, PARTNER_USERS, COMPANIES = "/api/v4/users", "/api/v4/partner/users", "/api/v4/companies"
NEW = {"email": "kim@example.com", "first_name": "Kim", "last_name": "Lee"}
NORTH, SOUTH, CREW, OTHERS = 10_001, 10_002, 10_003, 10_005


@pytest.fixture
def app() -> Starlette:
    return started()


@pytest.fixture
def partner(app: Starlette) -> Partner:
    return Partner(app)


def own(partner: Partner) -> int:
    """The id of the installer's company."""
    company = partner.service.people.installer.company_id
    assert company is not None
    return company


def created(partner: Partner, **changes: Any) -> Any:
    """A new home owner."""
    answer = partner.ask(USERS, "POST", {**NEW, **changes})
    assert_conforms("createHomeOwner", answer)
    assert answer.status == 201, answer
    return answer.json


def told(answer: Answer, status: int = 422) -> list[str]:
    """The sentences of a refusal."""
    assert answer.status == status, answer
    body = answer.json
    sentences: list[str] = body["errorMessages"] if status == 422 else body["message"]
    return sentences


# --------------------------------------------------------------------------------------------------- users as they are


def test_a_token_stands_for_somebody(partner: Partner) -> None:
    for name in ("owner1@example.com", INSTALLER):
        person = partner.signed_in(name)
        me = person.get(f"{PARTNER_USERS}/self")
        account = partner.service.accounts.owner(name)
        assert account is not None
        assert (me["email"], me["user_id"]) == (name, account.enl_uid)
    # a token of others is the installer's
    stranger = partner.get(f"{PARTNER_USERS}/self", expand="company")
    assert stranger["email"] == INSTALLER
    assert stranger["company"] == {
        "company_id": own(partner),
        "company_name": "Sunup Solar",
        "location": stranger["company"]["location"],
        "roles": ["installer"],
        "uri": f"/api/v4/companies/{own(partner)}.json",
    }
    assert stranger["company"]["location"].endswith("- US")
    assert "company" not in partner.signed_in("owner1@example.com").get(
        f"{PARTNER_USERS}/self", expand="company"
    )


def test_nobody_is_nobody(partner: Partner) -> None:
    partner.service.change(stranger="nobody")
    assert told(partner.ask(f"{PARTNER_USERS}/self"), 404) == ["User not found."]
    assert told(partner.ask("/api/v4/partner/grid_profiles"), 404) == ["Partner company missing"]
    for path in (ACTIVATIONS, f"{COMPANIES}/self/branches", "/api/v4/pv_manufacturers"):
        assert told(partner.ask(path), 401) == ["Not authorized to access requested resource."]
    # Monitoring knows no such thing
    assert partner.ask(SYSTEMS).status == 200
    assert partner.signed_in(INSTALLER).ask(ACTIVATIONS).status == 200


def test_a_home_owner_is_created_found_and_signs_in(partner: Partner) -> None:
    made = created(partner, phone="555-0100", enlighten_emails=True)
    assert (made["enlighten_view"], made["enlighten_emails"], made["phone"]) == ("my", True, "555-0100")
    assert (made["active"], made["user_roles"], made["updated_at"]) == (True, [], NOW)
    assert made["uri"] == f"/api/v4/users/{made['user_id']}.json"
    assert partner.get(f"{USERS}/search", email=" KIM@example.com") == {"user_id": made["user_id"]}
    assert partner.get(f"{PARTNER_USERS}/{made['user_id']}") == made
    kim = partner.signed_in("kim@example.com")
    assert kim.get(f"{PARTNER_USERS}/self") == made
    assert (kim.systems(), kim.listed()) == (set(), [])


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"email": None}, "email is mandatory"),
        ({"first_name": None}, "first_name is mandatory"),
        ({"last_name": " "}, "last_name should not be blank"),
        ({"email": "nobody"}, "Email is invalid"),
        ({"email": "a b@example.com"}, "Email is invalid"),
        ({"email": "Owner1@EXAMPLE.com"}, "Email has already been registered"),
        ({"phone": "5" * 256}, "phone must be at most 255 characters long"),
        ({"enlighten_view": "all"}, "enlighten_view must be one of my, manager"),
        ({"enlighten_view": "manager"}, "company_id is mandatory for the view manager"),
        ({"company_id": 1}, "Company not found"),
        ({"enlighten_emails": "yes"}, "enlighten_emails must be true or false"),
    ],
)
def test_users_that_cannot_be(partner: Partner, changes: dict[str, Any], sentence: str) -> None:
    body = {name: value for name, value in {**NEW, **changes}.items() if value is not None}
    before = len(partner.service.people.users)
    refused = partner.ask(USERS, "POST", body)
    assert_conforms("createHomeOwner", refused)
    assert told(refused) == [sentence]
    assert len(partner.service.people.users) == before


def test_a_phone_of_a_company_is_shorter(partner: Partner) -> None:
    assert created(partner, phone="5" * 255)["phone"] == "5" * 255
    path = f"{COMPANIES}/{own(partner)}/users"
    body = {**NEW, "email": "lee@example.com", "phone": "5" * 51}
    assert told(partner.ask(path, "POST", body)) == ["phone must be at most 50 characters long"]
    assert partner.ask(path, "POST", body | {"phone": "5" * 50}).status == 201


def test_whoever_has_a_company_is_a_manager(partner: Partner) -> None:
    made = created(partner, company_id=NORTH, enlighten_view="my", unheard_of=True)
    assert made["enlighten_view"] == "manager"
    found = partner.get(f"{USERS}/search", email="kim@example.com")
    assert found == {"user_id": made["user_id"], "company_id": NORTH}
    read = partner.get(f"{PARTNER_USERS}/{made['user_id']}", expand="company")
    assert read["company"]["company_name"] == "Sunup Solar North"


def test_users_are_changed_field_by_field(partner: Partner) -> None:
    owner = partner.owner()
    path = f"{USERS}/{owner}"
    before = partner.get(f"{PARTNER_USERS}/{owner}")
    partner.later(10)
    changed = partner.ask(path, "PUT", {"first_name": "Renamed", "email": "renamed@example.com"}).json
    assert changed == before | {
        "first_name": "Renamed",
        "email": "renamed@example.com",
        "updated_at": NOW + 10,
    }
    assert partner.ask(f"{USERS}/search", email="owner1@example.com").status == 404
    assert partner.get(f"{USERS}/search", email="renamed@example.com")["user_id"] == owner
    # the old address is free, the own one is no other's, and the name to sign in with stays
    assert partner.ask(path, "PUT", {"email": "RENAMED@example.com"}).status == 200
    assert created(partner, email="owner1@example.com")["user_id"] != owner
    assert partner.signed_in("owner1@example.com").get(f"{PARTNER_USERS}/self")["user_id"] == owner
    assert told(partner.ask(path, "PUT", {"email": "owner2@example.com"})) == [
        "Email has already been registered"
    ]


def test_expand_takes_one_word(partner: Partner) -> None:
    owner = partner.owner()
    home = partner.service.system_ids[0]
    for path in (
        f"{PARTNER_USERS}/self",
        f"{PARTNER_USERS}/{owner}",
        f"/api/v4/activations/{home}/users/{owner}",
        f"{COMPANIES}/{own(partner)}/users/{partner.service.people.installer.user_id}",
    ):
        assert told(partner.ask(path, expand="companies")) == ["Invalid expand option"]
        assert partner.ask(path, expand="company").status == 200


# ----------------------------------------------------------------------------------------------------------- companies


def test_companies(partner: Partner) -> None:
    branches = partner.get(f"{COMPANIES}/self/branches")
    assert (branches["company_id"], branches["company_name"]) == (own(partner), "Sunup Solar")
    assert [each["company_id"] for each in branches["branches"]] == [NORTH, SOUTH]
    hired = partner.get(f"{COMPANIES}/self/authorized_subcontractors")["authorized_subcontractors"]
    assert [(each["company_name"], each["status"]) for each in hired] == [
        ("Rooftop Crew", "Enabled"),
        ("Ladder and Wire", "Disabled"),
    ]
    owner = partner.signed_in("owner1@example.com")
    for what in ("branches", "authorized_subcontractors"):
        assert owner.ask(f"{COMPANIES}/self/{what}").status == 401


def test_users_of_a_company(partner: Partner) -> None:
    path = f"{COMPANIES}/{NORTH}/users"
    [[first, _]] = partner.get(path)["users"]
    answer = partner.ask(path, "POST", NEW)
    assert_conforms("createCompanyUser", answer)
    made = answer.json["user_id"]
    assert partner.get(path)["users"] == [[first, "sunup.solar.north@example.com"], [made, "kim@example.com"]]
    assert told(partner.ask(f"{COMPANIES}/{SOUTH}/users/{made}"), 404) == ["User not found."]
    assert partner.get(f"{path}/{made}")["email"] == "kim@example.com"
    moved = partner.ask(f"{path}/{made}", "PUT", {"company_id": SOUTH, "last_name": "Moved"})
    assert_conforms("updateCompanyUser", moved)
    assert moved.json["last_name"] == "Moved"
    assert [made, "kim@example.com"] in partner.get(f"{COMPANIES}/{SOUTH}/users")["users"]
    assert partner.ask(f"{path}/{made}").status == 404


@pytest.mark.parametrize("company", [CREW, OTHERS])
def test_companies_of_others_are_none_of_the_callers_business(partner: Partner, company: int) -> None:
    user = next(partner.service.people.colleagues(company)).user_id
    home = partner.service.system_ids[0]
    calls: list[tuple[str, str, Any]] = [
        (f"{COMPANIES}/{company}/users", "GET", None),
        (f"{COMPANIES}/{company}/users", "POST", NEW),
        (f"{COMPANIES}/{company}/users/{user}", "GET", None),
        (f"{COMPANIES}/{company}/users/{user}", "PUT", {"phone": "1"}),
        (f"{PARTNER_USERS}/{user}", "GET", None),
        (f"{USERS}/{user}", "PUT", {"phone": "1"}),
        (USERS, "POST", {**NEW, "company_id": company}),
        (f"/api/v4/activations/{home}/users/{user}", "GET", None),
        (f"/api/v4/activations/{home}/users/{user}", "PUT", {"phone": "1"}),
        (f"/api/v4/activations/{home}/users/{user}", "POST", None),
        (f"/api/v4/activations/{home}/users/{user}", "DELETE", None),
        (ACTIVATIONS, "POST", {"system_name": "S", "address": RENO, "owner_id": user}),
        (f"{ACTIVATIONS}/{home}", "PUT", {"address": RENO, "host_id": user}),
    ]
    before = partner.service.people.users[user].phone
    for path, method, body in calls:
        assert told(partner.ask(path, method, body), 401) == ["Not authorized to access requested resource."]
    assert partner.service.people.users[user].phone == before
    assert partner.listed() == [each.system_id for each in partner.service.homes]
    # that there is such a user anybody may know
    assert partner.ask(f"{USERS}/search", email=partner.service.people.users[user].email).status == 200


def test_a_branch_sees_what_is_its_own(partner: Partner) -> None:
    partner.ask(f"{COMPANIES}/{NORTH}/users", "POST", NEW)
    kim = partner.signed_in("kim@example.com")
    assert (kim.listed(), kim.systems()) == ([], set())
    made = partner.create(installer_id=NORTH)
    mine = kim.create(envoy_serial_numbers=["7"], owner_id=None)
    assert kim.listed() == [made, mine]
    assert (kim.read(mine)["installer_id"], kim.read(mine)["maintainer_name"]) == (NORTH, "Sunup Solar North")
    assert mine in partner.listed()  # the company sees its branches
    partner.later(SEEN)
    assert kim.systems() == {made}
    home = partner.service.system_ids[0]
    for path in (f"{ACTIVATIONS}/{home}", f"{COMPANIES}/{own(partner)}/users", f"{COMPANIES}/{SOUTH}/users"):
        assert kim.ask(path).status == 401
    partner.update(made, installer_id=SOUTH)
    assert kim.systems() == set()


def test_a_subcontractor_comes_with_the_activation(partner: Partner) -> None:
    made = partner.create(authorized_subcontractor_id=CREW)
    activation = partner.service.activations.find(made)
    crew = next(partner.service.people.colleagues(CREW))
    assert activation is not None
    assert partner.service.activations.managed(activation, crew)
    assert not partner.service.activations.managed(
        activation, next(partner.service.people.colleagues(OTHERS))
    )


def test_who_comes_to_the_company_sees_all_of_it(partner: Partner) -> None:
    made = created(partner)
    kim = partner.signed_in("kim@example.com")
    assert kim.systems() == set()
    assert partner.ask(f"{USERS}/{made['user_id']}", "PUT", {"company_id": own(partner)}).status == 200
    assert kim.systems() == partner.systems()
    assert kim.listed() == partner.listed()
    assert (
        partner.ask(
            f"{COMPANIES}/{own(partner)}/users/{made['user_id']}", "PUT", {"company_id": NORTH}
        ).status
        == 200
    )
    assert (kim.systems(), kim.listed()) == (set(), [])
    # nobody locks themselves out
    installer = partner.service.people.installer.user_id
    refused = partner.ask(f"{USERS}/{installer}", "PUT", {"company_id": NORTH})
    assert told(refused) == ["Nobody moves themselves to another company"]


# --------------------------------------------------------------------------------------------------- owners and access


def test_owners_look_at_their_own_and_change_nothing(partner: Partner) -> None:
    home, other = partner.service.system_ids[:2]
    owner = partner.signed_in("owner1@example.com")
    assert owner.listed() == [home]
    assert owner.read(home)["owner"] == partner.read(home)["owner"]
    assert "reference" not in owner.read(home)
    reads = ("estimate", "ops/production_mode", "battery_mode", f"users/{partner.owner()}")
    for path in reads:
        assert owner.ask(f"/api/v4/activations/{home}/{path}").status == 200
        assert owner.ask(f"/api/v4/activations/{other}/{path}").status == 401
    for path, method in (
        (f"{ACTIVATIONS}/{home}", "PUT"),
        (f"{ACTIVATIONS}/{home}", "DELETE"),
        (ACTIVATIONS, "POST"),
        (f"/api/v4/activations/{home}/ops/production_mode", "POST"),
        (f"/api/v4/activations/{home}/battery_mode", "PUT"),
        (f"/api/v4/activations/{home}/users/{partner.owner()}", "DELETE"),
        (USERS, "POST"),
    ):
        assert owner.ask(path, method, {}).status == 401
    assert owner.ask(f"{ACTIVATIONS}/{other}").status == 401
    assert owner.ask(f"{ACTIVATIONS}/5").status == 404
    assert owner.ask(f"{PARTNER_USERS}/{partner.owner(1)}").status == 401
    # who they are is up to them
    assert owner.ask(f"{USERS}/{partner.owner()}", "PUT", {"phone": "1"}).status == 200
    assert owner.ask(f"{USERS}/{partner.owner()}", "PUT", {"company_id": NORTH}).status == 401


def test_access_is_granted_and_taken(partner: Partner) -> None:
    home = partner.service.system_ids[0]
    friend, owner = partner.signed_in("owner2@example.com"), partner.signed_in("owner1@example.com")
    path = f"/api/v4/activations/{home}/users/{partner.owner(1)}"
    assert home not in friend.systems()
    granted = partner.ask(path, "POST")
    assert_conforms("grantActivationAccess", granted)
    assert granted.json == {"message": "User access granted successfully"}
    assert home in friend.systems()
    assert home in friend.listed()
    assert told(partner.ask(path, "POST")) == ["User already has access to this system"]
    revoked = partner.ask(path, "DELETE")
    assert revoked.json == {"message": "User access revoked successfully"}
    assert home not in friend.systems()
    assert friend.ask(f"{SYSTEMS}/{home}/summary").status == 403
    assert friend.ask(f"{ACTIVATIONS}/{home}").status == 401
    assert told(partner.ask(path, "DELETE")) == ["User has no access to this system"]
    # an owner may lose it, and stays the owner
    assert partner.ask(f"/api/v4/activations/{home}/users/{partner.owner()}", "DELETE").status == 200
    assert owner.systems() == set()
    assert partner.update(home, system_name="Villa")["owner_id"] == partner.owner()
    assert owner.systems() == set()


def test_a_system_changes_hands() -> None:
    partner = Partner(started(homes=4))
    home = partner.service.system_ids[0]
    first, second = (partner.signed_in(f"owner{number}@example.com") for number in (1, 2))
    assert partner.update(home, owner_id=partner.owner(1))["owner"]["email"] == "owner2@example.com"
    assert (home in first.systems(), home in second.systems()) == (False, True)
    partner.update(home, host_id=partner.owner(0))
    assert (home in first.systems(), home in second.systems()) == (True, True)
    partner.service.reset()
    first, second = (partner.signed_in(f"owner{number}@example.com") for number in (1, 2))
    assert (home in first.systems(), home in second.systems()) == (True, False)


def test_a_new_owner_signs_in_and_sees_the_new_system(partner: Partner) -> None:
    kim = created(partner)
    made = partner.create(owner_id=kim["user_id"])
    person = partner.signed_in("kim@example.com")
    assert person.listed() == [made]
    assert person.systems() == set()
    partner.later(SEEN)
    assert person.systems() == {made}
    assert person.get(f"{SYSTEMS}/{made}/summary")["modules"] == 12
    listed = person.get(f"/api/v4/activations/{made}/users/{kim['user_id']}")
    assert listed["uri"] == f"/api/v4/activations/{made}/users/{kim['user_id']}.json"


def test_users_who_joined_are_forgotten_by_a_reset(partner: Partner) -> None:
    created(partner)
    person = partner.signed_in("kim@example.com")
    token = person.headers["authorization"].removeprefix("Bearer ")
    grant = partner.service.accounts.tokens.access(token)
    assert grant is not None
    partner.service.reset()
    # a token of somebody who is not there any more, even one that no reset forgets
    partner.service.accounts.tokens.given["theirs"] = grant
    for bearer in (token, "theirs"):
        partner.service.change(auth="strict")
        person.headers = {**person.headers, "authorization": f"Bearer {bearer}"}
        assert person.ask(ACTIVATIONS).status == 401
    assert partner.service.people.find("kim@example.com") is None
    partner.service.change(auth="open")
    assert created(partner)["user_id"]
