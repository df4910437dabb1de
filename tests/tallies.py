"""What a test counts while it runs: conftest.py notes it when the test ends, for the table of `make soak`."""

from __future__ import annotations

from collections import Counter

tally: Counter[str] = Counter()
