"""Whose turn it is, of many."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from enphase_cloud.sync.turns import Turns

STEPS = st.lists(
    st.tuples(st.sampled_from(["grow", "shrink", "leave", "come"]), st.integers(0, 7)), max_size=60
)


@given(st.lists(st.integers(0, 9), min_size=8, max_size=8), STEPS)
def test_the_first_is_the_least_of_those_that_wait(begun: list[int], steps: list[tuple[str, int]]) -> None:
    """A heap that hands out whom it knew under an old turn, or forgets who came back."""
    turns: dict[int, tuple[int, int] | None] = {one: (turn, one) for one, turn in enumerate(begun)}
    waiting = Turns(turns.__getitem__, turns)
    for step, one in steps:
        turn = turns[one]
        if step == "leave":
            turns[one] = None
        elif step == "come" and turn is None:
            turns[one] = (5, one)
            waiting.enter(one)
        elif step == "grow" and turn is not None:
            turns[one] = (turn[0] + 3, one)
        elif step == "shrink" and turn is not None:
            turns[one] = (turn[0] - 3, one)
            waiting.enter(one)
        least = min((turn for turn in turns.values() if turn is not None), default=None)
        assert waiting.first() == (None if least is None else least[1])


def test_ten_thousand_that_wait_are_not_all_looked_at() -> None:
    """A list that is gone through for each call: a fleet's sync would take the square of its systems."""
    looked = 0
    turns: dict[int, int | None] = dict.fromkeys(range(10000), 0)

    def turn(one: int) -> int | None:
        nonlocal looked
        looked += 1
        return turns[one]

    waiting = Turns(turn, turns)
    for _ in range(20_000):  # each of them twice
        one = waiting.first()
        assert one is not None
        turns[one] = 1 if turns[one] == 0 else None
        waiting.enter(one)
    assert waiting.first() is None
    assert looked < 10_000 + 5 * 20_000
