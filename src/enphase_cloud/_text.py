"""Text of others, made harmless for whoever shows it: terminals and spreadsheets."""

from __future__ import annotations

FORMULA = tuple("=+-@＝＋－＠")


def safe(text: str) -> str:
    """The text in one line, with everything in it that could move the cursor, hide or reorder text made visible.

    Names come from the service, and whoever may rename a system could write escape sequences into them.
    """
    if text.isprintable():
        return text
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text
    )


def harmless(text: str) -> str:
    """Text that a spreadsheet shows instead of running it as a formula."""
    text = safe(text)
    return f"'{text}" if text.startswith(FORMULA) else text
