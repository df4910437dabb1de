"""Who asks: the application's key and the owner's access token, and how neither is ever shown."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from ..errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import MutableMapping


class StaticAuth:
    """An API key and an access token that stay as they are."""

    def __init__(self, api_key: str | None, access_token: str | None) -> None:
        self._api_key = _secret(api_key, "api_key", "ENPHASE_API_KEY")
        self._access_token = _secret(access_token, "access_token", "ENPHASE_ACCESS_TOKEN")

    def __repr__(self) -> str:
        return f"{type(self).__name__}(api_key=[secret], access_token=[secret])"

    def __reduce__(self) -> str:
        msg = "credentials are not pickled: build the client anew where it is needed"
        raise TypeError(msg)

    def sign(self, headers: MutableMapping[str, str]) -> None:
        """Put the credentials into the headers of a request, where no URL and no log shows them."""
        headers["Authorization"] = f"Bearer {self._access_token}"
        headers["key"] = self._api_key

    def redact(self, text: str) -> str:
        """A text without the credentials: a service may repeat in an error what it was sent."""
        forms = {
            form
            for secret in (self._api_key, self._access_token)
            for form in (secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode())
        }
        # In one pass, the longest first: what stands in the place of one secret is not searched for another.
        return re.sub("|".join(map(re.escape, sorted(forms, key=len, reverse=True))), "[secret]", text)


def _secret(value: str | None, argument: str, variable: str) -> str:
    if value is None or (isinstance(value, str) and not value.strip()):
        msg = f"no {argument}: pass {argument}=, or set {variable} and use from_env()."
        raise ConfigurationError(msg)
    if not isinstance(value, str):
        msg = f"{argument} is a {type(value).__name__}, not text."
        raise ConfigurationError(msg)
    value = value.strip()
    if not all("!" <= letter <= "~" for letter in value):
        msg = (
            f"{argument} holds characters that no header can carry: copy it again, without what is around it."
        )
        raise ConfigurationError(msg)
    return value
