"""The colours of charts: those that Okabe and Ito chose so that whoever is colour-blind can tell them apart."""

from __future__ import annotations

from dataclasses import dataclass, field

from .tracks import CHARGE, CONSUMPTION, DISCHARGE, EXPORT, IMPORT, PRODUCTION, STATE

TRACK_COLOURS = {
    PRODUCTION: "#e69f00",
    CONSUMPTION: "#0072b2",
    IMPORT: "#d55e00",
    EXPORT: "#56b4e9",
    CHARGE: "#009e73",
    DISCHARGE: "#cc79a7",
    STATE: "#009e73",
}


@dataclass(frozen=True)
class Colours:
    """What things are drawn in."""

    paper: str = "#ffffff"
    ink: str = "#1f2328"
    faint: str = "#d0d7de"
    missing: str = "#8c959f"
    tracks: dict[str, str] = field(default_factory=lambda: dict(TRACK_COLOURS))


LIGHT = Colours()


def variable(name: str) -> str:
    """The CSS variable that has the colour of something."""
    return f"--{name.replace(' ', '-')}"
