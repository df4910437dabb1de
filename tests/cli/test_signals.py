"""Being asked to end, once and twice."""

from __future__ import annotations

import os
import signal
import sys
import threading

import pytest

from enphase_cloud.cli.signals import interruptible

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals to oneself end a process there")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("at_once", [True, False])
def test_two_are_two_however_fast_they_come(
    monkeypatch: pytest.MonkeyPatch, number: signal.Signals, at_once: bool
) -> None:
    """Catches a second Ctrl-C that is lost where it comes while the first one is being answered."""
    told: list[bytes] = []

    def write(_: int, word: bytes) -> int:
        told.append(word)
        if at_once:
            signal.raise_signal(number)
        return len(word)

    before = signal.getsignal(number)
    monkeypatch.setattr(os, "write", write)
    with interruptible(b"ending"):
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)
        with pytest.raises(KeyboardInterrupt):
            threading.Event().wait(20) if at_once else signal.raise_signal(number)
    assert told == [b"ending"]
    assert signal.getsignal(number) == before
