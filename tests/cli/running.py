"""Run the command line as a person would: in process with a clock that stands still, or as a process of its own."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from click.testing import CliRunner, Result

from enphase_cloud import Runtime
from enphase_cloud.cli.app import enphase
from enphase_cloud.mock import Server

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
KEY = "key-5up3r53cr3t"
TOKEN = "token-5up3r53cr3t"


@dataclass
class StoppedClock(Runtime):
    """The world from NOW on. It notes how long it was asked to sleep, and takes that as slept."""

    slept: list[float] = field(default_factory=list)

    def time(self) -> float:
        return NOW.timestamp() + sum(self.slept)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


class Impatient(StoppedClock):
    """Somebody who presses Ctrl-C as soon as there is something to wait for."""

    def sleep(self, seconds: float) -> None:
        raise KeyboardInterrupt


@dataclass
class Person:
    """Somebody at a terminal, with a server to ask."""

    server: Server
    world: StoppedClock = field(default_factory=StoppedClock)
    environment: dict[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.environment = {
            "ENPHASE_API_KEY": KEY,
            "ENPHASE_ACCESS_TOKEN": TOKEN,
            "ENPHASE_BASE_URL": self.server.url,
            **self.environment,
        }

    def runs(self, *arguments: object) -> Result:
        """Run a command in this process. Standard output and standard error come apart."""
        words = [str(argument) for argument in arguments]
        return CliRunner().invoke(enphase, words, obj=self.world, env=self.environment, prog_name="enphase")

    def gets(self, *arguments: object) -> Result:
        """The same, for commands that have to succeed."""
        result = self.runs(*arguments)
        assert result.exit_code == 0, result.output
        return result

    def moves(self) -> None:
        """To a home in which nothing is kept yet."""
        home = self.environment.get("ENPHASE_HOME") or os.environ["ENPHASE_HOME"]
        self.environment["ENPHASE_HOME"] = f"{home}-new"

    @property
    def system_id(self) -> int:
        """A system with everything: Los Angeles, with a battery."""
        return self.server.service.system_ids[0]

    @property
    def calls(self) -> int:
        """How many calls the server has seen."""
        return len(self.server.service.journal)


def process_environment(server: Server, **more: str) -> dict[str, str]:
    """The environment of a process of its own."""
    told = {"ENPHASE_API_KEY": KEY, "ENPHASE_ACCESS_TOKEN": TOKEN, "ENPHASE_BASE_URL": server.url}
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM")}
    return {**kept, "TERM": "xterm-256color", **told, **more}


def python(code: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python code in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **environment},
    )


def read_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def systems_answer(*systems: dict[str, Any]) -> dict[str, Any]:
    """What the service says when it lists these systems."""
    return {
        "total": len(systems),
        "current_page": 1,
        "size": 100,
        "count": len(systems),
        "items": "systems",
        "systems": [
            {"system_id": 1000 + index, "timezone": "UTC", "status": "normal", **each}
            for index, each in enumerate(systems)
        ],
    }
