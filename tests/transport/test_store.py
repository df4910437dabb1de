"""The store of grants: whole, secret, and one at a time; whatever the disk, the keyring or other people do."""

from __future__ import annotations

import errno
import fcntl
import json
import logging
import os
import re
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import keyring
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keyring.backend import KeyringBackend
from keyring.backends import fail, null

from enphase_cloud.errors import ConfigurationError
from enphase_cloud.transport import kept
from enphase_cloud.transport.grant import Application, Grant, Profile
from enphase_cloud.transport.kept import LARGEST
from enphase_cloud.transport.secret import Secret
from enphase_cloud.transport.store import Store, open_store, profiles

from .store_samples import SECRETS, application, grant, mode, names, profile

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@pytest.fixture
def store(home: Path) -> Store:
    return open_store("file", home, "default")


@pytest.fixture
def path(home: Path) -> Path:
    return home / "profiles" / "default.json"


@pytest.fixture
def stray(path: Path) -> Path:
    return path.with_name(".default.json.new")


def keep(store: Store, one: Profile) -> None:
    lock = store.try_lock()
    assert lock is not None
    with lock:
        store.save(one)


def refused(act: Callable[[], object]) -> str:
    """The message of a refusal, after a look that neither it nor what a traceback keeps has a secret."""
    with pytest.raises(ConfigurationError) as caught:
        act()
    error: BaseException | None = caught.value
    seen = [str(error), repr(error)]
    while error is not None:
        trace = error.__traceback__
        while trace is not None:
            if "/src/enphase_cloud/" in trace.tb_frame.f_code.co_filename:
                seen += map(repr, trace.tb_frame.f_locals.values())
            trace = trace.tb_next
        assert error.__cause__ is None
        error = error.__context__
    assert not [text for text in seen for secret in SECRETS if secret in text]
    return str(caught.value)


def command_in(message: str) -> str:
    found = re.search("`((?:sudo )?ch.*?)`", message)
    assert found, message
    return found[1]


@contextmanager
def umask(value: int) -> Iterator[None]:
    before = os.umask(value)
    try:
        yield
    finally:
        os.umask(before)


# What is kept


def test_what_is_saved_is_loaded(store: Store) -> None:
    assert store.load() is None
    keep(store, profile())
    assert store.load() == profile()
    keep(store, profile(1, plan=None, username=None, systems=None, systems_at=None))
    assert store.load() == profile(1, plan=None, username=None, systems=None, systems_at=None)


def test_nothing_is_logged_where_nothing_is_wrong(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        keep(store, profile())
        assert store.load() == profile()
    assert not [record for record in caplog.records if record.name.startswith("enphase_cloud")]
    assert not [secret for secret in SECRETS if secret in caplog.text]


def test_asking_for_what_is_not_there_makes_nothing(store: Store, home: Path) -> None:
    assert store.load() is None
    assert profiles(home) == []
    assert not home.exists()


def test_delete(store: Store, home: Path) -> None:
    keep(store, profile())
    lock = store.try_lock()
    assert lock is not None
    with lock:
        assert store.delete()
        assert not store.delete()
    assert store.load() is None
    assert names(home / "profiles") == {".default.lock"}


def test_profiles_do_not_mix(home: Path) -> None:
    for number, name in enumerate(("default", "A.b-c_9", "default.json")):
        keep(open_store("file", home, name), profile(number))
    (home / "profiles" / "a text.json").touch()
    (home / "profiles" / "notes.txt").touch()
    assert profiles(home) == ["A.b-c_9", "default", "default.json"]
    assert open_store("file", home, "default.json").load() == profile(2)
    assert open_store("file", home, "default").load() == profile(0)


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", "a\\b", ".hidden", "-x", "a b", "ü", "a\n", "a\0", "x" * 65, None]
)
def test_names_that_no_profile_has(home: Path, name: Any) -> None:
    assert "cannot be the name of a profile" in refused(lambda: open_store("file", home, name))


def test_kinds_of_stores(home: Path) -> None:
    assert "There are: file, keyring" in refused(lambda: open_store("cloud", home, "default"))


def test_the_place_stays_when_the_program_changes_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = open_store("file", Path("home"), "default")
    keep(store, profile())
    monkeypatch.chdir("/")
    assert store.load() == profile()
    assert (store.name, store.place) == ("default", str(tmp_path / "home" / "profiles" / "default.json"))


texts = st.text(st.characters(exclude_categories=["Cs"]))
secrets = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).map(Secret)
moments = st.floats(0, 4_133_980_799)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
profiles_kept = st.builds(
    Profile,
    base_url=texts,
    application=st.builds(Application, client_id=texts, client_secret=secrets, api_key=secrets),
    grant=st.builds(
        Grant,
        access_token=secrets,
        refresh_token=secrets,
        obtained_at=moments,
        expires_at=moments,
        consent_at=moments,
        scope=st.none() | texts,
        extra=st.dictionaries(st.text(), anything, max_size=3),
    ),
    plan=st.none() | texts,
    username=st.none() | texts,
    systems=st.none() | st.lists(st.integers(0, 10**9), max_size=3).map(tuple),
    systems_at=st.none() | moments,
)


@given(profiles_kept)
def test_every_profile_comes_back_as_it_was(one: Profile) -> None:
    found = kept.parse(kept.compose(one))
    assert isinstance(found, kept.Kept)
    assert found.profile == one


@given(st.dictionaries(st.text(), anything), st.dictionaries(st.text(), anything), st.data())
def test_what_a_newer_version_added_stays(more: dict[str, Any], inner: dict[str, Any], data: Any) -> None:
    written = json.loads(kept.compose(profile()))
    where = data.draw(st.sampled_from(["application", "grant"]))
    newer = {**more, **written, where: {**inner, **written[where]}}
    before = kept.parse(json.dumps(newer))
    assert isinstance(before, kept.Kept)
    after = json.loads(kept.compose(profile(2), before))
    expected = json.loads(kept.compose(profile(2)))
    assert after == {**more, **expected, where: {**inner, **expected[where]}}


def add_fields(path: Path) -> None:
    content = json.loads(path.read_text())
    content["new"] = 1
    content["application"]["new"] = [2]
    content["grant"]["new"] = {"a": 3}
    path.write_text(json.dumps(content))


def test_unknown_fields_stay_through_a_refresh(store: Store, path: Path) -> None:
    keep(store, profile())
    add_fields(path)
    found = store.load()
    assert found is not None
    keep(store, replace(found, grant=grant(1)))
    content = json.loads(path.read_text())
    assert (content["new"], content["application"]["new"], content["grant"]["new"]) == (1, [2], {"a": 3})
    assert store.load() == profile(1)


@pytest.mark.parametrize(
    "other", [{"application": application("client-2")}, {"base_url": "http://127.0.0.1:1"}]
)
def test_unknown_fields_of_another_application_go(store: Store, path: Path, other: dict[str, Any]) -> None:
    keep(store, profile())
    add_fields(path)
    keep(store, profile(**other))
    assert '"new"' not in path.read_text()


# What is written can be read


def test_what_a_newer_version_added_goes_where_it_leaves_no_room(store: Store, path: Path) -> None:
    content = json.loads(kept.compose(profile()))
    path.parent.mkdir(parents=True, mode=0o700)
    path.parent.parent.chmod(0o700)
    path.write_text(json.dumps(content | {"new": "x" * (LARGEST - 3000)}))
    path.chmod(0o600)
    keep(store, profile(2))
    assert "new" in json.loads(path.read_text())
    keep(store, profile(1))
    assert store.load() == profile(1), "whose token is longer"
    assert "new" not in json.loads(path.read_text())


@pytest.mark.parametrize(
    "change",
    [
        {"username": "x" * LARGEST},
        {"username": "\ud800"},
        {"systems_at": 1e15},
        {"grant": grant(access_token=Secret(SECRETS[2] * LARGEST))},
    ],
)
def test_what_could_not_be_read_again_is_not_written(
    store: Store, path: Path, change: dict[str, Any]
) -> None:
    keep(store, profile())
    assert "not stored" in refused(lambda: keep(store, profile(**change)))
    assert store.load() == profile()
    assert names(path.parent) == {"default.json", ".default.lock"}


def deep(levels: int) -> Any:
    value: Any = 1
    for level in range(levels):
        value = [value] if level % 2 else {"a": value}
    return value


def test_what_is_nested_too_deep_is_not_kept(store: Store) -> None:
    """Written by recursion: what was read of it could not be written any more, and the renewed tokens were lost."""
    shallow = {"a": deep(64), "b": {}, "c": "[[["}
    keep(store, profile(grant=grant(extra={**shallow, "deep": deep(65), "deeper": deep(100_000)})))
    assert store.load() == profile(grant=grant(extra=shallow))


@pytest.mark.parametrize("levels", [66, 400, 900])
@pytest.mark.parametrize("where", ["", "application", "grant", "extra"])
def test_what_is_nested_too_deep_is_left_out_when_it_is_read(where: str, levels: int) -> None:
    content = json.loads(kept.compose(profile()))
    inner = {"": content, "extra": content["grant"]["extra"]}.get(where) or content[where]
    inner |= {"new": "kept", "deep": "MARK"}
    found = kept.parse(json.dumps(content).replace('"MARK"', "[" * levels + "]" * levels))
    assert isinstance(found, kept.Kept)
    after = json.loads(kept.compose(found.profile, found))
    inner.pop("deep")
    assert after == content


def test_a_file_that_is_far_too_deep_is_refused(store: Store, path: Path) -> None:
    keep(store, profile())
    text = path.read_text().rstrip()[:-1]
    path.write_text(f'{text}, "new": {"[" * 100_000}{"]" * 100_000}}}')
    assert "is damaged" in refused(store.load)


# What is not read


@given(st.integers(0, len(kept.compose(profile())) - 1))
def test_a_file_that_was_cut_is_no_profile(length: int) -> None:
    found = kept.parse(kept.compose(profile())[:length])
    assert isinstance(found, kept.Problem)
    assert "cut short" in found.words


FIELDS = [
    *[(name,) for name in json.loads(kept.compose(profile()))],
    *[("application", name) for name in ("client_id", "client_secret", "api_key")],
    *[("grant", name) for name in json.loads(kept.compose(profile()))["grant"]],
]


@given(st.sampled_from(FIELDS), anything | st.sampled_from([10**400, -1, True, float("inf"), "", "\ud800"]))
def test_whatever_stands_in_a_field_there_is_an_answer(field: tuple[str, ...], value: Any) -> None:
    content = json.loads(kept.compose(profile()))
    inner = content if len(field) == 1 else content[field[0]]
    inner[field[-1]] = value
    found = kept.parse(json.dumps(content))
    if isinstance(found, kept.Problem):
        assert not [secret for secret in SECRETS if secret in found.words]
        assert "JSON" in found.words or "format" in found.words or ".".join(field) in found.words
    else:
        assert kept.parse(kept.compose(found.profile, found)) == found  # it can be kept, and comes back


NOT_MAYBE = ["version", "base_url", "application.client_id", "application.api_key", "grant.access_token"]


def without(field: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(kept.compose(profile()))
    *outer, name = field.split(".")
    del (content[outer[0]] if outer else content)[name]
    return content


@pytest.mark.parametrize("field", NOT_MAYBE)
def test_a_field_that_is_missing_is_named(field: str) -> None:
    words = f"is damaged: {field} is missing, or not what it has to be"
    assert kept.parse(json.dumps(without(field))) == kept.Problem(words)


@pytest.mark.parametrize("field", ["grant", "application"])
def test_a_part_that_is_missing_is_named(field: str) -> None:
    words = f"is damaged: {field} is not a JSON object"
    assert kept.parse(json.dumps(without(field))) == kept.Problem(words)


def test_what_is_no_object_is_told_from_what_is_no_json() -> None:
    assert kept.parse("[]") == kept.Problem("is damaged: it is not a JSON object")
    assert kept.parse("[") == kept.Problem("is damaged: it is cut short, or not JSON")


NO_WHOLE_NUMBERS: list[Any] = [True, 1.5, "1", -1, 2**53]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("version", value) for value in NO_WHOLE_NUMBERS),
        *(("systems", [value]) for value in NO_WHOLE_NUMBERS),
        ("systems", {}),
        ("systems", "12"),
    ],
)
def test_what_is_no_whole_number(field: str, value: Any) -> None:
    content = json.loads(kept.compose(profile())) | {field: value}
    words = f"is damaged: {field} is missing, or not what it has to be"
    assert kept.parse(json.dumps(content)) == kept.Problem(words)


@pytest.mark.parametrize("name", ["obtained_at", "expires_at", "consent_at"])
@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        "1800000000",
        [],
        2**53,
        -(2**53),
        float("nan"),
        float("inf"),
        -0.5,
        -1e10,
        1e12,
        4_133_980_800,
    ],
)
def test_what_is_no_moment(name: str, value: Any) -> None:
    content = json.loads(kept.compose(profile()))
    content["grant"][name] = value
    words = f"is damaged: grant.{name} is missing, or not what it has to be"
    assert kept.parse(json.dumps(content)) == kept.Problem(words)


def test_moments_that_can_be(store: Store, path: Path) -> None:
    for moment in (0, 4_133_980_799.5):
        one = profile(
            grant=grant(obtained_at=moment, expires_at=moment, consent_at=moment), systems_at=moment
        )
        found = kept.parse(kept.compose(one))
        assert isinstance(found, kept.Kept)
        assert found.profile == one


@pytest.mark.parametrize("name", ["scope", "extra"])
def test_fields_that_may_be_missing(name: str) -> None:
    content = json.loads(kept.compose(profile()))
    del content["grant"][name]
    found = kept.parse(json.dumps(content))
    assert isinstance(found, kept.Kept)
    assert found.profile.grant in (grant(scope=None), grant(extra={}))


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"version": 1}']
)
def test_what_is_no_profile_leads_to_a_login(store: Store, path: Path, content: bytes) -> None:
    keep(store, profile())
    path.write_bytes(content)
    message = refused(store.load)
    assert str(path) in message
    assert "is damaged" in message
    assert "`enphase login --replace --profile default`" in message
    keep(store, profile(1))  # as the login does
    assert store.load() == profile(1)


@pytest.mark.parametrize("version", [0, 2, 99])
def test_another_format_is_not_guessed_at(store: Store, path: Path, version: int) -> None:
    keep(store, profile())
    path.write_text(path.read_text().replace('"version": 1', f'"version": {version}'))
    message = refused(store.load)
    assert f"has format {version}" in message
    assert "update enphase-cloud" in message
    assert "`enphase login --replace --profile default`" in message


def test_a_damaged_file_does_not_show_its_secrets(store: Store, path: Path) -> None:
    keep(store, profile())
    text = path.read_text()
    for length in range(len(text) - 1):
        path.write_text(text[:length])
        refused(store.load)


def test_the_size_has_a_limit(store: Store, path: Path) -> None:
    keep(store, profile())
    size = len(path.read_bytes())
    path.write_bytes(path.read_bytes() + b" " * (LARGEST - size))
    assert store.load() == profile()
    path.write_bytes(path.read_bytes() + b" ")
    assert refused(store.load) == (
        f"{path} is too large to be a profile. Move it away, and run `enphase login --replace --profile default`."
    )


# Who may see it


@pytest.mark.parametrize("mask", [0, 0o022, 0o077, 0o777])
def test_only_the_owner_has_it_whatever_the_umask(
    home: Path, stray: Path, mask: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store("file", home, "default")
    path = Path(store.place)
    seen = []
    write = os.write

    def watched(file: int, data: bytes) -> int:
        seen.append(mode(stray))
        return write(file, data)

    monkeypatch.setattr(os, "write", watched)
    with umask(mask):
        keep(store, profile())
    assert seen
    assert {mode(path), mode(path.with_name(".default.lock")), *seen} == {0o600}
    assert {mode(home), mode(home / "profiles")} == {0o700}


def test_a_file_is_born_closed(store: Store, stray: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not only once the mode is put right."""
    born = []
    fchmod = os.fchmod

    def watched(file: int, to: int) -> None:
        born.extend([mode(stray)] if stray.exists() else [])
        fchmod(file, to)

    monkeypatch.setattr(os, "fchmod", watched)
    with umask(0):
        keep(store, profile())
    assert born == [0o600]


def test_folders_are_born_closed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store("file", home / "deep" / "down", "default")
    born = []
    chmod = os.chmod

    def watched(path: Path, to: int, **more: Any) -> None:
        born.append(mode(path))
        chmod(path, to, **more)

    monkeypatch.setattr(os, "chmod", watched)
    with umask(0):
        keep(store, profile())
    assert born == [0o700] * 4, "those above, too"


def test_folders_that_were_there_stay_as_they_are(store: Store, home: Path) -> None:
    home.mkdir(parents=True)
    home.chmod(0o755)
    keep(store, profile())
    assert mode(home) == 0o755
    assert mode(home / "profiles") == 0o700


@pytest.mark.parametrize("bits", [0o640, 0o620, 0o610, 0o604, 0o602, 0o601, 0o666])
def test_a_file_that_others_can_use_is_refused(tmp_path: Path, bits: int) -> None:
    store = open_store("file", tmp_path / "a folder", "default")
    keep(store, profile())
    Path(store.place).chmod(bits)
    message = refused(store.load)
    assert "open to other users" in message
    subprocess.run(command_in(message), shell=True, check=True)  # noqa: S602 - what the message says to run
    assert mode(Path(store.place)) == 0o600
    assert store.load() == profile()


@pytest.mark.parametrize("bits", [0o770, 0o702, 0o1777])
def test_a_folder_that_others_can_write_in_is_refused(tmp_path: Path, bits: int) -> None:
    store = open_store("file", tmp_path / "it's here", "default")
    keep(store, profile())
    folder = Path(store.place).parent
    folder.chmod(bits)
    message = refused(store.load)
    assert refused(store.try_lock) == message
    subprocess.run(command_in(message), shell=True, check=True)  # noqa: S602 - what the message says to run
    assert mode(folder) == 0o700
    assert store.load() == profile()


def test_a_folder_that_others_can_look_into_is_used(store: Store, path: Path) -> None:
    keep(store, profile())
    path.parent.chmod(0o755)
    assert store.load() == profile()


def test_what_belongs_to_somebody_else_is_refused(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(store, profile())
    owner = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    message = refused(store.load)
    assert f"{path.parent} belongs to user {owner}" in message
    assert command_in(message) == f"sudo chown {owner + 1} {path.parent}"
    assert refused(store.try_lock) == message


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_file_of_somebody_else_in_a_folder_of_ours_is_refused(store: Store, path: Path) -> None:
    keep(store, profile())
    os.chown(path, 12345, -1)
    assert f"{path} belongs to user 12345" in refused(store.load)


def as_link(path: Path) -> None:
    path.symlink_to(path.with_name("there"))
    path.with_name("there").write_bytes(kept.compose(profile()))


def as_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            listener.bind(
                f"/proc/self/fd/{folder}/{path.name}"
            )  # the path itself is too long for a socket's name
        finally:
            os.close(folder)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (as_link, "is a symbolic link"),
        (lambda path: path.symlink_to("nowhere"), "is a symbolic link"),
        (lambda path: os.mkfifo(path, 0o600), "is not a file"),
        (lambda path: path.mkdir(mode=0o700), "is not a file"),
        (as_socket, ""),
    ],
)
def test_what_is_not_a_file_is_refused_at_once(
    store: Store, path: Path, make: Callable[[Path], None], words: str
) -> None:
    keep(store, profile())
    path.unlink()
    make(path)
    before = names(Path("/proc/self/fd"))
    message = refused(store.load)
    assert names(Path("/proc/self/fd")) == before
    assert message.startswith(f"cannot read {path}" if make is as_socket else f"{path} {words}")
    assert make is as_socket or message.endswith(
        "Move it away, and run `enphase login --replace --profile default`."
    )


@pytest.mark.parametrize("plant", [Path.touch, as_link])
def test_what_somebody_plants_at_the_last_moment_is_not_written_to(
    store: Store, stray: Path, monkeypatch: pytest.MonkeyPatch, plant: Callable[[Path], None]
) -> None:
    keep(store, profile())
    plant(stray)
    before = stray.read_bytes()
    with monkeypatch.context() as broken:
        broken.setattr(Path, "unlink", lambda path, missing_ok: None)
        assert "File exists" in refused(lambda: keep(store, profile(1)))
        assert stray.read_bytes() == before
    assert store.load() == profile()


def test_a_link_is_replaced_and_not_followed(store: Store, path: Path) -> None:
    keep(store, profile())
    path.unlink()
    as_link(path)
    keep(store, profile(1))
    assert store.load() == profile(1)
    assert path.with_name("there").read_bytes() == kept.compose(profile())


def test_where_there_are_no_modes_none_are_asked_for(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows, which has none of these calls; the lock is filelock's own affair there."""
    lock = store.try_lock()
    assert lock is not None
    monkeypatch.setattr(sys, "platform", "win32")
    for name in ("geteuid", "fchmod", "O_DIRECTORY", "O_CLOEXEC", "O_NOFOLLOW"):
        monkeypatch.delattr(os, name)
    store.save(profile())
    path.chmod(0o666)
    assert store.load() == profile()
    assert store.delete()
    monkeypatch.undo()
    lock.release()


# Disks that fail


NO_SPACE, BROKEN, READ_ONLY = errno.ENOSPC, errno.EIO, errno.EROFS
STEPS = [
    ("open", 1, NO_SPACE),
    ("open", 1, READ_ONLY),
    ("fchmod", 1, BROKEN),
    ("write", 1, NO_SPACE),
    ("write", 2, NO_SPACE),
    ("write", 3, BROKEN),
    ("fsync", 1, NO_SPACE),
    ("fsync", 1, BROKEN),
    ("close", 2, BROKEN),  # the first is of reading what is there
    ("replace", 1, BROKEN),
    ("replace", 1, NO_SPACE),
]


def failing(monkeypatch: pytest.MonkeyPatch, call: str, when: int, code: int) -> None:
    """The call fails at its `when`th time; writes take no more than 300 bytes at once."""
    real = getattr(os, call)
    write = os.write
    count = 0

    def fails(*given: Any, **named: Any) -> Any:
        nonlocal count
        # The first open is that of the file that is there, and not a write at all.
        if call != "open" or given[1] & os.O_CREAT:
            count += 1
        if count == when:
            count += 1
            if call == "close":
                real(*given)
            raise OSError(code, os.strerror(code))
        if call == "write":
            return write(given[0], bytes(given[1][:300]))
        return real(*given, **named)

    monkeypatch.setattr(os, call, fails)


@pytest.mark.parametrize(("call", "when", "code"), STEPS)
def test_a_failure_at_any_step_leaves_the_old_grant(
    home: Path, monkeypatch: pytest.MonkeyPatch, call: str, when: int, code: int
) -> None:
    store = open_store("file", home, "default")
    path = Path(store.place)
    keep(store, profile())
    lock = store.try_lock()
    assert lock is not None
    with lock:
        before = names(Path("/proc/self/fd"))
        with monkeypatch.context() as broken:
            failing(broken, call, when, code)
            message = refused(lambda: store.save(profile(1)))
        assert names(Path("/proc/self/fd")) == before
        assert f"cannot write {path}: {os.strerror(code)}; the new tokens are not stored" in message
        assert "ENPHASE_HOME" in message
        assert names(path.parent) == {"default.json", ".default.lock"}
        assert store.load() == profile()
        store.save(profile(1))
    assert store.load() == profile(1)


def test_a_failure_of_the_folder_is_told_though_the_new_grant_is_there(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(store, profile())
    lock = store.try_lock()
    assert lock is not None
    with lock, monkeypatch.context() as broken:
        failing(broken, "fsync", 2, BROKEN)
        refused(lambda: store.save(profile(1)))
    assert store.load() == profile(1)
    assert names(path.parent) == {"default.json", ".default.lock"}


@pytest.mark.parametrize("code", [errno.EINVAL, errno.ENOTSUP])
def test_systems_that_do_not_synchronise_folders(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    failing(monkeypatch, "fsync", 2, code)
    keep(store, profile())
    assert store.load() == profile()


def test_the_disk_has_it_before_the_old_one_goes(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(store, profile())
    steps: list[str] = []
    fsync, rename = os.fsync, os.replace

    def watched_fsync(file: int) -> None:
        kind = "folder" if stat.S_ISDIR(os.fstat(file).st_mode) else "file"
        steps.append(f"fsync {kind} of {os.fstat(file).st_size} bytes" if kind == "file" else "fsync folder")
        fsync(file)

    def watched_rename(*given: Any) -> None:
        steps.append("rename")
        rename(*given)

    monkeypatch.setattr(os, "fsync", watched_fsync)
    monkeypatch.setattr(os, "replace", watched_rename)
    keep(store, profile(1))
    assert steps == [f"fsync file of {path.stat().st_size} bytes", "rename", "fsync folder"]


def test_short_writes_are_gone_on_with(store: Store, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, data: write(file, bytes(data[:7])))
    keep(store, profile(1))
    assert store.load() == profile(1)


def test_an_interrupted_save_leaves_nothing(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(store, profile())

    def interrupted(file: int) -> None:
        raise KeyboardInterrupt

    lock = store.try_lock()
    assert lock is not None
    with lock:
        with monkeypatch.context() as broken:
            broken.setattr(os, "fsync", interrupted)
            with pytest.raises(KeyboardInterrupt):
                store.save(profile(1))
        assert names(path.parent) == {"default.json", ".default.lock"}
    assert store.load() == profile()


def test_what_cannot_be_removed(store: Store, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(store, profile())
    failing(monkeypatch, "unlink", 2, BROKEN)
    assert f"cannot remove {path}: " in refused(store.delete)
    assert store.load() == profile()


@pytest.mark.parametrize("act", ["load", "try_lock", "profiles"])
def test_a_home_that_is_no_folder(home: Path, act: str) -> None:
    home.parent.mkdir(exist_ok=True)
    home.write_text("not a folder")
    store = open_store("file", home, "default")
    acts: dict[str, Callable[[], object]] = {
        "load": store.load,
        "try_lock": store.try_lock,
        "profiles": lambda: profiles(home),
    }
    assert str(home) in refused(acts[act])


@pytest.mark.parametrize(
    ("error", "words"),
    [(PermissionError(errno.EACCES, "Permission denied"), "Permission denied"), (OSError("?"), "OSError")],
)
def test_a_file_that_cannot_be_read(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, words: str
) -> None:
    keep(store, profile())

    def fails(*given: Any, **named: Any) -> int:
        raise error

    monkeypatch.setattr(os, "open", fails)
    assert refused(store.load) == (
        f"cannot read {path}: {words}. Make it readable for you; or, to begin anew, "
        "run `enphase login --replace --profile default`."
    )


# What a killed writer leaves


def test_whoever_gets_the_lock_clears_up(store: Store, stray: Path) -> None:
    keep(store, profile())
    for act in (store.load, store.delete):
        stray.write_text("a token")
        act()
        assert not stray.exists()
    stray.write_text("a token")
    lock = store.try_lock()
    assert lock is not None
    assert not stray.exists()
    stray.write_text("a token")
    store.save(profile(1))
    assert not stray.exists()
    lock.release()
    assert store.load() == profile(1)


def test_what_an_active_writer_has_begun_is_left_alone(store: Store, stray: Path) -> None:
    keep(store, profile())
    lock = store.try_lock()
    assert lock is not None
    stray.write_text("half of it")
    assert store.load() == profile()
    assert store.try_lock() is None
    assert stray.exists()
    lock.release()


def test_a_leftover_that_stays_is_told_and_in_nobodys_way_but_the_writers(
    store: Store, stray: Path, caplog: pytest.LogCaptureFixture
) -> None:
    keep(store, profile())
    stray.mkdir()
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        assert store.load() == profile()
    assert [record.getMessage() for record in caplog.records] == [
        f"cannot remove {stray}, which may hold tokens: Is a directory"
    ]
    assert "cannot write" in refused(lambda: keep(store, profile(1)))
    assert store.load() == profile()


def test_a_read_only_disk_can_be_read(store: Store, stray: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(store, profile())
    stray.write_text("a token")
    monkeypatch.setattr(fcntl, "flock", unavailable(errno.EROFS))
    assert store.load() == profile()


# The lock


def test_one_holder_at_a_time(home: Path, store: Store) -> None:
    again = open_store("file", home, "default")
    first = store.try_lock()
    assert first is not None
    assert store.try_lock() is None
    assert again.try_lock() is None
    first.release()
    second = again.try_lock()
    assert second is not None
    first.release()  # a second time: not the lock of another
    assert store.try_lock() is None
    second.release()


def test_profiles_have_a_lock_each(home: Path, store: Store) -> None:
    one, other = store.try_lock(), open_store("file", home, "other").try_lock()
    assert one is not None
    assert other is not None
    one.release()
    other.release()


def test_an_error_under_the_lock_frees_it(store: Store) -> None:
    lock = store.try_lock()
    assert lock is not None
    with pytest.raises(ZeroDivisionError), lock:
        raise ZeroDivisionError
    again = store.try_lock()
    assert again is not None
    again.release()


def test_threads_exclude_each_other_and_may_release_for_each_other(store: Store) -> None:
    lock = store.try_lock()
    assert lock is not None
    found: list[object] = []

    def elsewhere() -> None:
        found.append(store.try_lock())
        lock.release()

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert found == [None]
    again = store.try_lock()
    assert again is not None
    again.release()


def test_asking_never_waits(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def sleep(seconds: float) -> None:
        raise AssertionError

    monkeypatch.setattr(time, "sleep", sleep)
    lock = store.try_lock()
    assert lock is not None
    assert store.try_lock() is None
    lock.release()


def unavailable(code: int) -> Callable[..., None]:
    def flock(file: int, what: int) -> None:
        raise OSError(code, os.strerror(code))

    return flock


@pytest.mark.parametrize("code", [errno.ENOSYS, errno.ENOLCK, errno.EIO])
def test_where_there_are_no_locks_nothing_takes_their_place(
    store: Store, home: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """Not a file that a killed holder would leave for ever."""
    monkeypatch.setattr(fcntl, "flock", unavailable(code))
    for _ in range(2):
        message = refused(store.try_lock)
        assert f"cannot lock {home / 'profiles' / '.default.lock'}" in message
        assert "ENPHASE_HOME" in message
    monkeypatch.undo()
    lock = store.try_lock()
    assert lock is not None
    lock.release()


def test_a_lock_that_the_system_does_not_take_back(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = store.try_lock()
    assert lock is not None
    with monkeypatch.context() as broken:
        broken.setattr(fcntl, "flock", unavailable(errno.EIO))
        lock.release()
    del lock
    again = store.try_lock()
    assert again is not None
    again.release()


def test_a_link_in_the_locks_place_is_not_followed(store: Store, path: Path, tmp_path: Path) -> None:
    keep(store, profile())
    lock = path.with_name(".default.lock")
    lock.unlink()
    lock.symlink_to(tmp_path / "elsewhere")
    assert "cannot lock" in refused(store.try_lock)
    assert not (tmp_path / "elsewhere").exists()


@contextmanager
def holder(home: Path, *more: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.transport.store_holder", str(home), "default", *more]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_another_process_has_it_until_it_is_killed(home: Path, store: Store, stray: Path) -> None:
    with holder(home) as process:
        stray.write_text("half of it")
        assert store.try_lock() is None
        assert store.load() is None
        assert stray.exists()
        process.kill()
        process.wait()
        assert store.load() is None
        assert not stray.exists()
        lock = store.try_lock()
        assert lock is not None
        lock.release()


def test_a_child_of_the_holder_does_not_keep_it(home: Path, store: Store) -> None:
    """A program may fork in another thread at the very moment of a refresh."""
    with holder(home, "fork") as process:
        process.kill()
        process.wait()
        lock = store.try_lock()  # and the child lives still: its input, ours to close, has not ended
        assert lock is not None
        lock.release()


def test_nothing_is_lost_among_threads_and_processes(home: Path, store: Store) -> None:
    keep(store, profile(systems=(0,)))
    workers, threads, times = 4, 2, 25
    command = [sys.executable, "-m", "tests.transport.store_counter", str(home), str(threads), str(times)]
    processes = [subprocess.Popen(command, cwd=ROOT) for _ in range(workers)]
    assert [process.wait() for process in processes] == [0] * workers
    found = store.load()
    assert found is not None
    assert found.systems == (workers * threads * times,)


# What is loaded


def test_opening_a_store_loads_little() -> None:
    code = (
        "import sys; from pathlib import Path; from enphase_cloud.transport.store import open_store;"
        "open_store('file', Path('nowhere'), 'default').load(); print(*sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(run.stdout.split()) & {"filelock", "keyring", "httpx", "sqlite3", "platformdirs"}


# The keyring


class Memory(KeyringBackend):
    """A keyring that lasts as long as the test, and does what it is told to."""

    priority = 1

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], str] = {}
        self.fails: str | None = None
        self.longest: int | None = None

    def get_password(self, service: str, username: str) -> str | None:
        self._perhaps_fail("get", "")
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._perhaps_fail("set", password)
        self.entries[service, username] = password[: self.longest]

    def delete_password(self, service: str, username: str) -> None:
        self._perhaps_fail("delete", "")
        del self.entries[service, username]

    def _perhaps_fail(self, what: str, content: str) -> None:
        if self.fails == what:
            msg = f"{what}: {content}"
            raise RuntimeError(msg)


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> Memory:
    backend = Memory()
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    return backend


def test_the_keyring_keeps_what_the_file_would(home: Path, memory: Memory) -> None:
    store = open_store("keyring", home, "default")
    assert (store.name, store.place) == ("default", "the keyring entry enphase-cloud / default")
    assert store.load() is None
    lock = store.try_lock()
    assert lock is not None
    with lock:
        assert store.try_lock() is None
        assert open_store("file", home, "default").try_lock() is None
        assert not store.delete()
        store.save(profile())
        assert memory.entries == {("enphase-cloud", "default"): kept.compose(profile()).decode()}
        assert store.load() == profile()
        assert names(home / "profiles") == {".default.lock"}
        assert store.delete()
    assert store.load() is None
    assert memory.entries == {}


def test_the_keyring_keeps_unknown_fields_and_replaces_what_is_damaged(home: Path, memory: Memory) -> None:
    store = open_store("keyring", home, "default")
    keep(store, profile())
    entry = ("enphase-cloud", "default")
    memory.entries[entry] = memory.entries[entry].replace('"version"', '"newer": 7, "version"')
    keep(store, profile(1))
    assert json.loads(memory.entries[entry])["newer"] == 7
    memory.entries[entry] = memory.entries[entry][:-5]
    message = refused(store.load)
    assert store.place in message
    assert "`enphase login --replace --profile default`" in message
    keep(store, profile(2))
    assert store.load() == profile(2)


@pytest.mark.parametrize(("step", "words"), [("get", "read"), ("set", "written"), ("delete", "removed")])
def test_errors_of_the_keyring_show_nothing(home: Path, memory: Memory, step: str, words: str) -> None:
    store = open_store("keyring", home, "default")
    keep(store, profile())
    memory.fails = step
    acts: dict[str, list[Callable[[], object]]] = {
        "get": [store.load, store.delete, lambda: store.save(profile(1))],
        "set": [lambda: store.save(profile(1))],
        "delete": [store.delete],
    }
    for act in acts[step]:
        message = refused(act)
        assert message.startswith(f"{store.place} cannot be {words}")
        assert f": RuntimeError from {__name__}. Unlock the keyring" in message
    memory.fails = None
    assert store.load() == profile()


@pytest.mark.parametrize("longest", [0, 100])
def test_a_keyring_that_does_not_keep_what_it_is_given(home: Path, memory: Memory, longest: int) -> None:
    store = open_store("keyring", home, "default")
    memory.longest = longest
    assert "does not keep what is written" in refused(lambda: store.save(profile()))


@pytest.mark.parametrize("backend", [fail.Keyring, null.Keyring])
def test_keyrings_that_are_none_are_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch, backend: type[KeyringBackend]
) -> None:
    monkeypatch.setattr(keyring, "get_keyring", backend)
    message = refused(lambda: open_store("keyring", home, "default"))
    assert f"there is no keyring to keep grants in ({backend.__module__})" in message
    assert "ENPHASE_STORE=file" in message


def test_without_the_package_there_is_advice(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    message = refused(lambda: open_store("keyring", home, "default"))
    assert message.startswith("grants can be kept in a keyring with the extra")
    assert "pip install 'enphase-cloud[keyring]', or keep grants in files: ENPHASE_STORE=file." in message


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ModuleNotFoundError("no", name="keyrings"), "needs the package keyrings"),
        (RuntimeError("content"), "cannot be opened: RuntimeError"),
    ],
)
def test_a_keyring_that_cannot_be_opened(
    home: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    def fails() -> None:
        raise error

    monkeypatch.setattr(keyring, "get_keyring", fails)
    message = refused(lambda: open_store("keyring", home, "default"))
    assert words in message
    assert "content" not in message
