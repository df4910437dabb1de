"""`python -m enphase_cloud`: the same as the command `enphase`."""

from __future__ import annotations

from .cli import main

if __name__ == "__main__":
    main()
