"""Activations: what was entered for each, how far it is, and the system that it becomes.

Every home of the fleet is one that is done. One that is created goes on by itself, by the server's clock:

| when | what |
|---|---|
| it is created | stage 1, started |
| owner, address and the serial numbers of its gateways are entered | stage 2, connecting |
| a quarter of an hour later, at the next full quarter | the gateway reports: stage 3, verifying. Monitoring serves it |
| an hour later, at a full quarter, where microinverters are expected | they are seen, and meters and batteries, too: |
| | stage 4, operational. Now they are measured, and stay as they are whatever is entered |
| it is permitted to operate | it produces |
| a day after both | stage 5, done |

It is permitted while `operational` is true and `permission_to_operate` is not false, from `interconnect_date` on where
there is one. Microinverters are expected where `expected_pcu_count` says so; where it is entered later, the hour begins
then. A gateway that another activation has entered reports to the older one, so of two for one house the second stays
in stage 2.

The clock may be set back: then an activation is where it was, with what has been entered since.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from enphase_cloud.mock.accounts import Accounts
from enphase_cloud.mock.arrays import Layout
from enphase_cloud.mock.building import connected_home, entries_of, finished
from enphase_cloud.mock.devices import gateway_serials
from enphase_cloud.mock.entries import DEFAULTS, Entered
from enphase_cloud.mock.estimates import Estimate
from enphase_cloud.mock.fleet import DAY, STEP, draw
from enphase_cloud.mock.history import History
from enphase_cloud.mock.metering import Metering
from enphase_cloud.mock.people import KNOWN_SINCE, People, User
from enphase_cloud.mock.preferences import Timeline
from enphase_cloud.mock.production import Production
from enphase_cloud.mock.tariffs import Tariff

FIRST_ID = 700_000_000
CONNECTING_SECONDS, VERIFYING_SECONDS = 900, 3600
STARTED, CONNECTING, VERIFYING, OPERATIONAL, DONE = 1, 2, 3, 4, 5


class Activation:
    """One activation. Moments are epoch seconds.

    entered: what an installer entered; see `entries`
    access: ids of the users who may see the system
    subcontractors: ids of companies that work on it, and since when
    references: what companies call it, by their id
    ready_at: since when all is entered that the gateway needs to report
    reached_at: since when its gateways are its own, too
    counted_at: since when microinverters are expected of one whose gateway can report
    connected_at, verified_at: when it does, and when the microinverters have been seen; they may be still to come
    """

    def __init__(self, number: int | None, system_id: int, entered: Entered, production: Production) -> None:
        """`number`: counts those that were created; None: one of the fleet."""
        self.number = number
        self.system_id = system_id
        self.entered = entered
        self.production = production
        self.created_at = self.updated_at = KNOWN_SINCE
        self.access: set[int] = set()
        self.subcontractors: dict[int, int] = {}
        self.references: dict[int, str] = {}
        self.ready_at: int | None = None
        self.reached_at: int | None = None
        self.counted_at: int | None = None
        self.connected_at: int | None = None
        self.verified_at: int | None = None
        self.discharges_to_grid = Timeline(False)
        self.metering = Metering()
        self.tariff = Tariff()
        self._connected: History | None = None
        self._finished: History | None = None

    def stage(self, now: int) -> int:
        """How far it is, 1 to 5."""
        if not self.connected(now):
            return CONNECTING if self.ready_at is not None and self.ready_at <= now else STARTED
        if self.verified_at is None or now < self.verified_at:
            return VERIFYING
        since = self.production.permitted_since(now)
        return DONE if since is not None and now - max(since, self.verified_at) >= DAY else OPERATIONAL

    def connected(self, now: int) -> bool:
        """Whether the gateway has reported."""
        return self.connected_at is not None and self.connected_at <= now

    def verified(self, now: int) -> bool:
        """Whether the microinverters have been seen."""
        return self.verified_at is not None and self.verified_at <= now

    @cached_property
    def layout(self) -> Layout:
        """How its modules are laid out: those of the fleet are, those of others are not yet."""
        layout = Layout(self.system_id)
        if self.number is None and self._finished is not None:
            layout.arrange(self._finished.home)
        return layout

    @cached_property
    def estimate(self) -> Estimate:
        """What it is expected to produce; may be set."""
        if self.number is None and self._finished is not None:
            return Estimate.of(self._finished.home)
        return Estimate()

    @property
    def companies(self) -> set[int]:
        """The companies that have to do with it."""
        named = {self.entered["installer_id"], self.entered["maintainer_id"]}
        return {each for each in (*named, *self.subcontractors) if each is not None}

    @property
    def people(self) -> set[int]:
        """Owner and host."""
        return {each for each in (self.entered["owner_id"], self.entered["host_id"]) if each is not None}

    def history(self, now: int, seed: int) -> History | None:
        """The system that it has become by now; None: none yet."""
        if self.number is None:
            return self._finished
        if self.connected_at is None or not self.connected(now):
            return None
        if self._connected is None:
            home = connected_home(
                self.number, self.system_id, self.entered, seed=seed, connected_at=self.connected_at
            )
            self._connected = History(home, self.production)
        if self.verified_at is None or not self.verified(now):
            return self._connected
        if self._finished is None:
            home = finished(self._connected.home, self.entered, operational_at=self.verified_at)
            self._finished = History(home, self.production)
        return self._finished

    def settle(self, now: int, *, reachable: bool) -> None:
        """See how far it is with what is entered now. `reachable`: its gateways are its own."""
        if not self.connected(now):
            entered = self.entered
            complete = entered["owner_id"] is not None and entered["address"] is not None
            complete = complete and bool(entered["envoy_serial_numbers"])
            self.ready_at = _kept(self.ready_at, now) if complete else None
            self.reached_at = _kept(self.reached_at, now) if complete and reachable else None
            self.connected_at = (
                None if self.reached_at is None else _quarter(self.reached_at + CONNECTING_SECONDS)
            )
        if self.verified(now):
            return
        # nobody has seen the devices yet: they are as they are entered
        self._connected = self._finished = None
        if self.connected_at is None or not self.entered["expected_pcu_count"]:
            self.counted_at = self.verified_at = None
            return
        self.counted_at = _kept(self.counted_at, now)
        self.verified_at = _quarter(max(self.connected_at, self.counted_at) + VERIFYING_SECONDS)

    def permit(self, now: int) -> None:
        """Let it produce or not, as it was entered."""
        entered = self.entered
        permitted = entered["operational"] and entered["permission_to_operate"] is not False
        if self.production.permit(now, (entered["interconnect_date"] or 0) if permitted else None):
            self.produce_anew(now)

    def switch(self, now: int, *, on: bool) -> None:
        """Tell the gateway to let the microinverters produce, or not."""
        self.production.switch.change(now, on)
        self.produce_anew(now)

    def produce_anew(self, now: int) -> None:
        """Whether it may produce has changed."""
        for each in (self._connected, self._finished):
            if each is not None:
                each.produce_anew(now)

    def is_home(self, history: History) -> None:
        """It is one of the fleet, and has been done for long."""
        home = history.home
        self._finished = history
        self.ready_at = 0
        self.created_at = self.updated_at = home.connected_at or KNOWN_SINCE
        self.connected_at = home.connected_at
        self.verified_at = None if home.operational_at is None else home.operational_at + VERIFYING_SECONDS


class Activations:
    """The activations of one server."""

    def __init__(
        self, seed: int, histories: Mapping[int, History], people: People, accounts: Accounts
    ) -> None:
        """`histories`: the fleet, by system id."""
        self._seed = seed
        self._histories = histories
        self._people = people
        self._accounts = accounts
        self.reset()

    def reset(self) -> None:
        """Those of the fleet, as they were. The fleet itself and the people have to be as they were before."""
        self._created = 0
        self._own: dict[int, Activation] = {}
        self._fleet: dict[int, Activation] = {}

    def __iter__(self) -> Iterator[Activation]:
        """All of them, ascending by id."""
        for system_id in self._histories:
            yield self._of_fleet(system_id)
        yield from self._own.values()

    def find(self, system_id: int) -> Activation | None:
        """The activation with that id."""
        return self._of_fleet(system_id) if system_id in self._histories else self._own.get(system_id)

    def systems(self, now: int) -> list[History]:
        """The systems that those which were created have become by now, ascending by id."""
        found = (each.history(now, self._seed) for each in self._own.values())
        return [each for each in found if each is not None]

    def system(self, system_id: int, now: int) -> History | None:
        """The system that one of them has become by now."""
        found = self._own.get(system_id)
        return None if found is None else found.history(now, self._seed)

    def create(self, entered: Entered, now: int) -> Activation:
        """A new one, with nothing entered but what is given."""
        number = self._created
        self._created += 1
        system_id = FIRST_ID + 10 * number + draw(self._seed, "activation", number, "id") % 10
        made = Activation(number, system_id, {**DEFAULTS}, Production(permitted=False))
        made.created_at = now
        self._own[system_id] = made
        return self.change(made, entered, now)

    def change(self, activation: Activation, entered: Entered, now: int) -> Activation:
        """Enter other things. `entered` is complete, and follows the rules."""
        activation.history(now, self._seed)  # what has been seen by now stays
        before = activation.people
        activation.entered = entered
        after = activation.people
        activation.access = (activation.access - (before - after)) | (after - before)
        activation.updated_at = now
        self._settle(now)
        activation.permit(now)
        self.share(activation)
        return activation

    def delete(self, activation: Activation, now: int) -> None:
        """It is gone, and its gateways are free for others."""
        del self._own[activation.system_id]
        activation.access.clear()
        activation.entered = {**DEFAULTS}
        self.share(activation)
        self._settle(now)

    def share(self, activation: Activation) -> None:
        """Let those see the system who may: owner, host, whom it was granted, and the people of its companies."""
        for user in self._people.users.values():
            if user.username is not None:
                seen = self.visible(activation, user)
                self._accounts.show(user.username, activation.system_id, seen=seen)

    def welcome(self, user: User) -> None:
        """The same for one user, who may have come to a company, and all systems."""
        if user.username is None:
            return
        owner = self._accounts.owner(user.username)
        if owner is None:
            return
        everything = self._people.installer.company_id in self._people.group(user)
        seen = frozenset(each.system_id for each in self if self.visible(each, user))
        self._accounts.change(
            replace(owner, enl_cid=user.company_id, system_ids=None if everything else seen)
        )

    def visible(self, activation: Activation, user: User | None) -> bool:
        """Whether a user may look at it."""
        return user is not None and (user.user_id in activation.access or self.managed(activation, user))

    def managed(self, activation: Activation, user: User | None) -> bool:
        """Whether a user may change it: somebody of the companies that have to do with it."""
        return bool(self._people.group(user) & activation.companies)

    def names(self, activation: Activation, user: User | None) -> dict[str, Any]:
        """What companies call it: the user's own, and others. Who has no company sees no such names."""
        if user is None or user.company_id is None:
            return {}
        own = activation.references.get(user.company_id)
        others = [name for company, name in activation.references.items() if company != user.company_id]
        return ({} if own is None else {"reference": own}) | ({"other_references": others} if others else {})

    def customers(self, user: User) -> set[int]:
        """Owners and hosts of what a user may change."""
        return {person for each in self if self.managed(each, user) for person in each.people}

    def _of_fleet(self, system_id: int) -> Activation:
        found = self._fleet.get(system_id)
        if found is None:
            history = self._histories[system_id]
            company = self._people.installer.company_id or 0
            owner_id = self._first_owner(system_id)
            entered = entries_of(history, owner_id, company)
            found = Activation(None, system_id, entered, history.production)
            found.is_home(history)
            found.access = found.people
            found.references = _references(
                history.home.index, system_id, company, self._people.other.company_id
            )
            found.tariff = Tariff(history.home.operational_at)
            self._fleet[system_id] = found
        return found

    def _first_owner(self, system_id: int) -> int | None:
        return next(
            (each.enl_uid for each in self._accounts.first if system_id in (each.system_ids or ())), None
        )

    @cached_property
    def _fleet_gateways(self) -> dict[str, int]:
        return {
            serial: system_id
            for system_id, each in self._histories.items()
            for serial in gateway_serials(each.home)
        }

    def _settle(self, now: int) -> None:
        """Whose each gateway is: that of whoever entered it first, as the ids have it."""
        taken = {**self._fleet_gateways}
        for each in self._own.values():
            named = each.entered["envoy_serial_numbers"]
            own = [serial for serial in named if taken.setdefault(serial, each.system_id) == each.system_id]
            each.settle(now, reachable=own == named)


def _kept(since: int | None, now: int) -> int:
    """Since when something is so that is so now: since `since`, unless that is still to come."""
    return now if since is None else min(since, now)


def _quarter(moment: int) -> int:
    """The next full quarter of an hour."""
    return -(-moment // STEP) * STEP


def _references(index: int, system_id: int, own: int, other: int) -> dict[int, str]:
    """What companies call a home of the fleet: some have a name of either, some of none."""
    number = 100_000_000 + system_id % 10_000_000
    found = {} if index % 3 == 1 else {own: str(number)}
    return found if index % 4 == 3 else found | {other: f"PV-{number * 7 % 1_000_000:06d}"}
