"""Run the whole way: overlay, join, resolve, hoist, links, openapi-python-client, catalog.

Everything is made in a folder of its own and put in the place of `generated/` at the end, so that a failing
build leaves what was there. The same input gives the same bytes, on any machine.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from regenerate import catalog, documents, links, overlay
from regenerate.hoist import hoist
from regenerate.join import join
from regenerate.lower import lower
from regenerate.resolve import resolve

PACKAGE = "enphase_v4"
# In the order in which they are joined.
DOCUMENTS = ("monitoring", "commissioning")

_HEADER = "# Written by `make generate` from openapi/ and overlay/. Nobody edits it.\n"


class GenerateError(RuntimeError):
    """The generator failed, or warned."""


def patched(root: Path, sources: dict[str, Path] | None = None) -> dict[str, Any]:
    """The patched, joined and hoisted document of a checkout. `sources` reads another file for a document's name."""
    parts = {}
    for name in DOCUMENTS:
        source = (sources or {}).get(name, root / "openapi" / f"{name}.yaml")
        patch = documents.load(root / "overlay" / f"{name}.yaml")
        parts[name] = overlay.apply(documents.load(source), patch)
    return links.check(hoist(resolve(join(parts))))


def generate(root: Path, out: Path, sources: dict[str, Path] | None = None) -> None:
    """Write openapi.yaml and the generated package of a checkout into `out`, in place of what is there."""
    document = patched(root, sources)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".generate-") as folder:
        fresh = Path(folder) / "generated"
        fresh.mkdir()
        (fresh / "openapi.yaml").write_text(_HEADER + documents.dump(document), encoding="utf-8")
        _run_generator(root, lower(document), fresh / PACKAGE)
        _write_catalog(document, fresh / PACKAGE)
        if out.exists():
            # Into the folder that goes: what was there is whole until its place is taken.
            out.rename(Path(folder) / "replaced")
        fresh.rename(out)


def differences(one: Path, other: Path) -> list[str]:
    """The files, by path, that are not the same in two folders."""

    def contents(folder: Path) -> dict[str, bytes]:
        return {
            str(path.relative_to(folder)): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }

    left, right = contents(one), contents(other)
    return sorted(name for name in left.keys() | right.keys() if left.get(name) != right.get(name))


def _run_generator(root: Path, document: dict[str, Any], package: Path) -> None:
    source = package.parent / "lowered.json"
    source.write_text(json.dumps(document), encoding="utf-8")
    # The formatter that the configuration names lies beside the interpreter that runs this.
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        # A fault of a template as a traceback of ten lines, not as pages of local variables.
        "TYPER_STANDARD_TRACEBACK": "1",
        "_TYPER_STANDARD_TRACEBACK": "1",
    }
    command = [
        *(sys.executable, "-m", "openapi_python_client", "generate", "--path", str(source), "--meta", "none"),
        *(
            "--config",
            str(root / "generator_config.yaml"),
            "--custom-template-path",
            str(root / "overlay" / "templates"),
        ),
        *("--output-path", str(package), "--fail-on-warning"),
    ]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    source.unlink()
    output = "\n".join((done.stdout, done.stderr)).strip()
    if done.returncode != 0 or "warning" in output.lower():
        raise GenerateError(f"openapi-python-client ended with {done.returncode}:\n{output}")
    # The generator insists on a module of errors; ours come with the facade, and statuses are data here.
    (package / "errors.py").unlink()
    (package / "py.typed").touch()
    shutil.rmtree(package / ".ruff_cache", ignore_errors=True)


def _write_catalog(document: dict[str, Any], package: Path) -> None:
    text = catalog.render(document, _module_namer(package))
    path = package / "catalog.py"
    path.write_text(text, encoding="utf-8")
    ruff = [
        str(Path(sys.executable).parent / "ruff"),
        "format",
        "--isolated",
        "--quiet",
        "--line-length",
        "110",
        str(path),
    ]
    subprocess.run(ruff, check=True)


def _module_namer(package: Path) -> Callable[[str], str]:
    """Where the generator has put an operation: its modules say which operation they hold."""
    modules = {}
    for path in sorted((package / "api").rglob("*.py")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith('OPERATION: Final = "'):
                modules[line.split('"')[1]] = ".".join(
                    (PACKAGE, *path.relative_to(package).with_suffix("").parts)
                )

    def module(operation_id: str) -> str:
        if operation_id not in modules:
            raise GenerateError(f"the generator has written no module for {operation_id}")
        return modules[operation_id]

    return module
