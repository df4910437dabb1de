from ..types import OpenEnum


class MicroinverterAttachmentType(OpenEnum):
    """How the microinverters are mounted."""

    ACM = "acm"
    BIPV = "bipv"
    FRAME_MOUNT = "frame_mount"
    RACK_MOUNT = "rack_mount"
    RAILLESS_MOUNT = "railless_mount"
    ZEP = "zep"
