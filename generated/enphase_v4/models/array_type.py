from ..types import OpenEnum


class ArrayType(OpenEnum):
    """Part of `CreateActivationRequest`, `UpdateActivationRequest`."""

    DUAL_AXIS_TRACKING = "dual_axis_tracking"
    FIXED_OPEN_RACK = "fixed_open_rack"
    FIXED_ROOF_MOUNT = "fixed_roof_mount"
    SINGLE_AXIS_BACKTRACKING = "single_axis_backtracking"
    SINGLE_AXIS_TRACKING = "single_axis_tracking"
