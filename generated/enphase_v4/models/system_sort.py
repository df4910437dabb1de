from ..types import OpenEnum


class SystemSort(OpenEnum):
    """Of `listSystems`."""

    ID = "id"
    VALUE_1 = "-id"
