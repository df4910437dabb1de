"""Files that appear when they are whole."""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path

from ..transport.lock import sync_folder

_LONGEST = 230
"""Bytes of a name that still fits where something is put before and after it: 255 is what most disks take."""


def temporary_beside(path: Path) -> Path:
    """A name in the same folder, for what is going to take the place of a file."""
    name = f".{path.name}" if len(os.fsencode(path.name)) <= _LONGEST else ".enphase"
    return path.with_name(f"{name}.{secrets.token_hex(4)}.tmp")


def rename(temporary: Path, path: Path) -> None:
    """Put one file in the place of another, for good."""
    temporary.replace(path)
    sync_folder(path.parent)


def write_text(path: Path, text: str, *, private: bool = False) -> None:
    """Write a file of text: see `write_bytes`."""
    write_bytes(path, text.encode(), private=private)


def write_bytes(path: Path, content: bytes, *, private: bool = False) -> None:
    """Write a file, or leave the old one alone; a new one is for its owner's eyes, where it is private.

    A link stays a link. What is no ordinary file (a pipe, a device) is written to as it is.
    """
    path = Path(os.path.realpath(path))
    if path.exists() and not path.is_file() and not path.is_dir():
        path.write_bytes(content)
        return
    temporary = temporary_beside(path)
    try:
        descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600 if private else 0o666)
        with os.fdopen(descriptor, "wb") as stream:
            if path.exists():
                shutil.copymode(path, temporary)
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        rename(temporary, path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None
    finally:
        temporary.unlink(missing_ok=True)
