"""Packages that only some need."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from .errors import ConfigurationError


def needed(package: str, install: str, *, who: str = "this needs", then: str = "") -> Any:
    """A package that an extra brings. ConfigurationError, that says how to get it, where it is not installed."""
    try:
        return import_module(package)
    except ImportError:
        msg = f"{who} the package {package}, which is not installed: pip install {install}.{then}"
        raise ConfigurationError(msg) from None
