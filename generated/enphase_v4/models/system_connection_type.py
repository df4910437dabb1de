from ..types import OpenEnum


class SystemConnectionType(OpenEnum):
    """How a gateway reaches the internet."""

    CELLULAR = "cellular"
    ETHERNET = "ethernet"
    WIFI = "wifi"
