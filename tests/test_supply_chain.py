"""What is handed out: the same bytes each time, nothing in them that does not belong there, and what they stand on."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from enphase_cloud import __version__, mock

from .paths import ROOT

PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT: dict[str, Any] = PYPROJECT["project"]
SOURCES = [*PYPROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["only-include"]]
SOURCES += [".gitignore", "LICENSE", "README.md", "pyproject.toml"]  # hatchling takes them by itself
JUNK = (
    "notes.txt",
    ".bench/payload.json",
    "demo-output/house.parquet",
    "src/enphase_cloud/__pycache__/left.cpython-311.pyc",
    "generated/enphase_v4/.ruff_cache/left",
    "tests/__pycache__/left.pyc",
    "examples/.enphase_cloud.egg-info/PKG-INFO",
)
REQUIREMENTS = [
    Requirement(each)
    for each in [
        *PROJECT["dependencies"],
        *(each for extra in PROJECT["optional-dependencies"].values() for each in extra),
    ]
    if not each.startswith(PROJECT["name"])
]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def module(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = found  # dataclasses look there
    spec.loader.exec_module(found)
    return found


SBOM = module(ROOT / "locks" / "sbom.py")


# ---------------------------------------------------------------------------------------------------------- two builds


@dataclass(frozen=True)
class Built:
    """What one build gave."""

    wheel: Path
    sdist: Path
    tree: Path


def build(tree: Path, to: Path, *options: str, umask: int = -1, **environment: str) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(to), *options, str(tree)],
        cwd=tree,
        umask=umask,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr


def copied(tree: Path, to: Path) -> Path:
    """What the source distribution is made of, and nothing of what lies about here."""
    to.mkdir(parents=True)
    for name in SOURCES:
        source = tree / name
        if source.is_dir():
            shutil.copytree(source, to / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, to / name)
    return to


def built(tree: Path, **how: Any) -> Built:
    to = tree.with_name(f"{tree.name}-built")
    build(tree, to, **how)
    [wheel], [sdist] = to.glob("*.whl"), to.glob("*.tar.gz")
    return Built(wheel, sdist, tree)


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A build of a copy of this checkout."""
    return built(
        copied(ROOT, tmp_path_factory.mktemp("one") / "tree"), PYTHONHASHSEED="1", TZ="UTC", LC_ALL="C"
    )


@pytest.fixture(scope="module")
def other(one: Built, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A build of another copy: elsewhere, with other modes and times, other habits, and litter."""
    tree = copied(one.tree, tmp_path_factory.mktemp("other") / "a longer way" / "tréé")
    for name in JUNK:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text("litter")
    for path in tree.rglob("*"):
        path.chmod(path.stat().st_mode & 0o700)
        os.utime(path, (1_000_000_000, 1_000_000_000))
    habits = {"PYTHONHASHSEED": "2", "TZ": "Asia/Kathmandu", "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}
    return built(tree, umask=0o077, **habits)


def members(path: Path) -> dict[str, tuple[object, ...]]:
    """What is in an archive, in its order: kind, mode, time and content."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel:
            return {
                each.filename: (oct(each.external_attr >> 16), each.date_time, wheel.read(each))
                for each in wheel.infolist()
            }
    with tarfile.open(path) as sdist:
        return {
            each.name.partition("/")[2]: (
                each.type,
                oct(each.mode),
                each.mtime,
                (each.uid, each.gid, each.uname, each.gname),
                file.read() if (file := sdist.extractfile(each)) else b"",
            )
            for each in sdist
        }


def differences(left: Path, right: Path) -> list[str]:
    """The names of what is not the same in two archives, and what of it; their order, where that is all."""
    if left.read_bytes() == right.read_bytes():
        return []
    ours, theirs = members(left), members(right)
    found = [f"{name}: only in one" for name in sorted(ours.keys() ^ theirs.keys())]
    for name in sorted(ours.keys() & theirs.keys()):
        pairs = zip(ours[name], theirs[name], strict=True)
        unlike = [f"{str(a)[:60]} / {str(b)[:60]}" for a, b in pairs if a != b]
        found += [f"{name}: {'; '.join(unlike)}"] if unlike else []
    return found or [
        f"the order: {[pair for pair in zip(ours, theirs, strict=True) if pair[0] != pair[1]][:3]}"
    ]


def test_two_builds_of_the_wheel_are_equal_byte_for_byte(one: Built, other: Built) -> None:
    """Catches times, modes, an order of the file system, a path, or litter that get in."""
    assert differences(one.wheel, other.wheel) == []
    assert one.wheel.name == other.wheel.name


def test_two_builds_of_the_source_distribution_are_equal_byte_for_byte(one: Built, other: Built) -> None:
    assert differences(one.sdist, other.sdist) == []


def test_the_wheel_from_the_tree_is_that_from_the_source_distribution(one: Built, tmp_path: Path) -> None:
    """Catches a file that a build needs, and the source distribution lacks."""
    build(one.tree, tmp_path, "--wheel")
    assert differences(one.wheel, tmp_path / one.wheel.name) == []


def test_differences_are_named(one: Built, tmp_path: Path) -> None:
    """Catches a comparison that cannot fail."""
    changed = tmp_path / "changed.whl"
    with zipfile.ZipFile(one.wheel) as before, zipfile.ZipFile(changed, "w") as after:
        for each in before.infolist():
            if each.filename == "enphase_cloud/errors.py":
                each.external_attr ^= 0o010 << 16
            if each.filename != "enphase_cloud/rows.py":
                after.writestr(each, before.read(each.filename))
    only, mode = differences(one.wheel, changed)
    assert (only, mode[:23]) == ("enphase_cloud/rows.py: only in one", "enphase_cloud/errors.py")


# ----------------------------------------------------------------------------------------------------- what is in them


def test_the_wheel_holds_what_it_has_to_and_nothing_else(one: Built) -> None:
    found = members(one.wheel)
    about = f"enphase_cloud-{__version__}.dist-info"
    document = (one.tree / "generated" / "openapi.yaml").read_bytes()
    assert found["enphase_v4/openapi.yaml"][-1] == document
    for package, root in (("enphase_cloud", "src"), ("enphase_v4", "generated")):
        sources = (one.tree / root / package).rglob("*")
        files = {path.relative_to(one.tree / root).as_posix() for path in sources if path.is_file()}
        files |= {"enphase_v4/openapi.yaml"} if package == "enphase_v4" else set()
        assert {name for name in found if name.startswith(f"{package}/")} == files
        assert f"{package}/py.typed" in files
    rest = {name for name in found if not name.startswith(("enphase_cloud/", "enphase_v4/"))}
    assert rest == {
        f"{about}/{name}" for name in ("METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE")
    }
    points = bytes(str(found[f"{about}/entry_points.txt"][-1]), "utf-8").decode("unicode_escape")
    assert "enphase = enphase_cloud.cli:main" in points
    assert "enphase_mock = enphase_cloud.pytest_plugin" in points


def test_nothing_tells_where_it_was_built(one: Built) -> None:
    places = [str(place).encode() for place in (ROOT, one.tree, Path.home(), sys.prefix)]
    for archive in (one.wheel, one.sdist):
        for name, (*_, content) in members(archive).items():
            assert isinstance(content, bytes)
            assert not [place for place in places if place in content], f"{archive.name}: {name}"


def test_the_source_distribution_holds_every_file_that_is_tracked(one: Built) -> None:
    """Catches a folder that pyproject.toml does not name."""
    if not (ROOT / ".git").exists():
        pytest.skip("this is no checkout")
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    there = {name for name in tracked.stdout.split("\0") if name and (ROOT / name).exists()}
    assert there - members(one.sdist).keys() == set()


# --------------------------------------------------------------------------------------------------- bounds and locks


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=str)
def test_a_dependency_is_bounded_below_and_above_and_locked_at_both_ends(requirement: Requirement) -> None:
    """Catches a bound that nobody tries: the oldest lock has the lower one, and that for development lies within."""
    bounds = {each.operator: each.version for each in requirement.specifier}
    assert bounds.keys() == {">=", "<"}
    name = canonicalize_name(requirement.name)
    assert {Version(pin) for pin in pins("oldest")[name]} == {Version(bounds[">="])}, "run `make lock`"
    for lock in ("dev", "runtime"):
        assert all(requirement.specifier.contains(pin) for pin in pins(lock)[name]), "run `make lock`"


def pins(lock: str) -> dict[str, set[str]]:
    """The versions in a lock by name."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([^\s;\\]+)", locked(lock), re.M):
        found.setdefault(canonicalize_name(name), set()).add(version)
    return found


def locked(name: str) -> str:
    return (ROOT / "locks" / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("lock", [path.stem for path in sorted((ROOT / "locks").glob("*.txt"))])
def test_a_lock_has_hashes_and_no_addresses(lock: str) -> None:
    entries = re.split(r"^(?=\S)", locked(lock), flags=re.M)[1:]
    for entry in entries:
        assert re.match(r"[\w.-]+==\S+ ", entry), "a package without its version"
        assert "--hash=sha256:" in entry, entry.splitlines()[0]
    assert not re.search(r"://|--(extra-)?index|--find-links", locked(lock))


def test_what_is_locked_for_users_is_what_is_tested() -> None:
    tested = pins("dev")
    assert all(versions <= tested[name] for name, versions in pins("runtime").items())


# ------------------------------------------------------------------------------------------------- bill of materials


@pytest.fixture(scope="module")
def bill() -> dict[str, Any]:
    told: dict[str, Any] = SBOM.document(SBOM.locked(locked("runtime")), "0" * 64, None)
    return told


def test_the_bill_of_materials_is_valid_cyclonedx(bill: dict[str, Any]) -> None:
    validate = JsonStrictValidator(SchemaVersion.V1_6).validate_str
    assert validate(json.dumps(bill)) is None
    assert validate(json.dumps({**bill, "metadata": {"component": {}}})) is not None, "so it can fail"


def test_it_lists_what_the_lock_lists_with_version_and_hashes(bill: dict[str, Any]) -> None:
    assert {(each["name"], each["version"]) for each in bill["components"]} == {
        (name, version) for name, versions in pins("runtime").items() for version in versions
    }
    for each in bill["components"]:
        assert each["purl"] == f"pkg:pypi/{each['name']}@{each['version']}"
        pin = re.escape(f"{each['name']}=={each['version']} ")
        [entry] = re.findall(rf"^{pin}.*\n((?: .*\n)*)", locked("runtime"), re.M)
        hashes = sorted(re.findall("sha256:([0-9a-f]{64})", entry))
        assert [value["content"] for value in each["hashes"]] == hashes


def test_it_says_which_extra_brings_what(bill: dict[str, Any]) -> None:
    """Catches packages that stand with the wrong extra, or with none though nothing of the core needs them."""
    brought = {
        each["name"]: {
            value["value"] for value in each.get("properties", ()) if value["name"].endswith(":extra")
        }
        for each in bill["components"]
    }
    scopes = {each["name"]: each["scope"] for each in bill["components"]}
    assert all((scopes[name] == "optional") == bool(extras) for name, extras in brought.items())
    for name in ("httpx", "h11", "idna"):
        assert brought[name] == set(), "the core needs it"
    assert brought["jeepney"] == {"keyring"}
    assert brought["pyyaml"] == {"cli", "mock"}
    assert brought["click"] == {"cli", "mock"}, "uvicorn needs it"
    assert brought["numpy"] == brought["matplotlib"] == {"plot"}


def test_everything_in_it_is_reached_from_the_wheel(bill: dict[str, Any]) -> None:
    graph = {each["ref"]: set(each["dependsOn"]) for each in bill["dependencies"]}
    reached: set[str] = set()
    ahead = {bill["metadata"]["component"]["bom-ref"]}
    while ahead:
        reached |= ahead
        ahead = {ref for each in ahead for ref in graph[each]} - reached
    assert reached == graph.keys()
    assert {"pkg:pypi/h11@" in ref for ref in graph["pkg:pypi/anyio@" + min(pins("runtime")["anyio"])]} == {
        False
    }


def test_licences_are_those_of_the_listed_versions(bill: dict[str, Any]) -> None:
    """Catches a licence that is taken from another version than the listed one."""
    package = SBOM.Pinned("attrs", "0.1", None)
    assert SBOM.licences(package) == []
    if pins("dev")["attrs"] == {SBOM.metadata.version("attrs")}:
        known = [each for each in bill["components"] if "licenses" in each]
        assert len(known) > 0.8 * len(bill["components"])


def test_the_same_gives_the_same_bill_and_another_wheel_another_one(bill: dict[str, Any]) -> None:
    packages = SBOM.locked(locked("runtime"))
    assert SBOM.document(packages, "0" * 64, None) == bill
    assert SBOM.document(packages, "1" * 64, None)["serialNumber"] != bill["serialNumber"]
    assert "timestamp" not in bill["metadata"]
    assert SBOM.document(packages, "0" * 64, "86400")["metadata"]["timestamp"] == "1970-01-02T00:00:00+00:00"


def test_a_lock_of_another_form_is_not_read_as_if_it_were_complete() -> None:
    with pytest.raises(ValueError, match="not a line of a lock"):
        SBOM.locked("anyio @ file:///somewhere \\\n")


def test_it_is_written_beside_the_wheel(one: Built, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(SBOM, "ROOT", tmp_path)
    monkeypatch.setattr(SBOM, "WHEEL", tmp_path / SBOM.WHEEL.name)
    with pytest.raises(SystemExit, match="make build"):
        SBOM.main()
    shutil.copy(one.wheel, tmp_path)
    SBOM.main()
    told = json.loads((tmp_path / f"enphase-cloud-{__version__}.cdx.json").read_text())
    [digest] = told["metadata"]["component"]["hashes"]
    assert digest["content"] == hashlib.sha256(one.wheel.read_bytes()).hexdigest()


# ------------------------------------------------------------------------------------------------------ jobs of the CI


def jobs(path: Path) -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return told


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_pins_its_actions_and_may_do_little(path: Path) -> None:
    """Catches an action that somebody else can exchange, and a job that may write, hang, or leave a token behind."""
    text, told = path.read_text(encoding="utf-8"), jobs(path)
    used = re.findall(r"^\s*-? *uses: *(.*)$", text, re.M)
    assert used
    for each in used:
        assert re.fullmatch(r"[\w-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", each), each
    assert told["permissions"] == {"contents": "read"}
    for name, job in told["jobs"].items():
        assert job["timeout-minutes"] <= 120, name
        assert job["permissions"] == {"id-token": "write"} if name == "publish" else "permissions" not in job
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False, name
            assert "${{" not in step.get("run", ""), (
                f"{name}: what comes from outside goes by the environment"
            )
    assert "secrets." not in text


def test_the_workflow_runs_what_the_readme_names() -> None:
    told = jobs(ROOT / ".github" / "workflows" / "ci.yml")
    runs = [step["run"] for job in told["jobs"].values() for step in job["steps"] if "run" in step]
    words = " ".join(runs)
    assert ".ci/run" in runs
    for target in re.findall(r"make ([\w-]+)", words):
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M), target
    assert {"test-oldest", "test-newest", "test-wheel", "build", "sbom"} <= set(
        re.findall(r"make ([\w-]+)", words)
    )
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o100


def test_what_a_release_takes_is_there() -> None:
    """Catches a command or a file of docs/releasing.md that is no more."""
    told = (ROOT / "docs" / "releasing.md").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    assert set(re.findall(r"make ([a-z-]+)", told)) <= targets
    for name in re.findall(r"`((?:\.github|docs|locks|src|tests)/[\w./-]+)`", told):
        assert (ROOT / name).exists() or name == "docs/reliability.md", name


def test_the_matrix_is_what_the_classifiers_claim() -> None:
    told = jobs(ROOT / ".github" / "workflows" / "ci.yml")
    claimed = {line.rpartition(" ")[2] for line in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", line)}
    assert set(told["jobs"]["test"]["strategy"]["matrix"]["python"]) == claimed
    assert PROJECT["requires-python"] == f">={min(claimed, key=Version)}"


def test_no_committed_file_of_the_chain_names_a_registry() -> None:
    files = [*WORKFLOWS, ROOT / "pyproject.toml", ROOT / "Makefile", *(ROOT / "locks").iterdir()]
    for path in files:
        if path.is_file():
            assert not re.search(r"pypi\.org|pythonhosted|registry\.npm", path.read_text(encoding="utf-8")), (
                path
            )


# --------------------------------------------------------------------------------------------------- the wheel, alone


@dataclass(frozen=True)
class Place:
    """An environment with the wheel in it and nothing of the checkout."""

    folder: Path

    def runs(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("ENPHASE_", "PYTHON"))
        }
        program, *rest = words
        return subprocess.run(
            [self.folder / "bin" / program, *rest],
            cwd=self.folder,
            env={**kept, **environment},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )


def installed(folder: Path, what: str) -> Place:
    """An empty environment with this in it, by pip as it is set up here."""
    venv.create(folder, with_pip=True)
    place = Place(folder)
    told = place.runs("python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", what)
    assert told.returncode == 0, told.stdout + told.stderr
    where = place.runs(
        "python", "-c", "import enphase_cloud, enphase_v4; print(enphase_cloud.__file__, enphase_v4.__file__)"
    )
    assert all(Path(each).is_relative_to(folder) for each in where.stdout.split()), where
    return place


@pytest.mark.soak
@pytest.mark.skipif(sys.platform == "win32", reason="the programs of an environment lie elsewhere there")
def test_the_wheel_alone_runs_the_demo(one: Built, tmp_path: Path) -> None:
    """Catches a demo, a document or a dependency that only a checkout has."""
    place = installed(tmp_path / "place", f"{one.wheel}[all]")
    told = place.runs("enphase", "demo", "--days", "60", "--json")
    assert told.returncode == 0, told.stderr
    shown = json.loads(told.stdout)
    assert shown["left_out"] == {}
    assert {Path(each).suffix for each in shown["files"]} == {".csv", ".html", ".json", ".parquet", ".png"}
    assert {each["exit_status"] for each in shown["commands"]} == {0}
    assert place.runs("python", "-m", "pip", "check").returncode == 0


@pytest.mark.soak
@pytest.mark.skipif(sys.platform == "win32", reason="as above")
def test_the_wheel_without_extras_is_a_client_and_says_what_else_there_is(one: Built, tmp_path: Path) -> None:
    """Catches an import of what only an extra brings."""
    place = installed(tmp_path / "place", str(one.wheel))
    program = (
        "from enphase_cloud import Enphase\n"
        "with Enphase.from_env() as enphase:\n"
        "    [system] = enphase.systems()\n"
        "    rows = system.telemetry('production_meter', start='2026-11-18', end='2026-11-19')\n"
        "    print(len(list(rows)))\n"
    )
    with mock.serve(homes=1, clock=1_795_176_000.0) as server:
        variables = {
            "ENPHASE_BASE_URL": server.url,
            "ENPHASE_API_KEY": "any",
            "ENPHASE_ACCESS_TOKEN": "any",
            "ENPHASE_HOME": str(tmp_path / "home"),
        }
        asked = place.runs("python", "-W", "error", "-c", program, **variables)
    assert asked.stdout == "96\n", asked.stderr
    told = place.runs("enphase", "demo")
    assert (told.returncode, told.stdout) == (1, "")
    assert "pip install 'enphase-cloud[cli]'" in told.stderr
    assert (
        "pip install 'enphase-cloud[mock]'" in place.runs("python", "-c", "import enphase_cloud.mock").stderr
    )
