"""Many processes and one grant, against the mock server: nothing is asked twice, and nothing is lost."""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

import pytest

from enphase_cloud import ConsentRequired, mock
from enphase_cloud.mock import tokens as issuing
from enphase_cloud.mock.accounts import Application as Registered
from enphase_cloud.transport.grant import Application, Grant, Profile
from enphase_cloud.transport.hooks import Hooks
from enphase_cloud.transport.http import TokenWire
from enphase_cloud.transport.secret import Secret
from enphase_cloud.transport.store import open_store
from enphase_cloud.transport.tokens import Tokens
from tests.conftest import Found

from .token_calls import Told

ROOT = Path(__file__).parents[2]
NOW = 1_782_000_000.0
DAY = 86_400.0
APPLICATION = Registered(name="Free", client_id="free-client", client_secret="a b:c%", api_key="free-key")
OWNER = "owner1@example.com"


class House:
    """A strict server, an owner who consented, and the processes of the application."""

    def __init__(self, server: mock.Server, home: Path) -> None:
        self.server, self.home = server, home
        self.now = NOW
        self.store = open_store("file", home, "default")
        self.consent()

    def consent(self) -> None:
        """The owner grants access, and the grant is stored."""
        service = self.server.service
        wish = issuing.Grant(client_id=APPLICATION.client_id, username=OWNER, scope=issuing.SCOPE)
        given = service.accounts.tokens.issue(wish, service.settings)
        grant = Grant(
            access_token=Secret(given.access_token),
            refresh_token=Secret(given.refresh_token),
            obtained_at=self.now,
            expires_at=self.now + given.expires_in,
            consent_at=self.now,
        )
        application = Application(
            client_id=APPLICATION.client_id,
            client_secret=Secret(APPLICATION.client_secret),
            api_key=Secret(APPLICATION.api_key),
        )
        lock = self.store.try_lock()
        assert lock is not None
        with lock:
            self.store.save(Profile(base_url=self.server.url, application=application, grant=grant))

    def next_day(self) -> None:
        """The access token has died. Nobody has asked for anything yet."""
        self.now += DAY
        self.server.service.clock.set(self.now)
        self.server.service.journal.clear()

    @property
    def profile(self) -> Profile:
        found = self.store.load()
        assert found is not None
        return found

    def accepted(self) -> bool:
        """Whether the server takes the stored access token."""
        try:
            token = self.profile.grant.access_token
            return self.server.service.accounts.tokens.access(token.reveal()) is not None
        except issuing.GrantError:
            return False

    def renew(self) -> None:
        """What the next process does that needs a token."""
        runtime = Told()
        runtime.now = self.now
        profile = self.profile
        post = TokenWire(profile.base_url, runtime, Hooks()).post
        Tokens(self.store, post, runtime, profile).obtain()


@pytest.fixture
def house(home: Path) -> Iterator[House]:
    with mock.serve(homes=1, clock=NOW, auth="strict", applications=[APPLICATION]) as server:
        yield House(server, home)


class Process:
    def __init__(self, running: subprocess.Popen[str]) -> None:
        assert running.stdin is not None
        assert running.stdout is not None
        self.stdin: IO[str] = running.stdin
        self.stdout: IO[str] = running.stdout

    def tell(self, line: str) -> None:
        print(line, file=self.stdin, flush=True)

    def answer(self) -> str:
        return self.stdout.readline().strip()


@contextmanager
def processes(count: int, module: str, *arguments: object) -> Iterator[list[Process]]:
    command = [sys.executable, "-W", "error", "-m", f"tests.transport.{module}", *map(str, arguments)]
    with ExitStack() as stack:
        started = [
            stack.enter_context(
                subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            )
            for _ in range(count)
        ]
        yield [Process(each) for each in started]
        for each in started:
            assert each.stdin is not None
            each.stdin.close()
    assert [each.returncode for each in started] == [0] * count


@pytest.mark.parametrize("rounds", [6, pytest.param(200, marks=pytest.mark.soak)])
def test_eight_processes_with_four_threads_each_ask_for_tokens_once(
    house: House, rounds: int, found: Found
) -> None:
    """A cache that locks the write and not the renewal asks eight times, and has lost the grant after the second."""
    most = lost = 0
    with processes(8, "token_calls", house.home, 4) as callers:
        assert [each.answer() for each in callers] == ["ready"] * 8
        for _ in range(rounds):
            house.next_day()
            for each in callers:
                each.tell(str(house.now))
            assert [each.answer() for each in callers] == ["done"] * 8
            seen = Counter((call.operation, call.status) for call in house.server.service.journal)
            most = max(most, sum(times for (operation, _), times in seen.items() if operation == "token"))
            lost += not house.accepted()
            assert seen == {("token", 200): 1, ("listSystems", 200): 32}
            assert not lost
    found(rounds=rounds, grants_lost=lost)
    found.most(token_requests_when_8_processes_x_4_threads_need_one=most)


LONGEST_LIFE_S = 0.03
"""To begin with. It follows how long a renewal takes here and now, so that the moment of death is anywhere in one."""


@pytest.mark.parametrize("rounds", [80, pytest.param(1000, marks=pytest.mark.soak)])
@pytest.mark.parametrize("grace", [120.0, 0.0])
def test_a_process_that_is_killed_while_it_renews(
    house: House, rounds: int, grace: float, found: Found
) -> None:
    """The file is whole, and the lock is free. With a grace nothing is lost; without one, the loss is said."""
    house.server.service.change(refresh_grace_seconds=grace)
    chance = random.Random(f"kills {grace}")
    seen: Counter[str] = Counter()
    longest = LONGEST_LIFE_S
    with processes(1, "token_renewals", house.home) as [renewing]:
        house.next_day()
        renewing.tell(str(house.now))
        assert renewing.answer() == "ready"
        for _ in range(rounds):
            house.next_day()
            before = house.profile
            renewing.tell(f"{house.now} {chance.uniform(0, longest)}")
            end = renewing.answer()
            longest *= 0.8 if end == "done" else 1.1  # two of three are killed, however fast the machine is
            seen[end] += 1
            seen["asked"] += bool(house.server.service.journal)
            renewed = house.profile != before
            assert renewed or end != "done"
            assert house.accepted() is renewed
            try:
                house.renew()
            except ConsentRequired:
                # rotated, and killed before the answer was stored
                assert grace == 0
                assert (end, house.profile) == ("killed", before)
                seen["lost"] += 1
                house.consent()
            seen["unsaid"] += not house.accepted()
            assert house.accepted()
    assert seen["failed"] == 0
    # the test would say nothing if all were killed before they asked, or none in time
    assert min(seen["killed"], seen["asked"], seen["done"]) >= rounds // 20, seen
    found(renewals_begun=rounds, kills=seen["killed"], losses_without_a_word=seen["unsaid"])
    found(**{"grants_lost" if grace else "lost_to_a_service_without_grace_and_told": seen["lost"]})
