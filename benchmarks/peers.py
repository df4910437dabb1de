"""The peers: what other generators write of the published Monitoring document, with nothing laid over it.

Each is made once, into `.bench/` (git ignores it), under a digest of the document, of the versions and of this file:
when one of them changes, the peers are made anew. The generator of the stock client needs older libraries and is that
of `.venv-generate`; all else comes with `.venv-bench`, which `make bench` sets up.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import import_module, invalidate_caches
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType

from filelock import FileLock

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "openapi" / "monitoring.yaml"
GENERATE_PYTHON = ROOT / ".venv-generate" / "bin" / "python"
MADE = ROOT / ".bench"

STOCK = "openapi-python-client"
OPENAPI_GENERATOR = "openapi-generator"
PYDANTIC = "pydantic"
MSGSPEC = "msgspec"
REQUESTS = "requests"

_CODEGEN = (
    *("--input-file-type", "openapi", "--openapi-scopes", "schemas", "paths", "--use-operation-id-as-name"),
    *("--use-status-code-in-response-name", "--disable-timestamp"),
    *("--target-python-version", "3.11", "--formatters", "builtin"),
)
"""Models of answers too, not only of what has a name in the document, with the status in the name of each."""


def _run(*command: str | Path, cwd: Path, path: Path | None = None) -> None:
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONWARNINGS": "ignore"}
    if path is not None:
        environment["PATH"] = os.pathsep.join([str(path), environment.get("PATH", "")])
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(
            f"{command[0]} {command[1]} ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        )


def _stock(into: Path) -> None:
    config = into / "stock.yaml"
    config.write_text("project_name_override: stock-client\npackage_name_override: stock_client\n")
    _run(
        *(GENERATE_PYTHON, "-m", "openapi_python_client", "generate", "--path", DOCUMENT, "--meta", "none"),
        *("--config", config, "--output-path", into / "stock_client"),
        cwd=into,
        path=GENERATE_PYTHON.parent,  # for the formatter that it calls
    )
    config.unlink()


def _openapi_generator(into: Path) -> None:
    project = into / "openapi_generator"
    program = (
        sys.executable,
        "-c",
        "from openapi_generator_cli import cli; cli()",
        "generate",
        "-g",
        "python",
    )
    _run(*program, "-i", DOCUMENT, "-o", project, "--package-name", "openapi_generator_client", cwd=into)
    (project / "openapi_generator_client").rename(into / "openapi_generator_client")
    shutil.rmtree(project)  # its README, tests and packaging


def _codegen(kind: str, module: str) -> Callable[[Path], None]:
    def make(into: Path) -> None:
        files = ("--input", DOCUMENT, "--output", f"{module}.py")
        program = (sys.executable, "-m", "datamodel_code_generator")
        _run(*program, *files, "--output-model-type", kind, *_CODEGEN, cwd=into)

    return make


@dataclass(frozen=True)
class Peer:
    """One generator's output."""

    name: str
    module: str
    """What is imported."""
    make: Callable[[Path], None]
    """Generates it into a folder."""
    made_by: str
    """The distribution that generates it."""
    needs: tuple[str, ...]
    """The distributions that its output imports."""

    @property
    def files(self) -> list[Path]:
        package = folder() / self.module
        return sorted(package.rglob("*.py")) if package.is_dir() else [package.with_suffix(".py")]


PEERS = {
    peer.name: peer
    for peer in (
        Peer(STOCK, "stock_client", _stock, "openapi-python-client", ("attrs", "httpx", "python-dateutil")),
        Peer(
            *(OPENAPI_GENERATOR, "openapi_generator_client", _openapi_generator, "openapi-generator-cli"),
            ("pydantic", "python-dateutil", "typing-extensions", "urllib3"),
        ),
        Peer(
            *(PYDANTIC, "pydantic_models", _codegen("pydantic_v2.BaseModel", "pydantic_models")),
            *("datamodel-code-generator", ("pydantic",)),
        ),
        Peer(
            *(MSGSPEC, "msgspec_models", _codegen("msgspec.Struct", "msgspec_models")),
            *("datamodel-code-generator", ("msgspec",)),
        ),
    )
}


def generator_version(name: str) -> str:
    """The version of a generator, whichever environment it is in."""
    if name != "openapi-python-client":
        try:
            return version(name)
        except PackageNotFoundError:
            sys.exit(
                f"{name} is not installed here: the peers need the environment that `make bench` sets up."
            )
    lock = (ROOT / "locks" / "generate.txt").read_text(encoding="utf-8")
    return next(line.split("==")[1].split()[0] for line in lock.splitlines() if line.startswith(f"{name}=="))


@cache
def folder() -> Path:
    """Where the peers are, made if they are not: a folder to import from, or to name as PYTHONPATH."""
    versions = {peer.made_by: generator_version(peer.made_by) for peer in PEERS.values()}
    digest = hashlib.sha256(repr(sorted(versions.items())).encode())
    for path in (DOCUMENT, Path(__file__)):
        digest.update(path.read_bytes())
    made = MADE / digest.hexdigest()[:16]
    MADE.mkdir(exist_ok=True)
    with FileLock(MADE / "lock"):  # benchmarks may be started side by side
        if not made.exists():
            with tempfile.TemporaryDirectory(dir=MADE, prefix="making-") as making, making_place() as fresh:
                for peer in PEERS.values():
                    peer.make(fresh)
                shutil.copytree(fresh, Path(making) / "peers").rename(made)
    return made


@contextmanager
def making_place() -> Iterator[Path]:
    """An empty folder outside of this checkout, whose configuration of ruff would be followed in it."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def _imported(peer: Peer) -> ModuleType:
    path = str(folder())
    if path not in sys.path:
        sys.path.append(path)
        invalidate_caches()
    return import_module(peer.module)


def stock() -> ModuleType:
    """`stock_client`, a package: `.Client`, and by `importlib` `stock_client.api.<tag>.<operation>` and `.models`."""
    return _imported(PEERS[STOCK])


def openapi_generator() -> ModuleType:
    """`openapi_generator_client`, a package: `.ApiClient`, `.Configuration`, `.SystemDetailsApi` and so on."""
    return _imported(PEERS[OPENAPI_GENERATOR])


def pydantic_models() -> ModuleType:
    """`pydantic_models`, a module: `.GetBatteryTelemetryResponse200` and so on."""
    return _imported(PEERS[PYDANTIC])


def msgspec_models() -> ModuleType:
    """`msgspec_models`, a module: as that of pydantic, of `msgspec.Struct`."""
    return _imported(PEERS[MSGSPEC])
