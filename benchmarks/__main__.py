"""`python -m benchmarks`: measures everything, prints it, and writes docs/benchmarks.md. `make bench` runs that.

`python -m benchmarks decode startup` measures those alone, and prints them. Each runs in a process of its own: what one
has loaded, pinned or left in memory is nothing to the next.
"""

from __future__ import annotations

import sys
import time

from benchmarks import page
from benchmarks.modules import MODULES, measured
from benchmarks.peers import ROOT

PAGE = ROOT / "docs" / "benchmarks.md"


def main() -> int:
    named = [word for word in sys.argv[1:] if not word.startswith("--")]
    if unknown := set(named) - set(MODULES):
        print(
            f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(MODULES)}",
            file=sys.stderr,
        )
        return 2
    began = time.monotonic()
    found = {}
    for name, tables in measured(named or MODULES):
        found[name] = tables
        print(*tables, sep="\n", flush=True)
    minutes = (time.monotonic() - began) / 60
    if not named:
        PAGE.write_text(page.written(found, minutes), encoding="utf-8")
    print(page.missed(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
