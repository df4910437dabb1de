"""Two years of a house, without an account: what `make demo` shows. It is the command `enphase demo`."""

from __future__ import annotations

import sys

from enphase_cloud.cli import main

if __name__ == "__main__":
    main(["demo", *sys.argv[1:]])
