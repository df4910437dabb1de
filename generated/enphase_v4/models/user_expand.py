from ..types import OpenEnum


class UserExpand(OpenEnum):
    """Parameter of `getActivationUser`, `getCompanyUser`, `getCurrentUser` and 1 more."""

    COMPANY = "company"
