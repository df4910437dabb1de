"""`python -m regenerate`: generate, check or drift."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from regenerate import documents, drift
from regenerate.catalog import CatalogError
from regenerate.documents import DocumentError
from regenerate.generate import DOCUMENTS, GenerateError, differences, generate
from regenerate.hoist import HoistError
from regenerate.join import JoinError
from regenerate.links import LinkError
from regenerate.lower import LowerError
from regenerate.overlay import OverlayError
from regenerate.resolve import ResolveError

# What is wrong with the input, and says so; anything else is a fault of the pipeline and shows where.
_SAID = (
    *(OSError, CatalogError, DocumentError, GenerateError, HoistError),
    *(JoinError, LinkError, LowerError, OverlayError, ResolveError),
)

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m regenerate", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("generate", help="write generated/ anew")
    commands.add_parser("check", help="fail when generated/ is not what generate writes")
    drifting = commands.add_parser(
        "drift", help="compare another version of a document with the checked-in one"
    )
    drifting.add_argument("spec", type=Path, help="the other version, YAML or JSON")
    drifting.add_argument(
        "--document",
        choices=DOCUMENTS,
        default=DOCUMENTS[0],
        help="which document it is a version of (%(default)s, unless said)",
    )
    asked = parser.parse_args(arguments)
    try:
        if asked.command == "generate":
            generate(ROOT, ROOT / "generated")
            return 0
        if asked.command == "check":
            return _check()
        return _drift(asked.spec, asked.document)
    except _SAID as error:
        print(f"{asked.command} failed: {error}", file=sys.stderr)
        return 1


def _check() -> int:
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / "generated"
        generate(ROOT, fresh)
        stale = differences(ROOT / "generated", fresh)
    for name in stale:
        print(f"generated/{name} is not what `make generate` writes", file=sys.stderr)
    return 1 if stale else 0


def _drift(spec: Path, name: str) -> int:
    old = documents.load(ROOT / "openapi" / f"{name}.yaml")
    patch = documents.load(ROOT / "overlay" / f"{name}.yaml")
    report = drift.report(old, documents.load(spec), patch)
    print(drift.render(report), end="")
    return 1 if report.breaks else 0


if __name__ == "__main__":
    sys.exit(main())
