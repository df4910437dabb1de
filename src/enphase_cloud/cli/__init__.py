"""The command line: `enphase`.

    app         the group, and which command lies in which module (loaded when it is run)
    login, logout, status, systems, telemetry, lifetime, mock    one command each
    session     settings, client, and what becomes of its errors
    output      table, CSV or JSON: chosen here, written by table, csv_out and json_out
    text        what may be sent to a terminal

Data goes to standard output, everything else to standard error. Exit status: 0 done, 1 a file said no, or something
unexpected, 2 the command line was not understood, 3 settings, credentials or consent, 4 quota, 5 the service,
130 interrupted.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line and exit. `args` are the words after the command; by default those of this process."""
    try:
        from .app import enphase  # noqa: PLC0415 - click is an extra: say so where it is missing
    except ImportError as error:
        if error.name != "click":
            raise
        sys.exit("enphase: the command line needs the package click: pip install 'enphase-cloud[cli]'")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a letter that the terminal cannot show is no reason to stop
            stream.reconfigure(errors="backslashreplace")
    enphase.main(args=args, prog_name="enphase")
