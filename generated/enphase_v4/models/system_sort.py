from ..types import OpenEnum


class SystemSort(OpenEnum):
    """Parameter of `listSystems`."""

    ASCENDING = "id"
    DESCENDING = "-id"
