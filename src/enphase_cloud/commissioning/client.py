"""Commissioning and AsyncCommissioning: what installers do, one call each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..flows.drive import result_of, result_of_async
from ..results import AsyncListing, Listing
from ..rows import Report
from .asking import Asking

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from ..records.base import Items
    from ..records.commissioning import (
        Activation,
        ActivationBatteryMode,
        Branches,
        CompanyUser,
        Confirmation,
        FoundUser,
        GridProfile,
        ListedActivation,
        Meter,
        MeterTask,
        ProductionEstimate,
        ProductionMode,
        PvManufacturer,
        PvModel,
        Subcontractors,
        SystemArray,
        SystemArrays,
        TariffSettings,
        TariffUpdate,
        User,
    )
    from ..transport.http import AsyncSession, Session
    from .activation import ActivationChanges, NewActivation
    from .layout import NewArray
    from .tariffs import NewTariff


class Commissioning(Asking):
    """What installers do: activations, the people around them, and what is set and built at a site.

    ```python
    from enphase_cloud.commissioning import Address, NewActivation

    new = NewActivation(system_name="House of Ada", reference="ADA1", address=Address(...))
    made = enphase.commissioning.create_activation(new)
    ```
    Made by `Enphase.commissioning`. The plan has to include Commissioning, which `partner` does. It allows 200 hits a
    month for each operation that changes something; QuotaExhausted is raised, and nothing sent, where they are used up.

    What the caller may not see is refused with 401, AuthenticationError, as is a token that has run out: a client that
    can renew its token does so and asks once more, which makes it two hits.

    What creates, grants, revokes, deletes or tells a device something is sent once, whatever happens. What sets the
    same when it is sent twice is sent once, too, unless `Retry(settings=True)`.
    """

    _session: Session

    def activations(
        self,
        *,
        stage: int | Iterable[int] | str | None = None,
        reference: str | None = None,
        system_name: str | None = None,
        installer_id: int | str | None = None,
        owner_id: int | str | None = None,
        host_id: int | str | None = None,
        street1: str | None = None,
        street2: str | None = None,
        city: str | None = None,
        state: str | None = None,
        postal_code: str | None = None,
        country: str | None = None,
    ) -> Listing[ListedActivation]:
        """The activations that fit all that is named, each once, as they come; without any filter, all of them.

        Args:
            stage: Only those in this stage, 1 to 5, or in one of several; `in_progress` for 1 to 4.
            reference: Only the one that your company knows by this. Texts are compared whole, in letters of any size.
            system_name: Only those of this name.
            installer_id: Only those of this installing company.
            owner_id: Only those of this owner; `null` for those without one.
            host_id: Only those of this host; `null` for those without one.
            street1: Only those with this first line of the street.
            street2: Only those with this second line of the street.
            city: Only those in this city.
            state: Only those in this state, by its code.
            postal_code: Only those with this postal code.
            country: Only those in this country, by its code.

        One hit for each 1,000 of them, made as they are read; none before. InvalidRequest, before them, for what can be
        no filter: the service would ignore it, and list everything. Reading raises the other EnphaseErrors.
        Operation: listActivations.
        """
        query = self._activations(
            stage=stage,
            reference=reference,
            system_name=system_name,
            installer_id=installer_id,
            owner_id=owner_id,
            host_id=host_id,
            street1=street1,
            street2=street2,
            city=city,
            state=state,
            postal_code=postal_code,
            country=country,
        )
        return Listing(query, self._session)

    def activation(self, activation_id: int | str, *, expand: str | Iterable[str] = ()) -> Activation:
        """One activation by its id, which is the id of its system.

        Args:
            expand: What comes in full, in place of names: `owner`, `owner.company`, `host`, `host.company`.

        One hit. NotFound where there is none. Raises EnphaseErrors. Operation: getActivation.
        """
        return result_of(self._activation(activation_id, expand), self._session)

    def create_activation(
        self, new: NewActivation, *, check_reference: bool = True, united_states: bool = True
    ) -> Activation:
        """Create an activation, once. **It costs two dollars**, beyond its hits.

        Args:
            new: What is to be created. Its `reference` is what it is known by.
            check_reference: Look first whether there is one with this reference, which costs a hit. False: no look, and
                no reference is needed; then nothing keeps it from being created a second time.
            united_states: Whether your company is in the United States, where every activation needs an address.

        Where the answer is lost (no connection, a failing service, an answer that is none), it is looked for by its
        reference, and what was created is returned; it is never sent again by itself. Where nothing is found, the error
        is raised, and says so. One at a time is created by all processes that share a home.

        Two hits; up to four where an answer is lost. `estimate_activations()` says so beforehand. InvalidRequest,
        before any call, says all that the vendor's documents would refuse (docs/commissioning.md lists the rules).
        DuplicateActivation, which has it, where the reference is taken. Raises EnphaseErrors.
        Operations: listActivations, createActivation, getActivation.
        """
        report = Report()
        flow = self._create_activation(
            new, report, check_reference=check_reference, united_states=united_states
        )
        return result_of(flow, self._session, report)

    def update_activation(
        self, activation_id: int | str, changes: ActivationChanges, *, united_states: bool = True
    ) -> Activation:
        """Change an activation. Returns it as it is then.

        Args:
            changes: What is to be changed; what is None in it stays as it is.
            united_states: Whether your company is in the United States, where every change needs the address, too.

        One hit. InvalidRequest, before it, as `create_activation`. NotFound where there is none. Raises EnphaseErrors.
        Operation: updateActivation.
        """
        return result_of(
            self._update_activation(activation_id, changes, united_states=united_states), self._session
        )

    def delete_activation(self, activation_id: int | str) -> Confirmation:
        """Take an activation back: one in stage 1 or 2, without active devices. What it cost is not given back.

        One hit. InvalidRequest where it is too far, or has devices; NotFound where there is none. Raises EnphaseErrors.
        Operation: deleteActivation.
        """
        return result_of(self._delete_activation(activation_id), self._session)

    def battery_mode(self, activation_id: int | str) -> ActivationBatteryMode:
        """What the battery may do with the grid.

        One hit. InvalidRequest for a site without batteries. Raises EnphaseErrors. Operation: getActivationBatteryMode.
        """
        return result_of(self._battery_mode(activation_id), self._session)

    def update_battery_mode(
        self, activation_id: int | str, *, cfg_allowed: bool, dtg_allowed: bool
    ) -> Confirmation:
        """Say what the battery may do with the grid.

        Args:
            cfg_allowed: Whether it may charge from the grid.
            dtg_allowed: Whether it may discharge to the grid.

        One hit. InvalidRequest for a site without batteries. Raises EnphaseErrors. Operation:
        updateActivationBatteryMode.
        """
        return result_of(self._update_battery_mode(activation_id, cfg_allowed, dtg_allowed), self._session)

    def production_mode(self, activation_id: int | str) -> ProductionMode:
        """Whether the microinverters may produce, and how many of them do.

        One hit. InvalidRequest before stage 3. Raises EnphaseErrors. Operation: getProductionMode.
        """
        return result_of(self._production_mode(activation_id), self._session)

    def set_production_mode(self, activation_id: int | str, mode: str) -> Confirmation:
        """Let the microinverters produce, or not: **a house without its solar power**, until it is turned on again.

        Args:
            mode: `on` or `off`.

        One hit. That it was accepted does not say that it is done: the gateway follows when it can. InvalidRequest
        before stage 3. Raises EnphaseErrors. Operation: setProductionMode.
        """
        return result_of(self._set_production_mode(activation_id, mode), self._session)

    def production_estimate(self, activation_id: int | str) -> ProductionEstimate:
        """What the system is expected to produce: kWh for each month, and percent less from year to year.

        One hit. Raises EnphaseErrors. Operation: getActivationEstimate.
        """
        return result_of(self._production_estimate(activation_id), self._session)

    def update_production_estimate(
        self, activation_id: int | str, *, degrade_factor: float, month_estimates: Sequence[float]
    ) -> ProductionEstimate:
        """Say what the system is expected to produce. Returns what is set then.

        Args:
            degrade_factor: Percent by which production falls from year to year, 0 or more.
            month_estimates: Twelve numbers of kWh above 0, January to December; none takes them away.

        One hit. Raises EnphaseErrors. Operation: updateActivationEstimate.
        """
        return result_of(
            self._update_production_estimate(activation_id, degrade_factor, month_estimates), self._session
        )

    def grant_access(self, activation_id: int | str, user_id: int | str) -> Confirmation:
        """Let a user see a system: its owner or host, a user that you created, or one of your company or its branches.

        One hit. AuthenticationError for any other user. Raises EnphaseErrors. Operation: grantActivationAccess.
        """
        return result_of(self._grant_access(activation_id, user_id), self._session)

    def revoke_access(self, activation_id: int | str, user_id: int | str) -> Confirmation:
        """Take from a user the permission to see a system.

        One hit. AuthenticationError for a user that is not yours to handle. Raises EnphaseErrors. Operation:
        revokeActivationAccess.
        """
        return result_of(self._revoke_access(activation_id, user_id), self._session)

    def activation_user(self, activation_id: int | str, user_id: int | str, *, company: bool = False) -> User:
        """A user as far as they have to do with an activation.

        Args:
            company: Whether the company comes with the answer.

        One hit. NotFound where there is none. Raises EnphaseErrors. Operation: getActivationUser.
        """
        return result_of(self._activation_user(activation_id, user_id, company), self._session)

    def update_activation_user(
        self,
        activation_id: int | str,
        user_id: int | str,
        *,
        email: str | None = None,
        first_name: str | None = None,
        last_name: str | None = None,
        phone: str | None = None,
        enlighten_emails: bool | None = None,
        enlighten_view: str | None = None,
        company_id: int | str | None = None,
    ) -> User:
        """Change a user of an activation; what is None stays as it is. Returns the user. See `update_user`.

        One hit. Raises EnphaseErrors. Operation: updateActivationUser.
        """
        return result_of(
            self._update_activation_user(
                activation_id,
                user_id,
                email=email,
                first_name=first_name,
                last_name=last_name,
                phone=phone,
                enlighten_emails=enlighten_emails,
                enlighten_view=enlighten_view,
                company_id=company_id,
            ),
            self._session,
        )

    def find_user(self, email: str) -> FoundUser:
        """Who has an email address: the ids of the user and of their company.

        One hit. NotFound where nobody has it. Raises EnphaseErrors. Operation: searchUser.
        """
        return result_of(self._find_user(email), self._session)

    def user(self, user_id: int | str, *, company: bool = False) -> User:
        """A user: yourself, one that you created, or one of your company or its branches.

        Args:
            company: Whether the company comes with the answer.

        One hit. AuthenticationError for anybody else. Raises EnphaseErrors. Operation: getUser.
        """
        return result_of(self._user(user_id, company), self._session)

    def current_user(self, *, company: bool = False) -> User:
        """The user that the access token stands for.

        Args:
            company: Whether the company comes with the answer.

        One hit. Raises EnphaseErrors. Operation: getCurrentUser.
        """
        return result_of(self._current_user(company), self._session)

    def create_home_owner(
        self,
        *,
        email: str,
        first_name: str,
        last_name: str,
        phone: str | None = None,
        enlighten_emails: bool | None = None,
        enlighten_view: str | None = None,
        company_id: int | str | None = None,
    ) -> User:
        """Create a user: a home owner, or with `company_id` one of that company.

        Args:
            email: Nobody else may have it.
            enlighten_emails: Whether the user gets automated emails; by default not.
            enlighten_view: `my` (the default) or, for people of companies, `manager`.

        One hit. InvalidRequest where the address is taken: `find_user` says by whom. After a lost answer, too, it tells
        whether the user was created. Raises EnphaseErrors. Operation: createHomeOwner.
        """
        return result_of(
            self._create_home_owner(
                email=email,
                first_name=first_name,
                last_name=last_name,
                phone=phone,
                enlighten_emails=enlighten_emails,
                enlighten_view=enlighten_view,
                company_id=company_id,
            ),
            self._session,
        )

    def update_user(
        self,
        user_id: int | str,
        *,
        email: str | None = None,
        first_name: str | None = None,
        last_name: str | None = None,
        phone: str | None = None,
        enlighten_emails: bool | None = None,
        enlighten_view: str | None = None,
        company_id: int | str | None = None,
    ) -> User:
        """Change a user; what is None stays as it is. Returns the user.

        Args:
            enlighten_view: `my` or `manager`; a user of a company always has `manager`.
            company_id: The company that the user is to belong to; you need access to both.

        One hit. InvalidRequest, before it, where nothing is to be changed, and where the email address is taken. Raises
        EnphaseErrors. Operation: updateUser.
        """
        return result_of(
            self._update_user(
                user_id,
                email=email,
                first_name=first_name,
                last_name=last_name,
                phone=phone,
                enlighten_emails=enlighten_emails,
                enlighten_view=enlighten_view,
                company_id=company_id,
            ),
            self._session,
        )

    def company_users(self, company_id: int | str) -> Items[CompanyUser]:
        """The users of a company: id and email address of each.

        One hit. NotFound where there is no such company. Raises EnphaseErrors. Operation: listCompanyUsers.
        """
        return result_of(self._company_users(company_id), self._session)

    def company_user(self, company_id: int | str, user_id: int | str, *, company: bool = False) -> User:
        """One user of a company.

        Args:
            company: Whether the company comes with the answer.

        One hit. NotFound where there is none. Raises EnphaseErrors. Operation: getCompanyUser.
        """
        return result_of(self._company_user(company_id, user_id, company), self._session)

    def create_company_user(
        self,
        company_id: int | str,
        *,
        email: str,
        first_name: str,
        last_name: str,
        phone: str | None = None,
        enlighten_emails: bool | None = None,
    ) -> User:
        """Create a user of a company. See `create_home_owner`.

        One hit. NotFound where there is no such company. Raises EnphaseErrors. Operation: createCompanyUser.
        """
        return result_of(
            self._create_company_user(
                company_id,
                email=email,
                first_name=first_name,
                last_name=last_name,
                phone=phone,
                enlighten_emails=enlighten_emails,
            ),
            self._session,
        )

    def update_company_user(
        self,
        company_id: int | str,
        user_id: int | str,
        *,
        email: str | None = None,
        first_name: str | None = None,
        last_name: str | None = None,
        phone: str | None = None,
        enlighten_emails: bool | None = None,
        new_company_id: int | str | None = None,
    ) -> User:
        """Change a user of a company; what is None stays as it is. Returns the user.

        Args:
            new_company_id: The company that the user is to belong to from now on; you need access to both.

        One hit. InvalidRequest, before it, where nothing is to be changed. Raises EnphaseErrors. Operation:
        updateCompanyUser.
        """
        return result_of(
            self._update_company_user(
                company_id,
                user_id,
                email=email,
                first_name=first_name,
                last_name=last_name,
                phone=phone,
                enlighten_emails=enlighten_emails,
                new_company_id=new_company_id,
            ),
            self._session,
        )

    def branches(self) -> Branches:
        """Your company, and its branches.

        One hit. Raises EnphaseErrors. Operation: listBranches.
        """
        return result_of(self._branches(), self._session)

    def subcontractors(self) -> Subcontractors:
        """Your company, and the companies that may work for it.

        One hit. Raises EnphaseErrors. Operation: listAuthorizedSubcontractors.
        """
        return result_of(self._subcontractors(), self._session)

    def grid_profiles(self) -> Items[GridProfile]:
        """The grid profiles that microinverters can be set to.

        One hit. Raises EnphaseErrors. Operation: listGridProfiles.
        """
        return result_of(self._grid_profiles(), self._session)

    def pv_manufacturers(self) -> Items[PvManufacturer]:
        """The manufacturers of PV modules that the service knows: id and name of each.

        One hit. Raises EnphaseErrors. Operation: listPvManufacturers.
        """
        return result_of(self._pv_manufacturers(), self._session)

    def pv_models(self, pv_manufacturer_id: int | str) -> Items[PvModel]:
        """The PV modules of a manufacturer that the service knows: id and name of each.

        One hit. NotFound where there is no such manufacturer. Raises EnphaseErrors. Operation: listPvModels.
        """
        return result_of(self._pv_models(pv_manufacturer_id), self._session)

    def meter(self, system_id: int | str, serial_number: str) -> Meter:
        """One meter of a system.

        One hit. NotFound where there is none. Raises EnphaseErrors. Operation: getSystemMeter.
        """
        return result_of(self._meter(system_id, serial_number), self._session)

    def update_meter(self, system_id: int | str, serial_number: str, operational_date: date | str) -> Meter:
        """Say on which date a meter went to work. Returns the meter.

        Args:
            operational_date: A date, or its text (YYYY-MM-DD).

        One hit. NotFound where there is none. Raises EnphaseErrors. Operation: updateSystemMeter.
        """
        return result_of(self._update_meter(system_id, serial_number, operational_date), self._session)

    def set_meter(self, activation_id: int | str, serial_number: str, status: str) -> MeterTask:
        """Enable or disable a meter. It follows later: its `state` tells.

        Args:
            status: `enabled` or `disabled`.

        One hit. NotFound where there is none. Raises EnphaseErrors. Operation: controlMeter.
        """
        return result_of(self._set_meter(activation_id, serial_number, status), self._session)

    def tariff(self, system_id: int | str) -> TariffSettings:
        """What energy costs at a site and what is paid for it, and how far its last change is.

        One hit. Raises EnphaseErrors. Operation: getSystemTariffSettings.
        """
        return result_of(self._tariff(system_id), self._session)

    def update_tariff(self, system_id: int | str, tariff: NewTariff) -> TariffUpdate:
        """Replace the tariff of a site. The gateway takes it over later: `task` of the tariff tells.

        Args:
            tariff: All of it: what it does not say is gone. `NewTariff.of()` makes one of what was read.

        One hit. InvalidRequest, before it, for times without a price or with two. Raises EnphaseErrors. Operation:
        updateSystemTariffSettings.
        """
        return result_of(self._update_tariff(system_id, tariff), self._session)

    def arrays(self, system_id: int | str) -> SystemArrays:
        """How the modules of a system are laid out.

        One hit. Raises EnphaseErrors. Operation: getSystemArrays.
        """
        return result_of(self._arrays(system_id), self._session)

    def array(self, system_id: int | str, array_id: int | str) -> SystemArray:
        """One array of a system.

        One hit. NotFound where there is none. Raises EnphaseErrors. Operation: getSystemArray.
        """
        return result_of(self._array(system_id, array_id), self._session)

    def update_arrays(
        self, system_id: int | str, arrays: Iterable[NewArray], *, angle: int | None
    ) -> SystemArrays:
        """Replace the layout of a system. Returns it. **Arrays that are not named are gone.**

        Args:
            arrays: All arrays of the system; those that are there already with their ids.
            angle: How the whole layout is turned, in degrees; as it was read, where it stays so.

        One hit. InvalidRequest, before it, where a microinverter is on two modules. Raises EnphaseErrors. Operation:
        updateSystemArrays.
        """
        return result_of(self._update_arrays(system_id, arrays, angle), self._session)

    def update_array(self, system_id: int | str, array_id: int | str, array: NewArray) -> SystemArray:
        """Replace one array. Returns it. **Modules that are not named are gone.**

        One hit. NotFound where there is none. Raises EnphaseErrors. Operation: updateSystemArray.
        """
        return result_of(self._update_array(system_id, array_id, array), self._session)

    def delete_array(self, system_id: int | str, array_id: int | str) -> Confirmation:
        """Take an array out of the layout of a system.

        One hit. NotFound where there is none. Raises EnphaseErrors. Operation: deleteSystemArray.
        """
        return result_of(self._delete_array(system_id, array_id), self._session)


class AsyncCommissioning(Asking):
    """The same for an event loop: the same names, with `await`, and `async for` for the list. See Commissioning."""

    _session: AsyncSession

    def activations(
        self,
        *,
        stage: int | Iterable[int] | str | None = None,
        reference: str | None = None,
        system_name: str | None = None,
        installer_id: int | str | None = None,
        owner_id: int | str | None = None,
        host_id: int | str | None = None,
        street1: str | None = None,
        street2: str | None = None,
        city: str | None = None,
        state: str | None = None,
        postal_code: str | None = None,
        country: str | None = None,
    ) -> AsyncListing[ListedActivation]:
        """The activations that fit all that is named, for `async for`. See Commissioning.activations."""
        query = self._activations(
            stage=stage,
            reference=reference,
            system_name=system_name,
            installer_id=installer_id,
            owner_id=owner_id,
            host_id=host_id,
            street1=street1,
            street2=street2,
            city=city,
            state=state,
            postal_code=postal_code,
            country=country,
        )
        return AsyncListing(query, self._session)

    async def activation(self, activation_id: int | str, *, expand: str | Iterable[str] = ()) -> Activation:
        """One activation by its id, which is the id of its system. See Commissioning.activation."""
        return await result_of_async(self._activation(activation_id, expand), self._session)

    async def create_activation(
        self, new: NewActivation, *, check_reference: bool = True, united_states: bool = True
    ) -> Activation:
        """Create an activation, once. See Commissioning.create_activation."""
        report = Report()
        flow = self._create_activation(
            new, report, check_reference=check_reference, united_states=united_states
        )
        return await result_of_async(flow, self._session, report)

    async def update_activation(
        self, activation_id: int | str, changes: ActivationChanges, *, united_states: bool = True
    ) -> Activation:
        """Change an activation. See Commissioning.update_activation."""
        return await result_of_async(
            self._update_activation(activation_id, changes, united_states=united_states), self._session
        )

    async def delete_activation(self, activation_id: int | str) -> Confirmation:
        """Take an activation back. See Commissioning.delete_activation."""
        return await result_of_async(self._delete_activation(activation_id), self._session)

    async def battery_mode(self, activation_id: int | str) -> ActivationBatteryMode:
        """What the battery may do with the grid. See Commissioning.battery_mode."""
        return await result_of_async(self._battery_mode(activation_id), self._session)

    async def update_battery_mode(
        self, activation_id: int | str, *, cfg_allowed: bool, dtg_allowed: bool
    ) -> Confirmation:
        """Say what the battery may do with the grid. See Commissioning.update_battery_mode."""
        return await result_of_async(
            self._update_battery_mode(activation_id, cfg_allowed, dtg_allowed), self._session
        )

    async def production_mode(self, activation_id: int | str) -> ProductionMode:
        """Whether the microinverters may produce, and how many of them do. See Commissioning.production_mode."""
        return await result_of_async(self._production_mode(activation_id), self._session)

    async def set_production_mode(self, activation_id: int | str, mode: str) -> Confirmation:
        """Let the microinverters produce, or not. See Commissioning.set_production_mode."""
        return await result_of_async(self._set_production_mode(activation_id, mode), self._session)

    async def production_estimate(self, activation_id: int | str) -> ProductionEstimate:
        """What the system is expected to produce. See Commissioning.production_estimate."""
        return await result_of_async(self._production_estimate(activation_id), self._session)

    async def update_production_estimate(
        self, activation_id: int | str, *, degrade_factor: float, month_estimates: Sequence[float]
    ) -> ProductionEstimate:
        """Say what the system is expected to produce. See Commissioning.update_production_estimate."""
        return await result_of_async(
            self._update_production_estimate(activation_id, degrade_factor, month_estimates), self._session
        )

    async def grant_access(self, activation_id: int | str, user_id: int | str) -> Confirmation:
        """Let a user see a system. See Commissioning.grant_access."""
        return await result_of_async(self._grant_access(activation_id, user_id), self._session)

    async def revoke_access(self, activation_id: int | str, user_id: int | str) -> Confirmation:
        """Take from a user the permission to see a system. See Commissioning.revoke_access."""
        return await result_of_async(self._revoke_access(activation_id, user_id), self._session)

    async def activation_user(
        self, activation_id: int | str, user_id: int | str, *, company: bool = False
    ) -> User:
        """A user as far as they have to do with an activation. See Commissioning.activation_user."""
        return await result_of_async(self._activation_user(activation_id, user_id, company), self._session)

    async def update_activation_user(
        self,
        activation_id: int | str,
        user_id: int | str,
        *,
        email: str | None = None,
        first_name: str | None = None,
        last_name: str | None = None,
        phone: str | None = None,
        enlighten_emails: bool | None = None,
        enlighten_view: str | None = None,
        company_id: int | str | None = None,
    ) -> User:
        """Change a user of an activation; what is None stays as it is. See Commissioning.update_activation_user."""
        return await result_of_async(
            self._update_activation_user(
                activation_id,
                user_id,
                email=email,
                first_name=first_name,
                last_name=last_name,
                phone=phone,
                enlighten_emails=enlighten_emails,
                enlighten_view=enlighten_view,
                company_id=company_id,
            ),
            self._session,
        )

    async def find_user(self, email: str) -> FoundUser:
        """Who has an email address. See Commissioning.find_user."""
        return await result_of_async(self._find_user(email), self._session)

    async def user(self, user_id: int | str, *, company: bool = False) -> User:
        """A user. See Commissioning.user."""
        return await result_of_async(self._user(user_id, company), self._session)

    async def current_user(self, *, company: bool = False) -> User:
        """The user that the access token stands for. See Commissioning.current_user."""
        return await result_of_async(self._current_user(company), self._session)

    async def create_home_owner(
        self,
        *,
        email: str,
        first_name: str,
        last_name: str,
        phone: str | None = None,
        enlighten_emails: bool | None = None,
        enlighten_view: str | None = None,
        company_id: int | str | None = None,
    ) -> User:
        """Create a user. See Commissioning.create_home_owner."""
        return await result_of_async(
            self._create_home_owner(
                email=email,
                first_name=first_name,
                last_name=last_name,
                phone=phone,
                enlighten_emails=enlighten_emails,
                enlighten_view=enlighten_view,
                company_id=company_id,
            ),
            self._session,
        )

    async def update_user(
        self,
        user_id: int | str,
        *,
        email: str | None = None,
        first_name: str | None = None,
        last_name: str | None = None,
        phone: str | None = None,
        enlighten_emails: bool | None = None,
        enlighten_view: str | None = None,
        company_id: int | str | None = None,
    ) -> User:
        """Change a user; what is None stays as it is. See Commissioning.update_user."""
        return await result_of_async(
            self._update_user(
                user_id,
                email=email,
                first_name=first_name,
                last_name=last_name,
                phone=phone,
                enlighten_emails=enlighten_emails,
                enlighten_view=enlighten_view,
                company_id=company_id,
            ),
            self._session,
        )

    async def company_users(self, company_id: int | str) -> Items[CompanyUser]:
        """The users of a company. See Commissioning.company_users."""
        return await result_of_async(self._company_users(company_id), self._session)

    async def company_user(self, company_id: int | str, user_id: int | str, *, company: bool = False) -> User:
        """One user of a company. See Commissioning.company_user."""
        return await result_of_async(self._company_user(company_id, user_id, company), self._session)

    async def create_company_user(
        self,
        company_id: int | str,
        *,
        email: str,
        first_name: str,
        last_name: str,
        phone: str | None = None,
        enlighten_emails: bool | None = None,
    ) -> User:
        """Create a user of a company. See Commissioning.create_company_user."""
        return await result_of_async(
            self._create_company_user(
                company_id,
                email=email,
                first_name=first_name,
                last_name=last_name,
                phone=phone,
                enlighten_emails=enlighten_emails,
            ),
            self._session,
        )

    async def update_company_user(
        self,
        company_id: int | str,
        user_id: int | str,
        *,
        email: str | None = None,
        first_name: str | None = None,
        last_name: str | None = None,
        phone: str | None = None,
        enlighten_emails: bool | None = None,
        new_company_id: int | str | None = None,
    ) -> User:
        """Change a user of a company; what is None stays as it is. See Commissioning.update_company_user."""
        return await result_of_async(
            self._update_company_user(
                company_id,
                user_id,
                email=email,
                first_name=first_name,
                last_name=last_name,
                phone=phone,
                enlighten_emails=enlighten_emails,
                new_company_id=new_company_id,
            ),
            self._session,
        )

    async def branches(self) -> Branches:
        """Your company, and its branches. See Commissioning.branches."""
        return await result_of_async(self._branches(), self._session)

    async def subcontractors(self) -> Subcontractors:
        """Your company, and the companies that may work for it. See Commissioning.subcontractors."""
        return await result_of_async(self._subcontractors(), self._session)

    async def grid_profiles(self) -> Items[GridProfile]:
        """The grid profiles that microinverters can be set to. See Commissioning.grid_profiles."""
        return await result_of_async(self._grid_profiles(), self._session)

    async def pv_manufacturers(self) -> Items[PvManufacturer]:
        """The manufacturers of PV modules that the service knows. See Commissioning.pv_manufacturers."""
        return await result_of_async(self._pv_manufacturers(), self._session)

    async def pv_models(self, pv_manufacturer_id: int | str) -> Items[PvModel]:
        """The PV modules of a manufacturer that the service knows. See Commissioning.pv_models."""
        return await result_of_async(self._pv_models(pv_manufacturer_id), self._session)

    async def meter(self, system_id: int | str, serial_number: str) -> Meter:
        """One meter of a system. See Commissioning.meter."""
        return await result_of_async(self._meter(system_id, serial_number), self._session)

    async def update_meter(
        self, system_id: int | str, serial_number: str, operational_date: date | str
    ) -> Meter:
        """Say on which date a meter went to work. See Commissioning.update_meter."""
        return await result_of_async(
            self._update_meter(system_id, serial_number, operational_date), self._session
        )

    async def set_meter(self, activation_id: int | str, serial_number: str, status: str) -> MeterTask:
        """Enable or disable a meter. See Commissioning.set_meter."""
        return await result_of_async(self._set_meter(activation_id, serial_number, status), self._session)

    async def tariff(self, system_id: int | str) -> TariffSettings:
        """What energy costs at a site, and what is paid for it. See Commissioning.tariff."""
        return await result_of_async(self._tariff(system_id), self._session)

    async def update_tariff(self, system_id: int | str, tariff: NewTariff) -> TariffUpdate:
        """Replace the tariff of a site. See Commissioning.update_tariff."""
        return await result_of_async(self._update_tariff(system_id, tariff), self._session)

    async def arrays(self, system_id: int | str) -> SystemArrays:
        """How the modules of a system are laid out. See Commissioning.arrays."""
        return await result_of_async(self._arrays(system_id), self._session)

    async def array(self, system_id: int | str, array_id: int | str) -> SystemArray:
        """One array of a system. See Commissioning.array."""
        return await result_of_async(self._array(system_id, array_id), self._session)

    async def update_arrays(
        self, system_id: int | str, arrays: Iterable[NewArray], *, angle: int | None
    ) -> SystemArrays:
        """Replace the layout of a system. See Commissioning.update_arrays."""
        return await result_of_async(self._update_arrays(system_id, arrays, angle), self._session)

    async def update_array(self, system_id: int | str, array_id: int | str, array: NewArray) -> SystemArray:
        """Replace one array. See Commissioning.update_array."""
        return await result_of_async(self._update_array(system_id, array_id, array), self._session)

    async def delete_array(self, system_id: int | str, array_id: int | str) -> Confirmation:
        """Take an array out of the layout of a system. See Commissioning.delete_array."""
        return await result_of_async(self._delete_array(system_id, array_id), self._session)
