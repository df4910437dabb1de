"""The Commissioning half of the API: what installers do, before a system and around it.

```python
from enphase_cloud import Enphase
from enphase_cloud.commissioning import Address, NewActivation

with Enphase.from_env() as enphase:
    for activation in enphase.commissioning.activations(stage="in_progress"):
        print(activation.reference, activation.stage, activation.status)
```

Here are the bodies that callers fill in, and what comes back; the calls are `Enphase.commissioning`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..records.commissioning import (
        Activation,
        ActivationAddress,
        ActivationBatteryMode,
        ActivationSubcontractor,
        ArrayLayer,
        ArrayModule,
        Branches,
        Company,
        CompanyUser,
        Confirmation,
        EnchargesOfGateway,
        EnpowersOfGateway,
        FoundUser,
        GridConnection,
        GridProfile,
        InventoryDetail,
        ListedActivation,
        Meter,
        MeterTask,
        ProductionEstimate,
        ProductionMode,
        PvManufacturer,
        PvModel,
        Subcontractor,
        Subcontractors,
        SystemArray,
        SystemArrays,
        Tariff,
        TariffDays,
        TariffPeriod,
        TariffRate,
        TariffSeason,
        TariffSettings,
        TariffStorage,
        TariffTask,
        TariffUpdate,
        User,
    )
    from .activation import ActivationChanges, Address, GatewayEncharges, GatewayEnpowers, NewActivation
    from .client import AsyncCommissioning, Commissioning
    from .layout import NewArray, NewModule
    from .rules import RULES, Rule
    from .schema import activation_schema
    from .tariffs import Days, NewTariff, Period, Rate, Season

_HOMES = {
    "..records.commissioning": (
        *(
            "Activation",
            "ActivationAddress",
            "ActivationBatteryMode",
            "ActivationSubcontractor",
            "ArrayLayer",
        ),
        *("ArrayModule", "Branches", "Company", "CompanyUser", "Confirmation", "EnchargesOfGateway"),
        *(
            "EnpowersOfGateway",
            "FoundUser",
            "GridConnection",
            "GridProfile",
            "InventoryDetail",
            "ListedActivation",
        ),
        *("Meter", "MeterTask", "ProductionEstimate", "ProductionMode", "PvManufacturer", "PvModel"),
        *(
            "Subcontractor",
            "Subcontractors",
            "SystemArray",
            "SystemArrays",
            "Tariff",
            "TariffDays",
            "TariffPeriod",
        ),
        *(
            "TariffRate",
            "TariffSeason",
            "TariffSettings",
            "TariffStorage",
            "TariffTask",
            "TariffUpdate",
            "User",
        ),
    ),
    ".activation": ("ActivationChanges", "Address", "GatewayEncharges", "GatewayEnpowers", "NewActivation"),
    ".client": ("AsyncCommissioning", "Commissioning"),
    ".layout": ("NewArray", "NewModule"),
    ".rules": ("RULES", "Rule"),
    ".schema": ("activation_schema",),
    ".tariffs": ("Days", "NewTariff", "Period", "Rate", "Season"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "RULES",
    "Activation",
    "ActivationAddress",
    "ActivationBatteryMode",
    "ActivationChanges",
    "ActivationSubcontractor",
    "Address",
    "ArrayLayer",
    "ArrayModule",
    "AsyncCommissioning",
    "Branches",
    "Commissioning",
    "Company",
    "CompanyUser",
    "Confirmation",
    "Days",
    "EnchargesOfGateway",
    "EnpowersOfGateway",
    "FoundUser",
    "GatewayEncharges",
    "GatewayEnpowers",
    "GridConnection",
    "GridProfile",
    "InventoryDetail",
    "ListedActivation",
    "Meter",
    "MeterTask",
    "NewActivation",
    "NewArray",
    "NewModule",
    "NewTariff",
    "Period",
    "ProductionEstimate",
    "ProductionMode",
    "PvManufacturer",
    "PvModel",
    "Rate",
    "Rule",
    "Season",
    "Subcontractor",
    "Subcontractors",
    "SystemArray",
    "SystemArrays",
    "Tariff",
    "TariffDays",
    "TariffPeriod",
    "TariffRate",
    "TariffSeason",
    "TariffSettings",
    "TariffStorage",
    "TariffTask",
    "TariffUpdate",
    "User",
    "activation_schema",
]

if not TYPE_CHECKING:  # a type checker would take every name for one that there is

    def __getattr__(name: str) -> object:
        if name not in _HOME:
            msg = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(msg)
        value: object = getattr(import_module(_HOME[name], __name__), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
