"""What answers the operations of commissioning."""

from __future__ import annotations

from enphase_cloud.mock.handlers.commissioning.activations import (
    create_activation,
    delete_activation,
    get_activation,
    list_activations,
    update_activation,
)
from enphase_cloud.mock.handlers.commissioning.arrays import (
    array,
    arrays,
    delete_array,
    update_array,
    update_arrays,
)
from enphase_cloud.mock.handlers.commissioning.companies import list_branches, list_subcontractors
from enphase_cloud.mock.handlers.commissioning.lists import (
    list_grid_profiles,
    list_pv_manufacturers,
    list_pv_models,
)
from enphase_cloud.mock.handlers.commissioning.meters import control_meter, meter, update_meter
from enphase_cloud.mock.handlers.commissioning.site import (
    battery_mode,
    estimate,
    production_mode,
    set_production_mode,
    update_battery_mode,
    update_estimate,
)
from enphase_cloud.mock.handlers.commissioning.tariffs import tariff, update_tariff
from enphase_cloud.mock.handlers.commissioning.users import (
    create_company_user,
    create_home_owner,
    get_activation_user,
    get_company_user,
    get_current_user,
    get_user,
    grant_access,
    list_company_users,
    revoke_access,
    search_user,
    update_activation_user,
    update_company_user,
    update_user,
)
from enphase_cloud.mock.service import Handler

SERVED: dict[str, Handler] = {
    "listActivations": list_activations,
    "createActivation": create_activation,
    "getActivation": get_activation,
    "updateActivation": update_activation,
    "deleteActivation": delete_activation,
    "grantActivationAccess": grant_access,
    "revokeActivationAccess": revoke_access,
    "getActivationUser": get_activation_user,
    "updateActivationUser": update_activation_user,
    "getActivationBatteryMode": battery_mode,
    "updateActivationBatteryMode": update_battery_mode,
    "getProductionMode": production_mode,
    "setProductionMode": set_production_mode,
    "getActivationEstimate": estimate,
    "updateActivationEstimate": update_estimate,
    "getCurrentUser": get_current_user,
    "getUser": get_user,
    "searchUser": search_user,
    "createHomeOwner": create_home_owner,
    "updateUser": update_user,
    "listCompanyUsers": list_company_users,
    "createCompanyUser": create_company_user,
    "getCompanyUser": get_company_user,
    "updateCompanyUser": update_company_user,
    "listBranches": list_branches,
    "listAuthorizedSubcontractors": list_subcontractors,
    "listGridProfiles": list_grid_profiles,
    "listPvManufacturers": list_pv_manufacturers,
    "listPvModels": list_pv_models,
    "getSystemMeter": meter,
    "updateSystemMeter": update_meter,
    "controlMeter": control_meter,
    "getSystemTariffSettings": tariff,
    "updateSystemTariffSettings": update_tariff,
    "getSystemArrays": arrays,
    "updateSystemArrays": update_arrays,
    "getSystemArray": array,
    "updateSystemArray": update_array,
    "deleteSystemArray": delete_array,
}
STATIC = frozenset({"listGridProfiles", "listPvManufacturers", "listPvModels"})
