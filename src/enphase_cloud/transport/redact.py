"""Keeps credentials out of what httpx and httpcore log, and who lives where.

They never log what is sent with a call: headers are hidden, bodies are not shown. But they log what comes back, at
DEBUG the headers and at INFO the reason phrase, and a gateway may repeat there what it was sent; and of an answer that
breaks the rules of HTTP the piece that does, which may be a token that nobody knows yet. And at INFO they log what is
asked: of people and addresses, where somebody is searched for.
"""

from __future__ import annotations

import logging
import re
from typing import Protocol
from weakref import WeakValueDictionary

LOGGERS = (
    "httpx",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.http2",
    "httpcore.proxy",
    "httpcore.socks",
)
"""All of theirs: a filter sees what is logged with its logger, and nothing of the loggers below."""
_PIECE = re.compile(r"bytearray\(b.*", re.DOTALL)
_SEARCH = re.compile(r"(/api/v4/(?:users/search|partner/activations))\?[^\s\"']*")
UNREADABLE = "(a message that is not shown: nobody could say whether a credential is in it)"


class Hides(Protocol):
    """Knows credentials, and takes them out of a text."""

    def hide(self, text: str) -> str: ...


_live: WeakValueDictionary[int, Hides] = WeakValueDictionary()
"""By `id`. Not a WeakSet: threads may change it while another one goes through it, which `valuerefs` stands."""


def watch(hides: Hides) -> None:
    """From now on, for as long as it lives, what this hides is in no message of the loggers."""
    _live[id(hides)] = hides


def hidden(text: str) -> str:
    """The text without the credentials of whoever lives."""
    for reference in _live.valuerefs():
        hides = reference()
        if hides is not None:
            text = hides.hide(text)
    return text


class _Filter(logging.Filter):
    """Asked by a logger only for what it is going to log. Lets everything pass, and raises nothing."""

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            told = record.getMessage()
            text = _SEARCH.sub(r"\1?(not shown)", told)
            text = hidden(_PIECE.sub("(a piece of the answer, which is not shown)", text))
        except Exception:
            told, text = "", UNREADABLE
        if text != told:
            record.msg, record.args = text, ()
        return True


_FILTER = _Filter()


def install() -> None:
    """Add the filter to the loggers; where it is there already, nothing is done."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(_FILTER)
