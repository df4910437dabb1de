"""Settings: who has the first say, what is not set, what is refused, and that no secret is repeated."""

from __future__ import annotations

import sys
import traceback
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from enphase_v4.catalog import BASE_URL

from enphase_cloud import ConfigurationError, Plan
from enphase_cloud._settings import Settings, default_home, resolve, same_service
from enphase_cloud.transport.grant import Application, Grant, Profile
from enphase_cloud.transport.plan import UNLIMITED
from enphase_cloud.transport.secret import Secret
from enphase_cloud.transport.store import open_store

CANARY = "c4n4ry-5up3r53cr3t"
HOST = "https://stored.example"
STORED = Profile(
    base_url=HOST,
    application=Application(
        client_id="stored-id", client_secret=Secret("stored-s"), api_key=Secret("stored-k")
    ),
    grant=Grant(
        access_token=Secret("stored-a"),
        refresh_token=Secret("stored-r"),
        obtained_at=1.0,
        expires_at=2.0,
        consent_at=1.0,
    ),
    plan="kilowatt",
)
ENVIRON = {
    "ENPHASE_API_KEY": "env-k",
    "ENPHASE_ACCESS_TOKEN": "env-t",
    "ENPHASE_CLIENT_ID": "env-id",
    "ENPHASE_CLIENT_SECRET": "env-s",
    "ENPHASE_BASE_URL": "https://env.example",
    "ENPHASE_PLAN": "megawatt",
    "ENPHASE_PROFILE": "env-profile",
    "ENPHASE_STORE": "file",
}
ARGUMENTS: dict[str, Any] = {
    "api_key": "arg-k",
    "access_token": "arg-t",
    "client_id": "arg-id",
    "client_secret": "arg-s",
    "base_url": "https://arg.example",
    "plan": "partner",
    "profile": "arg-profile",
    "store": "keyring",
}


def save(home: Path, profile: Profile = STORED, name: str = "default") -> None:
    store = open_store("file", home, name)
    lock = store.try_lock()
    assert lock is not None
    with lock:
        store.save(profile)


def configure(home: Path, text: str) -> None:
    home.mkdir(parents=True, exist_ok=True)
    (home / "config.toml").write_text(text)


def shown_below(error: BaseException) -> str:
    """All that an error shows, with the variables of every frame but that of the test."""
    assert error.__traceback__ is not None
    below = error.__traceback__.tb_next
    assert below is not None
    return "".join(traceback.TracebackException(type(error), error, below, capture_locals=True).format())


def facts(settings: Settings) -> dict[str, Any]:
    """What the settings are, secrets revealed."""
    secrets = {name: getattr(settings, name) for name in ("api_key", "access_token", "client_secret")}
    return {
        **{name: None if value is None else value.reveal() for name, value in secrets.items()},
        "client_id": settings.client_id,
        "base_url": settings.base_url,
        "plan": settings.plan.name,
        "profile": settings.profile,
        "store": settings.store,
    }


def test_without_anything_there_are_defaults(home: Path) -> None:
    settings = resolve(environ={})
    assert settings == Settings(
        home=home,
        profile="default",
        store="file",
        base_url=BASE_URL,
        plan=UNLIMITED,
        timeout=30.0,
        api_key=None,
        access_token=None,
        client_id=None,
        client_secret=None,
        stored=None,
    )
    assert not home.exists(), "nothing is made by looking"


def test_the_environment_is_heard(home: Path) -> None:
    told = facts(resolve(environ={**ENVIRON, "ENPHASE_HOME": str(home / "x")}))
    assert told == {
        **{"api_key": "env-k", "access_token": "env-t", "client_secret": "env-s", "client_id": "env-id"},
        **{"base_url": "https://env.example", "plan": "megawatt", "profile": "env-profile", "store": "file"},
    }


def test_arguments_win_over_the_environment() -> None:
    assert facts(resolve(environ=ENVIRON, **ARGUMENTS)) == ARGUMENTS


@pytest.mark.parametrize("blank", ["", "  ", "\n"])
def test_what_is_blank_is_not_set(blank: str) -> None:
    """An empty variable in a service file, or an empty argument, hides nothing."""
    nothing: dict[str, Any] = dict.fromkeys(ARGUMENTS, blank)
    assert resolve(environ=dict.fromkeys(ENVIRON, blank), **nothing) == resolve(environ={})
    assert facts(resolve(environ=ENVIRON, **nothing)) == facts(resolve(environ=ENVIRON))


def test_blanks_around_a_setting_are_no_part_of_it() -> None:
    told = facts(
        resolve(environ={name: f" {value}\n" for name, value in ENVIRON.items() if name != "ENPHASE_STORE"})
    )
    assert told == facts(resolve(environ=ENVIRON))


def test_a_stored_grant_speaks_where_nobody_else_does(home: Path) -> None:
    save(home)
    configure(home, 'base_url = "https://config.example"\nplan = "watt"\n')
    settings = resolve(environ={})
    assert facts(settings) == {
        **{
            "api_key": "stored-k",
            "access_token": None,
            "client_secret": "stored-s",
            "client_id": "stored-id",
        },
        **{"base_url": HOST, "plan": "kilowatt", "profile": "default", "store": "file"},
    }
    assert settings.stored == STORED


def test_a_key_that_is_named_takes_the_place_of_the_stored_one(home: Path) -> None:
    """Keys are renewed in the vendor's portal: the grant outlives them."""
    save(home)
    settings = resolve(environ={"ENPHASE_API_KEY": "new-k", "ENPHASE_PLAN": "partner"})
    assert settings.stored is not None
    assert settings.stored.application == replace(STORED.application, api_key=Secret("new-k"))
    assert settings.api_key == Secret("new-k")
    assert settings.plan.name == "partner"


def test_with_a_token_of_ones_own_the_store_is_not_looked_at(home: Path) -> None:
    (home / "profiles").mkdir(parents=True)
    (home / "profiles" / "default.json").write_text("damaged")
    settings = resolve(environ={}, api_key="k", access_token="t")
    assert (settings.stored, settings.base_url) == (None, BASE_URL)
    with pytest.raises(ConfigurationError):
        resolve(environ={})
    assert resolve(environ={}, load=False).stored is None


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ({"base_url": "https://other.example"}, "holds a grant of https://stored.example"),
        ({"base_url": "http://stored.example"}, "holds a grant of https://stored.example"),
        ({"base_url": "https://stored.example:8443"}, "holds a grant of https://stored.example"),
        ({"base_url": f"https://{CANARY}@stored.example"}, "holds a grant of https://stored.example"),
        ({"client_id": "other-id"}, "holds a grant to the application stored-id"),
    ],
)
def test_a_grant_is_used_for_nobody_else(home: Path, named: dict[str, Any], told: str) -> None:
    """A mistyped base_url must not get the tokens, nor may two applications be mixed up."""
    save(home)
    with pytest.raises(ConfigurationError, match=told) as caught:
        resolve(environ={}, **named)
    assert CANARY not in str(caught.value)


def test_the_same_service_may_be_spelt_otherwise(home: Path) -> None:
    save(home)
    assert resolve(environ={}, base_url="HTTPS://Stored.Example:443/").base_url == HOST


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("http://127.0.0.1:80", "http://127.0.0.1/", True),
        ("https://a.example/x", "https://a.example/x/", True),
        ("https://a.example/x", "https://a.example/y", False),
        ("https://a.example", "https://a.example?q", False),
        ("http://[::1", "http://[::1", True),
        ("https://a.example:99999", "https://a.example", False),
    ],
)
def test_which_addresses_are_the_same(one: str, other: str, same: bool) -> None:
    assert same_service(one, other) is same


def test_the_file_speaks_last(home: Path) -> None:
    configure(
        home,
        'plan = "watt"\nbase_url = "https://config.example"\nprofile = "garage"\nstore = "keyring"\ntimeout = 5\n',
    )
    settings = resolve(environ={}, load=False)
    told = (settings.plan.name, settings.base_url, settings.profile, settings.store, settings.timeout)
    assert told == ("watt", "https://config.example", "garage", "keyring", 5.0)
    assert facts(resolve(environ=ENVIRON)) == facts(
        resolve(environ={**ENVIRON, "ENPHASE_HOME": "/nonexistent"})
    )
    assert resolve(environ={}, load=False, timeout=7).timeout == 7.0


def test_limits_of_ones_own_in_the_file(home: Path) -> None:
    configure(home, "[plan]\nper_minute = 5\n")
    assert resolve(environ={}).plan == Plan(per_minute=5)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f'api_key = "{CANARY}"', "api_key does not belong in .*: set ENPHASE_API_KEY"),
        (f'client_secret = "{CANARY}"', "set ENPHASE_CLIENT_SECRET, or let `enphase login` keep it"),
        (f'password = "{CANARY}"', "set ENPHASE_PASSWORD"),
        (f'refresh_token = "{CANARY}"', "does not belong in .*: let `enphase login` keep it"),
        (f'plam = "{CANARY}"', "has 'plam', which is no setting. There are: plan, base_url"),
        (f'api_key = "{CANARY}', "cannot be read as TOML: "),
        (f'a = 1\na = "{CANARY}"', "cannot be read as TOML"),
        ("timeout = true", "timeout in .* has to be a number"),
        (f'timeout = "{CANARY}"', "timeout in .* has to be a number"),
        ("timeout = 0", "timeout has to be a number of seconds above 0"),
        ("timeout = inf", "timeout has to be a number of seconds above 0"),
        ("plan = 3", "plan in .* has to be text or a table"),
        ("[plan]", "takes per_minute and per_month, and nothing else"),
        ("[plan]\nper_hour = 1", "takes per_minute and per_month, and nothing else"),
        ("[plan]\nper_minute = 0", "has to be a whole number, 1 or more"),
        ('plan = "gigawatt"', "is no plan"),
        ('store = "drawer"', "there is no store 'drawer'"),
        ('profile = "../x"', "cannot be the name of a profile"),
        ("base_url = 1", "base_url in .* has to be text"),
    ],
)
def test_a_mistake_in_the_file_is_named_and_no_secret_in_it_is_repeated(
    home: Path, text: str, told: str
) -> None:
    configure(home, text)
    with pytest.raises(ConfigurationError, match=told) as caught:
        resolve(environ={})
    assert CANARY not in shown_below(caught.value)
    assert caught.value.__context__ is None


def test_a_file_that_is_no_text_or_no_file_is_named(home: Path) -> None:
    home.mkdir()
    (home / "config.toml").write_bytes(b"\xff")
    with pytest.raises(ConfigurationError, match=r"config.toml cannot be read as TOML: no UTF-8"):
        resolve(environ={})
    (home / "config.toml").unlink()
    (home / "config.toml").mkdir()
    with pytest.raises(ConfigurationError, match=r"cannot read .*config.toml: Is a directory"):
        resolve(environ={})


@pytest.mark.parametrize(
    "wrong",
    [
        {"api_key": f"{CANARY}\n{CANARY}"},
        {"api_key": f"{CANARY} ü"},
        {"access_token": f"Bearer {CANARY}", "api_key": CANARY},
        {"client_secret": CANARY.encode()},
        {"client_secret": f"{CANARY}\x00"},
        {"client_id": "a:b"},
        {"client_id": 7, "client_secret": CANARY},
        {"timeout": "soon", "api_key": CANARY},
        {"store": "x", "api_key": CANARY},
        {"base_url": 7, "access_token": CANARY},
    ],
)
def test_no_secret_is_repeated_nor_in_any_variable_of_any_frame(wrong: dict[str, Any]) -> None:
    environ = {"ENPHASE_CLIENT_SECRET": CANARY, "ENPHASE_API_KEY": CANARY, "ENPHASE_ACCESS_TOKEN": CANARY}
    try:
        resolve(environ=environ, **wrong)
    except ConfigurationError as error:
        caught = error
    assert CANARY not in shown_below(caught)


def test_settings_show_no_secret(home: Path) -> None:
    shown = repr(resolve(environ={**ENVIRON, "ENPHASE_API_KEY": CANARY}))
    assert CANARY not in shown
    assert "env-t" not in shown


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "no access_token, and no grant is stored in the profile 'default': run `enphase login`"),
        ({"api_key": "k"}, "ENPHASE_ACCESS_TOKEN"),
        ({"access_token": "t"}, "no api_key: pass api_key=, or set ENPHASE_API_KEY"),
    ],
)
def test_what_a_call_needs_is_asked_for_by_name(given: dict[str, Any], told: str) -> None:
    settings = resolve(environ={}, **given)
    with pytest.raises(ConfigurationError, match=told):
        settings.needed_key()


def test_a_grant_or_a_token_with_its_key_is_enough(home: Path) -> None:
    resolve(environ={}, api_key="k", access_token="t").needed_key()
    save(home)
    resolve(environ={}).needed_key()


def test_the_home_is_where_it_is_said_to_be(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert default_home() == home
    assert resolve(environ={"ENPHASE_HOME": "/elsewhere"}).home == Path("/elsewhere")
    assert resolve(environ={"ENPHASE_HOME": "/elsewhere"}, home=home / "given").home == home / "given"
    assert resolve(environ={}, home="~/x").home == Path("~/x").expanduser()
    monkeypatch.delenv("ENPHASE_HOME")
    monkeypatch.setenv("HOME", "/home/someone")
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    if sys.platform == "linux":
        assert default_home() == Path("/home/someone/.local/share/enphase-cloud")


@pytest.mark.parametrize("wrong", ["a\0b", "\ud800", "~nobody-of-this-name/x", 7, b"bytes"])
def test_a_home_that_is_no_name_of_a_folder(wrong: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match=r"^home cannot be the name of a folder") as caught:
        resolve(environ={}, home=wrong, api_key=CANARY)
    assert caught.value.__context__ is None
    assert CANARY not in shown_below(caught.value)
    if isinstance(wrong, str):
        with pytest.raises(ConfigurationError, match=r"^home cannot be"):
            resolve(environ={"ENPHASE_HOME": wrong})
    if wrong == "~nobody-of-this-name/x":
        monkeypatch.setenv("ENPHASE_HOME", wrong)
        with pytest.raises(ConfigurationError, match=r"^home cannot be"):
            default_home()


@pytest.mark.parametrize(
    ("environ", "given", "config", "source"),
    [
        ({"ENPHASE_PLAN": "giga"}, {}, "", "ENPHASE_PLAN: "),
        ({}, {"plan": "giga"}, "", "plan=: "),
        ({}, {}, 'plan = "giga"', "config.toml: "),
        ({}, {}, "plan = {per_minute = 0}", "config.toml: "),
        ({"ENPHASE_STORE": "disk"}, {}, "", "ENPHASE_STORE: "),
        ({}, {}, 'store = "disk"', "config.toml: "),
        ({}, {"timeout": 0}, "", "timeout=: "),
        ({}, {}, "timeout = -1", "config.toml: "),
    ],
)
def test_a_mistake_is_told_with_the_name_of_its_place(
    home: Path, environ: dict[str, str], given: dict[str, Any], config: str, source: str
) -> None:
    home.mkdir(parents=True)
    (home / "config.toml").write_text(config)
    with pytest.raises(ConfigurationError, match=source):
        resolve(environ=environ, **given)


def test_limits_of_ones_own_come_before_the_plan_that_a_login_stored(home: Path) -> None:
    """Two machines with one key have a part each."""
    save(home, replace(STORED, plan="watt"))
    (home / "config.toml").write_text("plan = {per_minute = 5, per_month = 500}\n")
    assert resolve(environ={}).plan == Plan(per_minute=5, per_month=500)
    (home / "config.toml").write_text('plan = "kilowatt"\n')
    assert resolve(environ={}).plan == Plan.named("watt")
    assert resolve(environ={"ENPHASE_PLAN": "partner"}).plan == Plan.named("partner")


def test_a_home_stays_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that changes its folder would count its calls anew there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ENPHASE_HOME", "here")
    assert default_home() / "x" == Path("here/x")
    assert resolve(environ={}, load=False).home == tmp_path / "here"
