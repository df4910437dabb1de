from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from attrs import define

from ..models.tariff_task import TariffTask
from ..types import UNSET, Model, Unset

_KEYS: Final[frozenset[str]] = frozenset(("task",))
_known: Final = _KEYS.issuperset


@define(eq=False, repr=False, weakref_slot=False, getstate_setstate=False)
class TariffUpdate(Model):
    """Answer of `updateSystemTariffSettings`."""

    task: TariffTask | Unset = UNSET
    """The task that brings the last change to the gateway."""
    _keys: ClassVar[frozenset[str]] = _KEYS

    @classmethod
    def from_dict(cls, src_dict: dict[str, Any]) -> Self:
        model = cls.__new__(cls)
        model.task = TariffTask.from_dict(v) if type(v := src_dict.get("task", UNSET)) is dict else v
        if not _known(src_dict):
            model._keep(src_dict)
        return model
