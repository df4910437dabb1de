"""How many examples random tests draw: some each time, and all of them with `make soak`, which draws others.

Each mutant of `tests/soak/mutants.py` gets a few: there are thousands, and one that survives runs every test.
"""

from __future__ import annotations

import os

SHARES = {"steady": 3, "roaming": 1, "mutants": 10}
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "steady")


def examples(most: int) -> int:
    """A third of so many; all of them where others are drawn each time."""
    return max(1, most // SHARES[PROFILE])
