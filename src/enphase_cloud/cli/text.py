"""What may be sent to a terminal."""

from __future__ import annotations

import click

from .._text import safe

__all__ = ["counted", "note", "safe"]


def note(text: str) -> None:
    """Say something on standard error, beside the data."""
    click.echo(f"enphase: {safe(text)}", err=True)


def counted(count: int, what: str) -> str:
    """`1 row`, `2,880 rows`, `no gaps`."""
    if count == 1:
        return f"1 {what}"
    return f"{count or 'no':{',' if count else ''}} {what}s"
