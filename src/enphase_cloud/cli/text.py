"""What may be sent to a terminal."""

from __future__ import annotations

import click


def safe(text: str) -> str:
    """The text in one line, with everything in it that could move the cursor, hide or reorder text made visible.

    Names come from the service, and whoever may rename a system could write escape sequences into them.
    """
    if text.isprintable():
        return text
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text
    )


def note(text: str) -> None:
    """Say something on standard error, beside the data."""
    click.echo(f"enphase: {safe(text)}", err=True)


def counted(count: int, what: str) -> str:
    """`1 row`, `2,880 rows`, `no gaps`."""
    if count == 1:
        return f"1 {what}"
    return f"{count or 'no':{',' if count else ''}} {what}s"
