"""What it takes to begin, over a bare interpreter: imports and `enphase --help`, as whole processes taken in turns.

Run it with `make bench`. Shown is the median of many runs in milliseconds, less that of `python -c pass`.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

RUNS = 20
CASES: list[tuple[str, list[str], str]] = [
    ("import enphase_cloud", ["-c", "import enphase_cloud"], "20"),
    ("import enphase_v4.catalog", ["-c", "import enphase_v4.catalog"], ""),
    ("enphase --help", ["-m", "enphase_cloud", "--help"], "60"),
    ("enphase telemetry --help", ["-m", "enphase_cloud", "telemetry", "--help"], ""),
]


def seconds(words: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def main() -> None:
    commands = [["-c", "pass"], *(words for _, words, _ in CASES)]
    taken: list[list[float]] = [[] for _ in commands]
    for _ in range(RUNS + 1):
        for times, words in zip(taken, commands, strict=True):
            times.append(seconds(words))
    bare, *medians = (statistics.median(times[1:]) for times in taken)  # the first run fills the caches
    print(f"Python {sys.version.split()[0]}: a bare interpreter takes {bare * 1000:.0f} ms")
    print(f"{'what':<58}{'figure':>8}{'at most':>9}")
    for (name, _, goal), median in zip(CASES, medians, strict=True):
        print(f"{name + ', ms over a bare interpreter':<58}{(median - bare) * 1000:>8.0f}{goal:>9}")


if __name__ == "__main__":
    main()
