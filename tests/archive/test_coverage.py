"""Which answer is used for which moment: against the rule said in other words, moment by moment."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from enphase_cloud.archive.coverage import Coverage, Held

WIDEST = 60


@st.composite
def answers(draw: st.DrawFn) -> list[Held]:
    """A few answers over a short time, numbered as they came; kept in any order."""
    found = []
    for number in range(draw(st.integers(0, 7))):
        start = draw(st.integers(0, 40))
        until = draw(st.integers(start, start + 20))
        final = draw(st.integers(start, until))
        found.append(Held(number, start, until, final, draw(st.integers(0, 10)), {}))
    return draw(st.permutations(found))


@given(answers(), st.booleans())
def test_each_moment_comes_from_the_newest_answer_that_can_be_used(held: list[Held], alone: bool) -> None:
    coverage = Coverage(held, fresh_since=5, alone=alone)
    for moment in range(-1, WIDEST + 1):
        usable = [
            each
            for each in held
            if each.start <= moment < (each.until if alone or each.fetched > 5 else each.final)
        ]
        piece = coverage.at(moment)
        assert (piece.held if piece else None) == max(usable, key=lambda each: each.id, default=None)
        later = [piece.start for piece in coverage.pieces if piece.start > moment]
        assert coverage.next_start(moment) == min(later, default=None)
    for one, other in pairwise(coverage.pieces):
        assert one.until <= other.start
        assert one.held.id != other.held.id or one.until < other.start, "one piece was cut in two"


@given(answers(), st.integers(0, 50), st.integers(1, 20), st.integers(1, 30))
def test_a_call_reaches_as_far_as_something_is_missing(
    held: list[Held], position: int, widest: int, more: int
) -> None:
    """It must not reach further: what lies there would be paid for twice. Nor less: that costs another call."""
    coverage = Coverage(held, fresh_since=99)
    if coverage.at(position) is not None:
        return
    target = position + more
    reach = coverage.needed(position, widest, target)
    missing = [each for each in range(position, min(position + widest, target)) if coverage.at(each) is None]
    assert reach == missing[-1] + 1


@given(answers(), st.integers(0, 50), st.integers(0, 20))
def test_whole(held: list[Held], start: int, length: int) -> None:
    """Of lifetime series one answer has to do: two cannot be laid together."""
    found = Coverage(held, fresh_since=99).whole(start, start + length)
    fitting = [each for each in held if each.start <= start and each.final >= start + length]
    assert found == max(fitting, key=lambda each: each.id, default=None)
