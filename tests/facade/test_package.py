"""The package as such: what it exports, what importing it costs, and which part may know which."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
import tomllib
from pathlib import Path

import enphase_cloud
from enphase_cloud import (
    AsyncEnphase,
    AsyncListing,
    AsyncRows,
    AsyncSystem,
    Enphase,
    Listing,
    Rows,
    System,
)
from enphase_cloud.commissioning import AsyncCommissioning, Commissioning

from ..paths import ROOT

PACKAGE = ROOT / "src" / "enphase_cloud"

EXPORTED = [
    "About",
    "Alarm",
    "AlarmEvent",
    "Archive",
    "AsyncEnphase",
    "AsyncListing",
    "AsyncRows",
    "AsyncSystem",
    "AuthenticationError",
    "BatterySettings",
    "Call",
    "CallResult",
    "CellularModem",
    "Charger",
    "ChargerEvent",
    "ChargingSchedule",
    "ChargingSession",
    "CommandAccepted",
    "ConfigurationError",
    "ConnectionFailed",
    "ConsentRequired",
    "Contents",
    "DayRow",
    "DecodeError",
    "Device",
    "DuplicateActivation",
    "Enphase",
    "EnphaseError",
    "Estimate",
    "Event",
    "EventType",
    "Gap",
    "GapReason",
    "GridStatus",
    "Hole",
    "Hooks",
    "InvalidRequest",
    "Inverter",
    "Items",
    "LatestReading",
    "Listing",
    "LiveReading",
    "LiveStreamError",
    "LoadControl",
    "MeterReading",
    "NotFound",
    "PermissionDenied",
    "Plan",
    "Problem",
    "Quota",
    "QuotaExhausted",
    "RateLimited",
    "Record",
    "Reserve",
    "Retry",
    "Row",
    "Rows",
    "Runtime",
    "SchedulePeriod",
    "SeriesDone",
    "SeriesPlan",
    "ServerError",
    "StormGuard",
    "Summary",
    "SyncPlan",
    "SyncProgress",
    "SyncResult",
    "SyncRunning",
    "System",
    "Usage",
    "Waiting",
    "When",
    "__version__",
    "commissioning",
    "login",
]


def test_exported_names() -> None:
    """A name that goes, or comes, is a decision: this list says so."""
    assert enphase_cloud.__all__ == EXPORTED
    assert set(EXPORTED) <= set(dir(enphase_cloud))
    for name in EXPORTED:
        assert getattr(enphase_cloud, name) is not None
    assert not hasattr(enphase_cloud, "nothing")


def test_type_checkers_see_no_names_that_there_are_not() -> None:
    """A `__getattr__` of the module, which they read, would stand for every one that is misspelt."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text())
    assert "__getattr__" not in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    read = [
        node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]
    imported = {name.name for node in read for each in node.body for name in getattr(each, "names", ())}
    assert imported == set(EXPORTED) - {"__version__"}


def test_the_version_is_that_of_the_distribution() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert enphase_cloud.__version__ == project["version"]


def loaded_after(code: str) -> set[str]:
    listing = f"{code}\nimport sys\nprint(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", listing], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_importing_the_package_loads_next_to_nothing() -> None:
    new = loaded_after("import enphase_cloud") - loaded_after("")
    assert {name for name in new if name.startswith("enphase")} == {"enphase_cloud", "enphase_cloud._version"}
    assert not new & {"httpx", "attr", "attrs", "asyncio", "anyio", "dateutil", "logging", "json"}


def test_httpx_is_loaded_when_a_client_is_built() -> None:
    named = "from enphase_cloud import AsyncEnphase, Enphase, EnphaseError, Row, Rows, System"
    assert not loaded_after(named) & {"httpx", "anyio"}
    built = f"{named}\nEnphase(api_key='k', access_token='t', base_url='http://127.0.0.1:1').close()"
    assert "httpx" in loaded_after(built)


# What each part may import of the project, from the bottom up. A package stands for all of its modules.
MAY_IMPORT = {
    "_version": set(),
    "_text": set(),
    "_extras": {"errors"},
    "errors": {"records"},  # for the type checker alone
    "_time": {"errors", "rows"},
    "rows": {"errors"},
    "records": {"rows", "enphase_v4"},
    "checks": {"_time", "errors", "rows"},
    "searches": {"checks", "errors", "rows", "enphase_v4"},
    "changes": {"checks", "errors", "enphase_v4"},
    "frames": {"_extras", "_time", "errors", "records", "rows"},
    "transport": {"_version", "errors", "enphase_v4"},
    "_settings": {"transport", "errors", "enphase_v4"},
    "archive": {"transport", "errors", "enphase_v4"},
    "archived": {
        "_settings",
        "_time",
        "archive",
        "checks",
        "system",
        "transport",
        "errors",
        "rows",
        "enphase_v4",
    },
    "flows": {"archive", "transport", "_time", "checks", "records", "rows", "errors", "enphase_v4"},
    "results": {"flows", "frames", "transport", "_time", "rows", "errors"},
    "site": {
        "archive",
        "results",
        "flows",
        "frames",
        "records",
        "changes",
        "checks",
        "transport",
        "_time",
        "rows",
        "errors",
        "enphase_v4",
    },
    "system": {"site", "results", "flows", "records", "transport", "_time", "rows"},
    "sync": {
        "_time",
        "archive",
        "archived",
        "checks",
        "flows",
        "records",
        "rows",
        "site",
        "transport",
        "errors",
        "enphase_v4",
    },
    "commissioning": {
        "_time",
        "checks",
        "flows",
        "records",
        "results",
        "rows",
        "transport",
        "errors",
        "enphase_v4",
    },
    "login": {"_settings", "_version", "client", "flows", "rows", "transport", "errors", "enphase_v4"},
    "client": {
        "_settings",
        "_time",
        "archive",
        "commissioning",
        "sync",
        "system",
        "results",
        "flows",
        "frames",
        "records",
        "checks",
        "searches",
        "transport",
        "rows",
        "errors",
        "enphase_v4",
    },
    "export": {
        "_extras",
        "_text",
        "_time",
        "_version",
        "archive",
        "archived",
        "checks",
        "errors",
        "flows",
        "frames",
        "records",
        "rows",
        "system",
        "transport",
        "enphase_v4",
    },
    "look": {"_extras", "_time", "archived", "errors", "results", "rows", "system", "enphase_v4"},
    "mock": {"enphase_v4"},
    "pytest_plugin": {"mock"},
    "cli": {
        "_extras",
        "_settings",
        "_text",
        "archive",
        "archived",
        "client",
        "commissioning",
        "flows",
        "changes",
        "checks",
        "records",
        "export",
        "login",
        "look",
        "sync",
        "system",
        "results",
        "rows",
        "transport",
        "_time",
        "errors",
        "_version",
        "mock",
        "enphase_v4",
    },
    "__main__": {"cli"},
    "__init__": {
        "_time",
        "_version",
        "archived",
        "client",
        "commissioning",
        "login",
        "errors",
        "records",
        "results",
        "rows",
        "sync",
        "system",
        "transport",
    },
}


def imports(path: Path) -> set[str]:
    """Dotted names that a module imports, relative ones made absolute; what only the type checker reads counts too."""
    parts = ("enphase_cloud", *path.relative_to(PACKAGE).with_suffix("").parts)
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(parts[: len(parts) - node.level]) if node.level else ""
            module = ".".join(filter(None, (base, node.module)))
            # `from .. import x`, `from . import x` and `from enphase_cloud import x` name modules
            of_package = module in (base, "enphase_cloud")
            found |= {f"{module}.{alias.name}" for alias in node.names} if of_package else {module}
    return found


def test_each_part_imports_only_what_is_below_it() -> None:
    for path in sorted(PACKAGE.rglob("*.py")):
        part = path.relative_to(PACKAGE).with_suffix("").parts[0]
        assert part in MAY_IMPORT, f"{path}: which layer is this?"
        for name in imports(path):
            if name.startswith("enphase_v4"):
                below = "enphase_v4"
            elif name.startswith("enphase_cloud."):
                below = name.split(".")[1]
            else:
                continue
            assert below in MAY_IMPORT[part] | {part}, f"{path} imports {name}"


def test_one_package_talks_http() -> None:
    users = {
        path.parent.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if "httpx" in roots(path)
    }
    assert users == {"transport/http"}


def roots(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(path)}


def test_sync_and_async_have_the_same_names_and_signatures() -> None:
    twins: list[tuple[type, type]] = [
        (Enphase, AsyncEnphase),
        (System, AsyncSystem),
        (Commissioning, AsyncCommissioning),
        (Listing, AsyncListing),
        (Rows, AsyncRows),
    ]
    for one, other in twins:
        names = [
            {name for name in dir(kind) if not name.startswith("_")} - {"from_env", "to_arrow_stream"}
            for kind in (one, other)
        ]  # what reads an Arrow stream does not wait for an event loop
        assert names[0] == names[1]
        for name in names[0]:
            a, b = getattr(one, name), getattr(other, name)
            if callable(a):
                assert inspect.signature(a).parameters == inspect.signature(b).parameters, name
            assert inspect.getdoc(a), f"{one.__name__}.{name} has no docstring"
            assert inspect.getdoc(b), f"{other.__name__}.{name} has no docstring"


def test_no_httpx_type_in_a_public_signature() -> None:
    for name in EXPORTED:
        value = getattr(enphase_cloud, name)
        if isinstance(value, type):
            for member in vars(value).values():
                if callable(member) and getattr(member, "__module__", "").startswith("enphase_cloud"):
                    assert "httpx" not in str(getattr(member, "__annotations__", "")), f"{name}: {member}"
