"""Tokens as the vendor issues them: `/oauth/authorize`, `/oauth/token` and the page that shows a code."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from starlette.requests import Request
from starlette.routing import BaseRoute, Route

from enphase_cloud.mock.accounts import Application, Caller, Owner
from enphase_cloud.mock.document import Media, Operation
from enphase_cloud.mock.endpoint import MAX_BODY, Endpoint, Seen
from enphase_cloud.mock.pages import code_page, consent_page, error_page
from enphase_cloud.mock.redirects import CODE_PAGE, destination, form_sources, with_query
from enphase_cloud.mock.replies import Reply, as_json
from enphase_cloud.mock.service import Service
from enphase_cloud.mock.tokens import SCOPE, Grant, GrantError, Issued, narrowed

FORM = "application/x-www-form-urlencoded"
NO_STORE = {"cache-control": "no-store", "pragma": "no-cache"}
AUTHORIZE_PARAMETERS = ("response_type", "client_id", "redirect_uri", "state", "scope")
ONCE = frozenset(
    {
        *AUTHORIZE_PARAMETERS,
        *("owner", "password", "decision"),
        *("grant_type", "code", "username", "refresh_token"),
    }
)
MAX_PARAMETERS = 100


class OAuthError(Exception):
    """A request that is refused. `description`: for the one who sent it, without what was sent."""

    def __init__(
        self, error: str, description: str, status: int = 400, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description
        self.status = status
        self.headers = dict(headers or {})


def routes(service: Service) -> list[BaseRoute]:
    """The routes under `/oauth`."""
    page = _operation("authorize", "GET", "/oauth/authorize")
    shown = _operation("code", "GET", CODE_PAGE)
    token = _operation("token", "POST", "/oauth/token")
    return [
        Route(page.path, AuthorizeEndpoint(service, {"GET": page, "POST": page})),
        Route(token.path, TokenEndpoint(service, {"POST": token})),
        Route(shown.path, CodeEndpoint(service, {"GET": shown})),
    ]


def _operation(name: str, method: str, path: str) -> Operation:
    """No operation of the document: what the mock has to know of it to answer other methods."""
    example = {"error": "invalid_request", "error_description": "Method not allowed"}
    other_method = Media("application/json", None, example)
    return Operation(name, method, path, {"405": other_method, "501": other_method})


def parameters(request: Request, body: bytes) -> dict[str, str]:
    """Query and form together; empty ones are as good as missing. Raises OAuthError."""
    if len(body) > MAX_BODY:
        raise OAuthError("invalid_request", "The request body is too large", 413)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and kind != FORM:
        raise OAuthError("invalid_request", f"The request body must be {FORM}")
    pairs: list[tuple[str, str]] = []
    try:
        for raw in (request.scope["query_string"], body):
            pairs += parse_qsl(
                raw.decode(), keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS
            )
    except ValueError:
        raise OAuthError("invalid_request", "The parameters are too many, or no UTF-8") from None
    names = [name for name, _ in pairs]
    for name in dict.fromkeys(names):
        if name in ONCE and names.count(name) > 1:
            raise OAuthError("invalid_request", f"{name} is given more than once")
    return {name: value for name, value in pairs if value}


def _required(given: Mapping[str, str], name: str) -> str:
    if name not in given:
        raise OAuthError("invalid_request", f"{name} is missing")
    return given[name]


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What an application asks an owner for.

    redirect_uri, goes_to: where the answer goes, as it was asked for and as the browser is sent
    owner: whose consent it is, where nobody chooses another's
    """

    application: Application
    redirect_uri: str
    goes_to: str
    scope: str | None
    state: str | None
    owner: Owner
    given: Mapping[str, str]

    def back(self, **parameters: str) -> Reply:
        """The browser, sent back to the application."""
        headers = {**NO_STORE, "location": with_query(self.goes_to, **parameters, state=self.state)}
        return Reply(302, b"", "text/plain", {**headers, "referrer-policy": "no-referrer"})


class AuthorizeEndpoint(Endpoint):
    """The page that asks an owner for consent, and what becomes of the answer."""

    def answer(self, request: Request, body: bytes, operation: Operation, seen: Seen) -> Reply:
        """The page, or the way back to the application."""
        try:
            # the body of a GET means nothing
            wish = self._wish(request, body if request.method == "POST" else b"")
        except OAuthError as error:
            return error_page(error.status, error.error, error.description)
        seen.caller = Caller(wish.application, None, wish.application.limits)
        try:
            scope = narrowed(wish.scope, SCOPE)
        except GrantError as error:
            return wish.back(error=error.error, error_description=error.description)
        if request.method == "POST":
            return self._decided(wish, scope, seen)
        consent = self._service.settings.consent
        if consent == "page":
            return self._page(wish, scope)
        return self._approved(wish, scope, seen) if consent == "approve" else _denied(wish)

    def _wish(self, request: Request, body: bytes) -> Wish:
        given = parameters(request, body)
        accounts = self._service.accounts
        application = accounts.application(_required(given, "client_id"))
        if application is None:
            raise OAuthError("invalid_client", "There is no application with that client_id")
        redirect_uri = _required(given, "redirect_uri")
        goes_to = destination(application, redirect_uri, request.headers.get("host", ""))
        if goes_to is None:
            raise OAuthError("invalid_request", "The application may not send anybody to that redirect_uri")
        if _required(given, "response_type") != "code":
            raise OAuthError("unsupported_response_type", "response_type must be code")
        owner = accounts.owner(given["owner"]) if "owner" in given else accounts.owners[0]
        if owner is None:
            raise OAuthError("invalid_request", "There is no owner of that name")
        return Wish(
            application=application,
            redirect_uri=redirect_uri,
            goes_to=goes_to,
            scope=given.get("scope"),
            state=given.get("state"),
            owner=owner,
            given=given,
        )

    def _decided(self, wish: Wish, scope: str, seen: Seen) -> Reply:
        decision = wish.given.get("decision")
        if decision == "deny":
            return _denied(wish)
        if decision != "approve":
            return error_page(400, "invalid_request", "decision must be approve or deny")
        if wish.given.get("password") != wish.owner.password:
            told = f"That is not the password of {wish.owner.username}. The right one is filled in again."
            return self._page(wish, scope, told)
        return self._approved(wish, scope, seen)

    def _page(self, wish: Wish, scope: str, refused: str | None = None) -> Reply:
        own = wish.goes_to == CODE_PAGE
        return consent_page(
            wish.application,
            self._service.accounts.owners,
            {name: wish.given[name] for name in AUTHORIZE_PARAMETERS if name in wish.given},
            scope=scope,
            leads_to="a page that shows a code" if own else wish.goes_to,
            form_sources=form_sources(wish.goes_to),
            chosen=wish.owner,
            refused=refused,
        )

    def _approved(self, wish: Wish, scope: str, seen: Seen) -> Reply:
        seen.caller = Caller(wish.application, wish.owner, wish.application.limits)
        grant = Grant(client_id=wish.application.client_id, username=wish.owner.username, scope=scope)
        tokens = self._service.accounts.tokens
        return wish.back(code=tokens.authorize(grant, wish.redirect_uri, self._service.settings))


def _denied(wish: Wish) -> Reply:
    return wish.back(error="access_denied", error_description="The owner denied access")


class TokenEndpoint(Endpoint):
    """Tokens for a code, a password or a refresh token."""

    def answer(self, request: Request, body: bytes, operation: Operation, seen: Seen) -> Reply:
        """The tokens, or what is wrong."""
        try:
            client = self._client(request.headers)
            seen.caller = Caller(client, None, client.limits)
            issued = self._issue(client, parameters(request, body))
        except GrantError as error:
            return _refused(OAuthError(error.error, error.description))
        except OAuthError as error:
            return _refused(error)
        owner = self._service.accounts.owner(issued.grant.username)
        assert owner is not None  # noqa: S101 - nobody else is granted anything
        seen.caller = Caller(client, owner, client.limits)
        return Reply(200, as_json(_told(issued, owner)), headers=NO_STORE)

    def recognise(self, request: Request) -> Caller | None:
        """Which application calls, where a fault takes the place of the answer."""
        try:
            client = self._client(request.headers)
        except OAuthError:
            return None
        return Caller(client, None, client.limits)

    def _client(self, headers: Mapping[str, str]) -> Application:
        """The application, by HTTP Basic. Raises OAuthError."""
        scheme, _, encoded = headers.get("authorization", "").partition(" ")
        name = secret = ""
        if scheme.lower() == "basic":
            with suppress(ValueError):
                name, _, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
        # some clients quote both parts first, as RFC 6749 wants it, most do not
        for each, proof in ((name, secret), (unquote_plus(name), unquote_plus(secret))):
            application = self._service.accounts.application(each)
            if application is not None and proof == application.client_secret:
                return application
        raise _unknown_client(
            "The client must authenticate by HTTP Basic with its client_id and client_secret"
        )

    def _issue(self, client: Application, given: Mapping[str, str]) -> Issued:
        tokens, settings = self._service.accounts.tokens, self._service.settings
        if given.get("client_id", client.client_id) != client.client_id:
            raise _unknown_client("client_id is not that of the client which authenticated")
        match _required(given, "grant_type"):
            case "authorization_code":
                code, redirect_uri = _required(given, "code"), _required(given, "redirect_uri")
                return tokens.exchange(code, client.client_id, redirect_uri, settings)
            case "refresh_token":
                token = _required(given, "refresh_token")
                return tokens.refresh(token, client.client_id, given.get("scope"), settings)
            case "password":
                return self._by_password(client, given)
        raise OAuthError(
            "unsupported_grant_type", "grant_type must be authorization_code, password or refresh_token"
        )

    def _by_password(self, client: Application, given: Mapping[str, str]) -> Issued:
        if client.plan not in (None, "partner"):
            raise OAuthError("unauthorized_client", "The grant type password is for the plan Partner")
        username, password = _required(given, "username"), _required(given, "password")
        owner = self._service.accounts.owner(username)
        if owner is None or owner.password != password:
            raise GrantError("username or password is wrong")
        scope = narrowed(given.get("scope"), SCOPE)
        grant = Grant(client_id=client.client_id, username=owner.username, scope=scope)
        return self._service.accounts.tokens.issue(grant, self._service.settings)


def _unknown_client(description: str) -> OAuthError:
    challenge = {"www-authenticate": 'Basic realm="oauth", charset="UTF-8"'}
    return OAuthError("invalid_client", description, 401, challenge)


def _refused(error: OAuthError) -> Reply:
    body = {"error": error.error, "error_description": error.description}
    return Reply(error.status, as_json(body), headers={**NO_STORE, **error.headers})


def _told(issued: Issued, owner: Owner) -> dict[str, Any]:
    """What the service says of new tokens; numbers of the vendor's own are text."""
    return {
        "access_token": issued.access_token,
        "token_type": "bearer",
        "refresh_token": issued.refresh_token,
        "expires_in": issued.expires_in,
        "scope": issued.scope,
        "enl_uid": str(owner.enl_uid),
        "enl_cid": "" if owner.enl_cid is None else str(owner.enl_cid),
        "enl_password_last_changed": str(owner.password_changed_at),
        "is_internal_app": False,
        "app_type": "system",
        "jti": issued.jti,
    }


class CodeEndpoint(Endpoint):
    """The page that shows a code. It is nobody's call: neither the journal nor a fault has a name for it."""

    def answer(self, request: Request, body: bytes, operation: Operation, seen: Seen) -> Reply:
        """The page, from the query that the authorize page wrote."""
        query = request.query_params
        return code_page(query.get("code") or None, query.get("error") or None)

    def called(self, operation: Operation | None) -> None:
        """Nothing."""
