"""What an owner answered: brought by a browser, or pasted by a person."""

from __future__ import annotations

from re import fullmatch, match
from typing import TYPE_CHECKING

from ..errors import AuthenticationError, ConfigurationError, ConsentRequired
from ..transport.secret import Secret

if TYPE_CHECKING:
    from .callback import Answer

AROUND = " \t\r\n\"'`<>\u2018\u2019\u201c\u201d\u00ab\u00bb"
"""What comes along when a code or an address is copied from a mail, a chat or a shell. No code has it in it."""


def check_texts(**given: Secret | str) -> None:
    """ConfigurationError, that names the argument, for one that is no text."""
    for name, value in given.items():
        kind = type(value.reveal() if isinstance(value, Secret) else value)
        if not issubclass(kind, str):
            msg = f"{name} is a {kind.__name__}, not text."
            raise ConfigurationError(msg)


def consented(answer: Answer | None, timeout: float, address: str) -> Secret:
    """The code that the owner's browser brought."""
    if answer is None:
        msg = (
            f"the owner did not answer within {timeout:g} seconds. Log in once more; without a browser on this "
            f"machine, with `enphase login --no-browser`. The address was {address}"
        )
        raise ConsentRequired(msg)
    if answer.code is None:
        raise _declined(answer.error)
    return answer.code


def _declined(error: str | None) -> AuthenticationError:
    if error == "access_denied":
        return ConsentRequired("the owner declined: access was not granted.", problem=error)
    word = error if error is not None and fullmatch("[a-z_]{1,40}", error) else "an error"
    return AuthenticationError(
        f"the authorize page answered {word}: check the client id, and which addresses the application may send "
        "people to.",
        problem=word,
    )


def pasted_code(pasted: Secret, state: str | None) -> Secret:
    """The code in what somebody pasted.

    | pasted, and whatever is AROUND it | is |
    |---|---|
    | `XYZ` | the code |
    | `code=XYZ`, `?code=XYZ`, `state=S&code=XYZ` | a query: the code, if `state` is none or the right one |
    | `https://.../?code=XYZ&state=S` | the same |
    | an address or a query with `error=` | ConsentRequired, or AuthenticationError |
    | another `state` | ConsentRequired: it is the answer to another login |
    | nothing, words, an address without a code | ConfigurationError |
    """
    pasted = Secret(pasted.reveal().strip(AROUND))
    if match("&?(code|state|error)=", pasted.reveal()):
        pasted = Secret(f"?{pasted.reveal()}")
    if not any(mark in pasted.reveal() for mark in ("?", "://")):
        if pasted.reveal() and all("!" <= letter <= "~" for letter in pasted.reveal()):
            return pasted
        msg = "this is no code: paste the code, or the whole address of the page that shows it."
        raise ConfigurationError(msg)
    from .callback import read  # noqa: PLC0415 - a server is loaded only by those who need one

    told = read(pasted)
    del pasted
    if state is not None and told.state not in (None, state):
        msg = "this address belongs to another login: use the one that was shown last."
        raise ConsentRequired(msg)
    if told.error is not None:
        raise _declined(told.error)
    if told.code is None:
        msg = "there is no code in this address: paste the code, or the whole address of the page that shows it."
        raise ConfigurationError(msg)
    return told.code
