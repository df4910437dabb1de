"""What a client is told, and by whom: arguments, the environment, what a login stored, `config.toml`."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from enphase_v4.catalog import BASE_URL

from .errors import ConfigurationError
from .transport.grant import DEFAULT_PROFILE, Application, Profile, command
from .transport.plan import Plan, checked_plan
from .transport.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .transport.store import Store

T = TypeVar("T")

DEFAULT_TIMEOUT = 30.0
STORES = ("file", "keyring")
CONFIG = "config.toml"

VARIABLES = {
    "api_key": "ENPHASE_API_KEY",
    "access_token": "ENPHASE_ACCESS_TOKEN",
    "client_id": "ENPHASE_CLIENT_ID",
    "client_secret": "ENPHASE_CLIENT_SECRET",
    "base_url": "ENPHASE_BASE_URL",
    "plan": "ENPHASE_PLAN",
    "profile": "ENPHASE_PROFILE",
    "store": "ENPHASE_STORE",
    "home": "ENPHASE_HOME",
}
_SECRETS = ("api_key", "access_token", "client_secret")
CREDENTIALS = {name: VARIABLES[name] for name in (*_SECRETS, "client_id")} | {
    "username": "ENPHASE_USERNAME",
    "password": "ENPHASE_PASSWORD",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What holds for a client.

    home: folder of what is kept
    profile: name of the profile, of which each holds one owner's grant
    stored: what the store holds under that name; None where nothing does, or where an access token was given
    store: where grants are kept, `file` or `keyring`
    api_key, client_id, client_secret: as given, else those that are stored with the grant
    access_token: one that is used as it is; None: that of the stored grant
    """

    home: Path
    profile: str
    store: str
    base_url: str
    plan: Plan
    timeout: float
    api_key: Secret | None
    access_token: Secret | None
    client_id: str | None
    client_secret: Secret | None
    stored: Profile | None
    named: frozenset[str] = frozenset()
    """Settings that an argument or a variable named: what is stored has to fit them."""

    def open_store(self) -> Store:
        """Where the profile's grant is kept."""
        from .transport.store import open_store  # noqa: PLC0415 - not needed with an access token of one's own

        return open_store(self.store, self.home, self.profile)

    def joined(self, stored: Profile | None) -> Settings:
        """The settings, with what a login stored in the place of what nobody named.

        ConfigurationError where it belongs to another service or application than the one that is named.
        """
        if stored is None:
            return self
        held = stored.application
        where = f"The profile {self.profile!r} holds a grant"
        how = f"Name another profile; or have the owner consent anew: {command(self.profile, 'login --replace')}."
        if "base_url" in self.named and not same_service(self.base_url, stored.base_url):
            msg = f"{where} of {stored.base_url}, and its tokens are sent nowhere else. {how}"
            raise ConfigurationError(msg)
        if self.client_id not in (None, held.client_id):
            msg = f"{where} to the application {held.client_id}, and another client id is set. {how}"
            raise ConfigurationError(msg)
        application = Application(
            client_id=held.client_id,
            client_secret=self.client_secret or held.client_secret,
            api_key=self.api_key or held.api_key,
        )
        return replace(
            self,
            base_url=stored.base_url,
            plan=self.plan if "plan" in self.named or stored.plan is None else checked_plan(stored.plan),
            api_key=application.api_key,
            client_id=application.client_id,
            client_secret=application.client_secret,
            stored=replace(stored, application=application),
        )

    def own(self, name: str) -> Secret | None:
        """A secret that an argument or a variable named; None where it is at most a stored one."""
        value: Secret | None = getattr(self, name) if name in self.named else None
        return value

    def needed_key(self) -> Secret:
        """The API key. ConfigurationError, that says what to do, where that or another credential is missing."""
        if self.access_token is not None:
            if self.api_key is None:
                msg = (
                    "no api_key: pass api_key=, or set ENPHASE_API_KEY to the API key of your application "
                    "(developer-v4.enphase.com). Without an account, try `enphase mock`."
                )
                raise ConfigurationError(msg)
        elif self.stored is None:
            msg = (
                f"no access_token, and no grant is stored in the profile {self.profile!r}: run "
                f"{command(self.profile)}; or "
                "pass access_token=, or set ENPHASE_ACCESS_TOKEN. Without an account, try `enphase mock`."
            )
            raise ConfigurationError(msg)
        assert self.api_key is not None  # noqa: S101 - every stored grant has one
        return self.api_key


def default_home() -> Path:
    """`ENPHASE_HOME`, else where this system keeps the data of its users."""
    told = os.environ.get(VARIABLES["home"], "").strip()
    if told:
        return _folder(told)
    from platformdirs import user_data_path  # noqa: PLC0415 - not needed where the folder is named

    return user_data_path("enphase-cloud", appauthor=False)


def resolve(
    *,
    environ: Mapping[str, str],
    home: str | os.PathLike[str] | None = None,
    profile: str | None = None,
    base_url: str | None = None,
    plan: Plan | str | None = None,
    api_key: str | Secret | None = None,
    access_token: str | Secret | None = None,
    client_id: str | None = None,
    client_secret: str | Secret | None = None,
    store: str | None = None,
    timeout: float | None = None,
    load: bool = True,
) -> Settings:
    """All settings, each from whoever has the first say. What is blank is not set.

    | setting | argument | variable | stored with the grant | config.toml | else |
    |---|---|---|---|---|---|
    | home | home | ENPHASE_HOME | | | of the system |
    | profile | profile | ENPHASE_PROFILE | | profile | default |
    | store | store | ENPHASE_STORE | | store | file |
    | base_url | base_url | ENPHASE_BASE_URL | base_url | base_url | the vendor's |
    | plan | plan | ENPHASE_PLAN | plan | plan (a table of limits: before the stored) | unknown: limits are learned |
    | api_key | api_key | ENPHASE_API_KEY | yes | never | none |
    | client_id | client_id | ENPHASE_CLIENT_ID | yes | never | none |
    | client_secret | client_secret | ENPHASE_CLIENT_SECRET | yes | never | none |
    | access_token | access_token | ENPHASE_ACCESS_TOKEN | kept fresh by `Tokens` | never | none |
    | timeout | timeout | | | timeout | 30 s |

    With an access token of one's own the store is not looked at: what is stored there belongs to other tokens.
    So it is not without `load`. `environ` may be empty, for a client that is told all by arguments; only
    ENPHASE_HOME is then looked for in the environment of the process.

    ConfigurationError for what cannot be used; where it is a secret, it is not repeated. So for a grant that
    belongs to another service or application than the one that is named: its tokens are not shown to strangers.
    """
    given: dict[str, Any] = {
        "home": home,
        "profile": profile,
        "store": store,
        "base_url": base_url,
        "client_id": client_id,
        "plan": plan,
        "timeout": timeout,
        **wrapped(api_key=api_key, access_token=access_token, client_secret=client_secret),
    }
    variables: dict[str, Any] = wrapped(**{name: environ.get(key) for name, key in VARIABLES.items()})
    # who shows the variables of this frame is to see no secret
    del environ, api_key, access_token, client_secret
    told = {name: _first(given[name], variables[name]) for name in VARIABLES}

    # a program may change its folder: the ledger would be another one then
    folder = (default_home() if told["home"] is None else _folder(told["home"])).absolute()
    configured = read_config(folder / CONFIG)
    own_limits = isinstance(configured.get("plan"), Plan)

    def read(name: str, check: Callable[[Any], T], otherwise: Any = None) -> T:
        """One setting, from whoever has the first say; what is wrong with it is told with that one's name."""
        sources = {f"{name}=": given[name], VARIABLES.get(name, name): variables.get(name)}
        sources[str(folder / CONFIG)] = configured.get(name)
        source, value = next((each for each in sources.items() if not _blank(each[1])), ("", otherwise))
        try:
            return check(value)
        except ConfigurationError as error:
            problem = str(error)
        msg = f"{source}: {problem}"
        raise ConfigurationError(msg)

    settings = Settings(
        home=folder,
        profile=_text(_first(told["profile"], configured.get("profile"), DEFAULT_PROFILE), "profile"),
        store=read("store", _known_store, STORES[0]),
        base_url=_text(_first(told["base_url"], configured.get("base_url"), BASE_URL), "base_url"),
        plan=read("plan", checked_plan),
        timeout=read("timeout", _checked_timeout, DEFAULT_TIMEOUT),
        api_key=_checked_secret(told["api_key"], "api_key"),
        access_token=_checked_secret(told["access_token"], "access_token"),
        client_id=_checked_client_id(told["client_id"]),
        client_secret=_checked_secret(told["client_secret"], "client_secret"),
        stored=None,
        named=frozenset(name for name in told if told[name] is not None)
        | ({"plan"} if own_limits else set()),
    )
    if settings.access_token is not None or not load:
        return settings
    return settings.joined(settings.open_store().load())


def same_service(one: str, other: str) -> bool:
    """Whether two addresses are of the same service, however they are spelt."""
    return _spelt(one) == _spelt(other)


def _spelt(address: str) -> object:
    try:
        parts = urlsplit(address)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:  # it is refused where it is to be used
        return address
    return (
        parts.scheme,
        parts.hostname,
        port,
        parts.path.rstrip("/"),
        "@" in address,
        parts.query,
        parts.fragment,
    )


def wrapped(**values: Any) -> dict[str, Any]:
    """The values, with the secrets among them in what does not show them, of whatever type they are."""
    return {
        name: Secret(value)
        if name in _SECRETS and value is not None and not isinstance(value, Secret)
        else value
        for name, value in values.items()
    }


def _first(*values: Any) -> Any:
    """The first that is set."""
    return next((value for value in values if not _blank(value)), None)


def _blank(value: Any) -> bool:
    if isinstance(value, Secret):
        return _blank(value.reveal())
    return value is None or (isinstance(value, str) and not value.strip())


def _folder(value: Any) -> Path:
    try:
        folder = Path(value).expanduser()
        usable = b"\0" not in os.fsencode(folder)
    except (TypeError, ValueError, RuntimeError):  # no text, no text of this system, nobody's `~`
        usable = False
    if usable:
        return folder
    msg = "home cannot be the name of a folder: give the path of one, as text."
    raise ConfigurationError(msg)


def _text(value: Any, name: str) -> str:
    if not isinstance(value, str):
        msg = f"{name} is a {type(value).__name__}, not text."
        raise ConfigurationError(msg)
    return value.strip()


def _known_store(value: Any) -> str:
    if value not in STORES:
        msg = f"there is no store {value!r}: grants are kept in a {' or in the '.join(STORES)}."
        raise ConfigurationError(msg)
    return str(value)


def _checked_timeout(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        msg = "timeout has to be a number of seconds above 0."
        raise ConfigurationError(msg)
    return float(value)


def _checked_secret(value: Secret | None, name: str) -> Secret | None:
    """The secret without blanks around it. It travels in headers, and they take no other characters."""
    if value is None:
        return None
    if not isinstance(value.reveal(), str):
        msg = f"{name} is a {type(value.reveal()).__name__}, not text."
        raise ConfigurationError(msg)
    if not _plain(value.reveal().strip()):
        msg = f"{name} holds characters that no header can carry: copy it again, without what is around it."
        raise ConfigurationError(msg)
    return Secret(value.reveal().strip())


def _checked_client_id(value: Any) -> str | None:
    if value is None:
        return None
    text = _text(value, "client_id")
    if not _plain(text) or ":" in text:
        msg = "client_id holds characters that no client id has: copy it again, without what is around it."
        raise ConfigurationError(msg)
    return text


def _plain(text: str) -> bool:
    return all("!" <= letter <= "~" for letter in text)


def read_config(file: Path) -> dict[str, Any]:
    """What `config.toml` says; nothing where there is none. ConfigurationError, that names the file, for mistakes."""
    found = _parsed(file)
    problem = found if isinstance(found, str) else _problem(file, found)
    if problem is not None:
        del found  # a secret may stand in it, where it should not
        raise ConfigurationError(problem)
    assert isinstance(found, dict)  # noqa: S101 - for the type checker
    if isinstance(found.get("plan"), dict):
        found["plan"] = _own_limits(file, found["plan"])
    return found


def _parsed(file: Path) -> dict[str, Any] | str:
    """What the file holds, or why nobody can tell. Raises nothing: its frame holds all of it."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        return f"cannot read {file}: {error.strerror}."
    import tomllib  # noqa: PLC0415 - most have no such file

    try:
        return tomllib.loads(content.decode())
    except UnicodeDecodeError:
        return f"{file} cannot be read as TOML: no UTF-8."
    except (ValueError, RecursionError) as error:
        return f"{file} cannot be read as TOML: {str(error).splitlines()[0]}."


KINDS: Mapping[str, tuple[type, ...]] = {
    "plan": (str, dict),
    "base_url": (str,),
    "profile": (str,),
    "store": (str,),
    "timeout": (int, float),
}
_LIMITS = {"per_minute", "per_month"}


def _problem(file: Path, found: Mapping[str, Any]) -> str | None:
    """What has to be put right in the file; None: nothing. Raises nothing, as a secret may stand in it."""
    for name, value in found.items():
        if name in (*CREDENTIALS, "refresh_token"):
            variable = f"set {CREDENTIALS[name]}, or " if name in CREDENTIALS else ""
            return (
                f"{name} does not belong in {file}: {variable}let `enphase login` keep it where it is safe."
            )
        if name not in KINDS:
            return f"{file} has {name!r}, which is no setting. There are: {', '.join(KINDS)}."
        if not isinstance(value, KINDS[name]) or isinstance(value, bool):
            kinds = {str: "text", dict: "a table", int: "a number"}
            allowed = " or ".join(kinds[kind] for kind in KINDS[name] if kind in kinds)
            return f"{name} in {file} has to be {allowed}."
        if isinstance(value, dict) and not (value and set(value) <= _LIMITS):
            return f"the table plan in {file} takes per_minute and per_month, and nothing else."
    return None


def _own_limits(file: Path, limits: dict[str, Any]) -> Plan:
    try:
        return Plan(**limits)
    except ConfigurationError as error:
        problem = str(error)
    msg = f"{file}: {problem}"
    raise ConfigurationError(msg)
