"""`enphase commissioning`: what is set, built and known at a site."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ..records.commissioning import ArrayModule, GridProfile, SystemArray, TariffSettings
from .formats import chosen, chosen_for_one
from .installer import ID, asking, installer_command, joined, show_one, write_pairs
from .records import brief, columns_of, write
from .series import SYSTEM_ID
from .text import counted, note
from .told import tell_problems

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..records.commissioning import SystemArrays, Tariff, TariffSeason
    from .app import Settings
    from .output import Output

FEW_OF_PROFILES = ("id", "name", "version", "countries", "states", "envoy_type")
FEW_OF_ARRAYS = ("id", "label", "modules", "tilt", "angle", "left", "top", "provisioned_envoy")
PRICES = ("direction", "season", "from", "days", "at", "rate")


@installer_command("battery-mode")
@click.argument("activation_id", metavar="ACTIVATION", type=ID)
def battery_mode(settings: Settings, *, activation_id: int, csv_file: str | None, as_json: bool) -> None:
    """Show what the battery may do with the grid.

    Whether that of an ACTIVATION may charge from it (cfg), and discharge to it (dtg).
    """
    show_one(settings, lambda asked: asked.battery_mode(activation_id), csv_file, as_json=as_json)


@installer_command("production-mode")
@click.argument("activation_id", metavar="ACTIVATION", type=ID)
def production_mode(settings: Settings, *, activation_id: int, csv_file: str | None, as_json: bool) -> None:
    """Show whether microinverters may produce.

    Those of an ACTIVATION, from stage 3 on; and how many of them do.
    """
    show_one(settings, lambda asked: asked.production_mode(activation_id), csv_file, as_json=as_json)


@installer_command("estimate")
@click.argument("activation_id", metavar="ACTIVATION", type=ID)
def estimate(settings: Settings, *, activation_id: int, csv_file: str | None, as_json: bool) -> None:
    """Show what a system is to produce.

    kWh for each month, January to December, and percent less from year to year.
    """
    show_one(
        settings,
        lambda asked: asked.production_estimate(activation_id),
        csv_file,
        as_json=as_json,
        degrade_factor="% a year",
        month_estimates="kWh",
    )


@installer_command("grid-profiles")
def grid_profiles(settings: Settings, *, csv_file: str | None, as_json: bool) -> None:
    """List the grid profiles.

    Microinverters can be set to one: `grid_profile` of an activation takes its id.
    """
    with asking(settings, chosen(csv_file, as_json=as_json), "profile") as asked:
        found = asked.commissioning.grid_profiles()
        output = asked.output
        columns = brief(output, columns_of(GridProfile), FEW_OF_PROFILES)
        output.begin(columns)
        for each in found:
            values = (getattr(each, column) for column in columns)
            output.add([joined(output, value) if isinstance(value, tuple) else value for value in values])
        tell_problems(found.problems)


@installer_command("meter")
@click.argument("system", type=SYSTEM_ID)
@click.argument("serial")
def meter(settings: Settings, *, system: int, serial: str, csv_file: str | None, as_json: bool) -> None:
    """Show a meter of a system.

    The one with the serial number SERIAL. Times are UTC.
    """
    show_one(settings, lambda asked: asked.meter(system, serial), csv_file, as_json=as_json)


@installer_command("pv-manufacturers")
def pv_manufacturers(settings: Settings, *, csv_file: str | None, as_json: bool) -> None:
    """List the manufacturers of modules."""
    with asking(settings, chosen(csv_file, as_json=as_json), "manufacturer") as asked:
        found = asked.commissioning.pv_manufacturers()
        write_pairs(asked.output, ("pv_manufacturer_id", "name"), found)
        tell_problems(found.problems)


@installer_command("pv-models")
@click.argument("manufacturer_id", metavar="MANUFACTURER", type=ID)
def pv_models(settings: Settings, *, manufacturer_id: int, csv_file: str | None, as_json: bool) -> None:
    """List the modules of a manufacturer.

    By the id that `pv-manufacturers` shows.
    """
    with asking(settings, chosen(csv_file, as_json=as_json), "module") as asked:
        found = asked.commissioning.pv_models(manufacturer_id)
        write_pairs(asked.output, ("pv_model_id", "name"), found)
        tell_problems(found.problems)


@installer_command("tariff")
@click.argument("system", type=SYSTEM_ID)
def tariff(settings: Settings, *, system: int, csv_file: str | None, as_json: bool) -> None:
    """Show the tariff of a system.

    What energy costs at a SYSTEM and what is paid for it, by season, day and time.

    --json has all that the service says.
    """
    output = _rows_or_object(csv_file, as_json=as_json)
    with asking(settings, output, "" if as_json else "price") as asked:
        found = asked.commissioning.tariff(system)
        if as_json:
            write(output, [found], columns_of(TariffSettings))
        else:
            output.begin(PRICES)
            for price in _prices(found.tariff):
                output.add(price)
        if found.tariff is not None:
            note(f"prices are in {found.tariff.currency or 'a currency that is not named'}, for each kWh")
        if found.task is not None:
            since = (
                "" if found.task.created_at is None else f", of {found.task.created_at:%Y-%m-%d %H:%M} UTC"
            )
            note(f"the last change{since}: {found.task.status or '-'}")
        tell_problems(found.problems)


def _rows_or_object(csv_file: str | None, *, as_json: bool) -> Output:
    """A table or CSV of rows; of what holds them one JSON object, as it says more than they do."""
    if as_json:
        return chosen_for_one(csv_file, as_json=True, units={})
    return chosen(csv_file, as_json=False)


def _prices(found: Tariff | None) -> Iterator[tuple[str | None, ...]]:
    """A row for each price: whether energy is bought or sold, when, and what a kWh is then."""
    if found is None:
        return
    if found.single_rate is not None:
        always = (None, None, None, None)
        yield ("buy", *always, found.single_rate.rate)
        if found.single_rate.sell is not None:
            yield ("sell", *always, found.single_rate.sell)
    for direction, seasons in (("buy", found.seasons), ("sell", found.seasons_sell)):
        for season in seasons or ():
            yield from _prices_of(season, direction)


def _prices_of(season: TariffSeason, direction: str) -> Iterator[tuple[str | None, ...]]:
    for each in season.days or ():
        days = ", ".join(each.days or ()) or each.id
        for period in each.periods or ():
            start = period.start
            at = None if start is None else f"{start // 60}:{start % 60:02}"
            yield (direction, season.id, season.start, days, at, period.rate)


@installer_command("arrays")
@click.argument("system", type=SYSTEM_ID)
def arrays(settings: Settings, *, system: int, csv_file: str | None, as_json: bool) -> None:
    """List the arrays of a system.

    With the number of modules of each.

    --json has the whole layout, and the microinverters that may be on it; --csv the modules.
    """
    output = _rows_or_object(csv_file, as_json=as_json)
    with asking(settings, output, "" if as_json else "array") as asked:
        found = asked.commissioning.arrays(system)
        if as_json:
            write(output, [found], columns_of(type(found)))
        elif output.for_people:
            _table_of_arrays(output, found)
        else:
            write(output, found.arrays or (), columns_of(SystemArray))
        tell_problems(found.problems)


def _table_of_arrays(output: Output, found: SystemArrays) -> None:
    output.begin(FEW_OF_ARRAYS)
    for each in found.arrays or ():
        values = {name: getattr(each, name) for name in FEW_OF_ARRAYS} | {"modules": len(each.modules or ())}
        output.add(tuple(values.values()))
    laid_out = {module.serial_num for each in found.arrays or () for module in each.modules or ()}
    free = [serial for serial in found.inventory or () if serial not in laid_out]
    if free:
        note(f"on no array yet: {counted(len(free), 'microinverter')}: {', '.join(free)}")


@installer_command("array")
@click.argument("system", type=SYSTEM_ID)
@click.argument("array_id", metavar="ARRAY", type=ID)
def array(settings: Settings, *, system: int, array_id: int, csv_file: str | None, as_json: bool) -> None:
    """Show one array of a system.

    Its modules, and the microinverters on them.

    --json has all that the service says.
    """
    output = _rows_or_object(csv_file, as_json=as_json)
    with asking(settings, output, "" if as_json else "module") as asked:
        found = asked.commissioning.array(system, array_id)
        if as_json:
            write(output, [found], columns_of(SystemArray))
        else:
            write(output, found.modules or (), columns_of(ArrayModule))
            note(
                f"array {found.label or found.id}: tilt {_degrees(found.tilt)}, angle {_degrees(found.angle)}, "
                f"gateway {found.provisioned_envoy or '-'}"
            )
        tell_problems(found.problems)


def _degrees(value: float | None) -> str:
    return "-" if value is None else f"{value:g}°"
