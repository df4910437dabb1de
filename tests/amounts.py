"""How many examples random tests draw: some each time, and all of them with `make soak`, which draws others."""

from __future__ import annotations

import os

PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "steady")


def examples(most: int) -> int:
    """A third of so many; all of them where others are drawn each time."""
    return most if PROFILE == "roaming" else most // 3
