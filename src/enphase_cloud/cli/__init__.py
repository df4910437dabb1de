"""The command line: `enphase`.

    app         the group, and which command lies in which module (loaded when it is run)
    login, logout, status, systems, telemetry, ...    one command each
    session     settings, client, and what becomes of its errors
    ranges      what commands have in common that fetch a range; told: what they say after it
    looking     what plot and report have in common
    owner       who types the commands of the demo
    activation_create, activation_changes    `activations create` and `update`; activation_words: which one it is
    activation_files    what files say of activations, and what is wrong with it; plain, yaml_text: how they are read
    installer   what the commands of `commissioning` have in common: installer_people, installer_site
    own_token   what status shows of a token from the environment
    house       what can be set at a site, by the names that the command line has for it
    asking      questions, before something changes
    output      table, CSV or JSON: chosen in formats, written by table, csv_out and json_out
    text        what may be sent to a terminal; debug: log records, and what `--debug` shows

Data goes to standard output, everything else to standard error. Exit status:

| status | means |
|---|---|
| 0 | done |
| 1 | unexpected; or not done: a file could not be written, a question was answered with no |
| 2 | the command was not understood, or what it asks for cannot be: nothing was asked of the service |
| 3 | settings, credentials or consent |
| 4 | quota |
| 5 | the service: it failed or refused, or holds what does not allow it: something was asked, and is paid for |
| 6 | done, but incomplete: gaps that may still be filled, activations that were left out, a list cut short |
| 130 | interrupted |
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
