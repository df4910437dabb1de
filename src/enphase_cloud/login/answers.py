"""What an owner answered: brought by a browser, or pasted by a person."""

from __future__ import annotations

from re import fullmatch
from typing import TYPE_CHECKING

from ..errors import AuthenticationError, ConfigurationError, ConsentRequired
from ..transport.secret import Secret

if TYPE_CHECKING:
    from .callback import Answer


def consented(answer: Answer | None, timeout: float) -> Secret:
    """The code that the owner's browser brought."""
    if answer is None:
        msg = (
            f"the owner did not answer within {timeout:g} seconds. Log in once more; without a browser on this "
            "machine, with `enphase login --no-browser`."
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
    """The code in what somebody pasted: the code itself, or the address of the page that shows it."""
    if not any(mark in pasted.reveal() for mark in ("?", "://", "code=", "error=")):
        if pasted.reveal().strip() and all("!" <= letter <= "~" for letter in pasted.reveal().strip()):
            return Secret(pasted.reveal().strip())
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
