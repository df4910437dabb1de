"""From login to a system that produces, against a mock server of its own; its clock is moved on instead of waiting."""

from collections.abc import Callable
from datetime import date

from enphase_cloud import DuplicateActivation, Enphase, login, mock
from enphase_cloud.commissioning import (
    ActivationChanges,
    Address,
    GatewayEncharges,
    NewActivation,
    NewArray,
    NewModule,
)

PLACE = Address(street1="1 Hill Road", city="Petaluma", state="CA", country="US", postal_code="94952")
HOUSE = NewActivation(
    system_name="House of Ada",
    reference="ADA1",
    address=PLACE,
    permission_to_operate=True,
    interconnection_application_date=date(2026, 5, 4),
    grid_connection_type=1,  # net billing
    battery_grid_mode=1,  # the battery sends nothing to the grid
    envoy_serial_numbers=["122012345678"],
    encharge=[
        GatewayEncharges(
            envoy_serial_number="122012345678", encharge_serial_numbers=["122099990001", "122099990002"]
        )
    ],
    expected_pcu_count=12,
    expected_meter_count=2,
)


def commission(enphase: Enphase, wait: Callable[[float], None]) -> None:
    """Enter the house, build it, and read what it produces. `wait`: for so many seconds."""
    installer = enphase.commissioning
    price = installer.estimate_activations()
    print(f"${price.cost_usd:.2f}, {price.hits} hits")  # no call
    try:
        system_id = installer.create_activation(HOUSE).system_id or 0
    except DuplicateActivation as error:
        system_id = error.activation.system_id or 0

    owner = installer.create_home_owner(email="ada@example.com", first_name="Ada", last_name="Hill")
    installer.update_activation(system_id, ActivationChanges(owner_id=owner.user_id, address=PLACE))
    wait(900)
    print("stage", installer.activation(system_id).stage)  # the gateway has reported
    wait(3600)
    print("stage", installer.activation(system_id).stage)  # the microinverters have been seen

    house = enphase.system(system_id)
    devices = house.devices()
    for meter in (each for each in devices if each.device_type == "meters"):
        installer.update_meter(system_id, meter.serial_number or "", date(2026, 6, 15))
    serials = [each.serial_number or "" for each in devices if each.device_type == "micros"]
    modules = [
        NewModule(serial_num=serial, left=100 * place, top=0, angle=0) for place, serial in enumerate(serials)
    ]
    roof = NewArray(label="South", angle=180, tilt=25, left=0, top=0, modules=modules)
    installer.update_arrays(system_id, [roof], angle=0)
    installer.set_production_mode(system_id, "on")

    wait(86400)
    mode = installer.production_mode(system_id)
    print("stage", installer.activation(system_id).stage, "-", mode.energy_producing_micros, "produce")
    rows = house.telemetry("production_meter", start="2026-06-16T08:00", end="2026-06-16T09:00")
    print([row.energy_wh for row in rows], "Wh")


with mock.serve(clock=1_781_539_200) as server:  # 15 June 2026, nine in the morning in California
    login.with_password(
        "installer@example.com",
        "sandbox",
        plan="partner",
        profile="installer",
        base_url=server.url,
        client_id="partner-client",
        client_secret="partner-secret",  # noqa: S106 - of the mock server
        api_key="partner-key",
    )
    with Enphase.from_env(profile="installer") as enphase:
        commission(enphase, server.service.clock.advance)
