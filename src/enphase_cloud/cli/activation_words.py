"""Which activation it is, in a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..commissioning.activation import NewActivation
    from ..records.commissioning import Activation


def which(activation: Activation) -> str:
    """One that is there: id, name, reference, place, stage."""
    where = activation.address
    parts = [] if where is None else [where.street1, where.city, where.state]
    known = ", ".join(filter(None, (activation.reference, *parts)))
    stage = "" if activation.stage is None else f", stage {activation.stage}"
    return f"activation {activation.system_id}: {activation.system_name or '-'} ({known or '-'}){stage}"


def which_new(new: NewActivation) -> str:
    """One that is to be created: name, reference, address."""
    where = new.address
    parts = [] if where is None else [where.street1, where.street2, where.city]
    place = [] if where is None else [f"{where.state} {where.postal_code}", where.country]
    reference = "without a reference" if new.reference is None else new.reference
    told = ", ".join(str(each) for each in (*parts, *place) if each)
    return f"{new.system_name} ({reference}){f', {told}' if told else ''}"


def short(new: NewActivation) -> str:
    """The reference of one that is to be created, or else its name."""
    return str(new.system_name if new.reference is None else new.reference)
