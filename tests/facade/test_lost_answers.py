"""A hundred answers are lost while activations are created: each exists once, and was paid for once."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import attrs
import pytest

from enphase_cloud import DuplicateActivation, EnphaseError, mock
from tests.conftest import Found

from .asking import ADDRESS, NEW
from .conftest import Connect
from .worlds import Clock

ROUNDS = 100
AFTER = ("answer_lost", "reset_mid_body", "truncated_json", "wrong_content_type", "wrong_types")
"""The activation is created, and charged; something happens to the answer."""
BEFORE = (
    "reset",
    "dropped",
    "500",
    "502",
    "503",
    "504",
    "499",
    "520",
    "html_200",
    "empty_body",
    "invalid_gzip",
)
"""The call is counted, and nothing is created: but who asked cannot know."""
LOOKING = (None, None, None, "answer_lost", "reset", "503", "html_200", "truncated_json")
"""What happens to a look: mostly nothing."""
MOST_TRIES = 12


def test_a_hundred_lost_answers_make_one_activation_each(
    server: mock.Server, connect: Connect, found: Found
) -> None:
    """Catches what is sent again by itself, what is not looked for, and what is looked for and not believed."""
    chance = random.Random(20261129)
    service = server.service
    service.reset()
    desk = (mode := connect(Clock(server), base_url=server.url)).client.commissioning
    outcomes: Counter[str] = Counter()
    for number in range(ROUNDS):
        new = attrs.evolve(NEW, reference=f"LOST{number}", address=ADDRESS)
        lost = chance.choice(AFTER if chance.random() < 0.7 else BEFORE)
        looks = [chance.choice(LOOKING) for _ in range(6)]
        service.faults.clear()
        service.faults.script([lost], operations="createActivation")
        service.faults.script(looks, operations="listActivations")
        service.faults.script([chance.choice(LOOKING)], operations="getActivation")
        outcomes[created(mode, desk, new)] += 1
    service.faults.clear()
    there = Counter(each.reference for each in mode.collect(desk.activations()) if each.reference)
    made = {name: count for name, count in there.items() if name.startswith("LOST")}
    wanted = {f"LOST{number}": 1 for number in range(ROUNDS)}
    calls = service.calls("createActivation")
    spoilt, paid = sum(call.fault is not None for call in calls), sum(call.charge_usd for call in calls)
    found(answers_lost=spoilt, activations_missing=len(wanted.keys() - made.keys()))
    found(activations_paid_for_twice=max(0, paid / 2.0 - ROUNDS, sum(made.values()) - ROUNDS))
    assert made == wanted
    assert paid == 2.0 * ROUNDS
    assert spoilt == ROUNDS
    assert outcomes["created"] > ROUNDS // 2
    assert outcomes["there already"] > 5


def created(mode: Any, desk: Any, new: Any) -> str:
    """What a caller does who was told that it failed: asks again, until it is there."""
    for _ in range(MOST_TRIES):
        try:
            made = mode.result(desk.create_activation(new))
        except DuplicateActivation as error:
            return "there already" if error.activation.reference == new.reference else "another is there"
        except EnphaseError:
            continue
        assert made.system_id
        return "created"
    pytest.fail(f"{new.reference} was never created")
