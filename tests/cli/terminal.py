"""Somebody at a terminal of their own, who reads what is asked and types."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

PATIENCE_SECONDS = 30
AGAIN_SECONDS = 5
CTRL_C = b"\x03"
AT_A_TERMINAL = """
import fcntl, os, sys, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from enphase_cloud.cli import main
main(sys.argv[1:])
"""


@dataclass
class Said:
    """What a command that asked did with the answer."""

    status: int
    shown: str


def answered(words: list[str], environment: Mapping[str, str], *, until: str, typed: bytes) -> Said:
    """Run `enphase` at a terminal, type once something is shown, and read to the end."""
    controller, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", AT_A_TERMINAL, *words],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env=dict(environment),
    )
    os.close(terminal)
    patience = threading.Timer(
        PATIENCE_SECONDS, process.kill
    )  # a question that never comes ends the test, too
    patience.start()
    # Python does not notice a signal that comes just before it begins to read a line: a person would press again
    again = threading.Timer(AGAIN_SECONDS, _pressed, (controller, typed))
    shown = ""
    try:
        while until not in shown:
            shown += os.read(controller, 65_536).decode()
        os.write(controller, typed)
        if typed == CTRL_C:
            again.start()
        while part := os.read(controller, 65_536):
            shown += part.decode()
    except OSError:  # how a terminal says that the other side has gone
        pass
    finally:
        again.cancel()
        os.close(controller)
        process.wait(timeout=60)
        patience.cancel()
    return Said(process.returncode, shown.replace("\r\n", "\n"))


def _pressed(controller: int, keys: bytes) -> None:
    with suppress(OSError):
        os.write(controller, keys)
