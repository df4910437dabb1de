from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.charge_session_detail import ChargeSessionDetail
from ..types import UNSET, Model

_KEYS: Final[frozenset[str]] = frozenset(("count", "system_id", "sessions"))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class ChargeSessionDetailsResponse(Model):
    """The shape ChargeSessionDetailsResponse of the document."""

    count: int
    """Number of sessions."""
    system_id: int
    """Id of the system."""
    sessions: list[ChargeSessionDetail]
    """The sessions of this page."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.count = src_dict.get("count", UNSET)
        model.system_id = src_dict.get("system_id", UNSET)
        model.sessions = (
            [ChargeSessionDetail.from_dict(item) if type(item) is dict else item for item in v]
            if type(v := src_dict.get("sessions", UNSET)) is list
            else v
        )
        if not _known(src_dict):
            model._keep(src_dict)
        return model
