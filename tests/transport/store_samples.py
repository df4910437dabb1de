"""Profiles to keep, and a few looks at what a store leaves on the disk."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from enphase_cloud.transport.grant import Application, Grant, Profile
from enphase_cloud.transport.secret import Secret

SECRETS = ("Client-Secret-1", "Api-Key-2", "Access-Token-3", "Refresh-Token-4")


def application(client_id: str = "client-1") -> Application:
    return Application(client_id=client_id, client_secret=Secret(SECRETS[0]), api_key=Secret(SECRETS[1]))


def grant(serial: int = 0, **changes: Any) -> Grant:
    """A grant like no other with another serial. The second of a pair is longer, so that a mixture is no JSON."""
    values: dict[str, Any] = {
        "access_token": Secret(f"{SECRETS[2]}-{serial}" * (1 + 400 * (serial % 2))),
        "refresh_token": Secret(f"{SECRETS[3]}-{serial}"),
        "obtained_at": 1_800_000_000.25 + serial,
        "expires_at": 1_800_086_400.25 + serial,
        "consent_at": 1_800_000_000.25 + serial,
        "scope": "read write",
        "extra": {"enl_uid": "4711", "app_type": "system", "deep": [{"ü": None}]},
    }
    return Grant(**(values | changes))


def profile(serial: int = 0, **changes: Any) -> Profile:
    values: dict[str, Any] = {
        "base_url": "https://api.enphaseenergy.com",
        "application": application(),
        "grant": grant(serial),
        "plan": "watt",
        "username": "owner@example.com",
        "systems": (1, 2_345_678),
        "systems_at": 1_800_000_001.5,
    }
    return Profile(**(values | changes))


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o7777


def names(folder: Path) -> set[str]:
    return set(os.listdir(folder))  # noqa: PTH208 - a set of names is what is compared
