"""Which answer is used for which moment: against the rule said in other words, moment by moment."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from enphase_cloud.archive.coverage import Coverage, Doubt, Held

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


@st.composite
def doubts(draw: st.DrawFn) -> list[tuple[Doubt, bool]]:
    """Disjoint parts in doubt, in any order, each due or not."""
    cuts = sorted(draw(st.sets(st.integers(0, WIDEST), max_size=8)))
    parts = [pair for pair in pairwise(cuts) if draw(st.booleans())]
    found = [(Doubt(start, until, 0, draw(st.booleans())), draw(st.booleans())) for start, until in parts]
    return draw(st.permutations(found))


@given(answers(), doubts(), st.booleans())
def test_what_is_in_doubt_and_due_is_not_used_and_what_is_not_due_is_not_sure(
    held: list[Held], doubted: list[tuple[Doubt, bool]], alone: bool
) -> None:
    """A reader that is alone uses all there is: nobody would be asked."""
    plain = Coverage(held, fresh_since=5, alone=alone)
    coverage = Coverage(held, fresh_since=5, alone=alone, doubts=doubted)
    for moment in range(-1, WIDEST + 1):
        met = next((due for doubt, due in doubted if doubt.start <= moment < doubt.until), None)
        one, other = coverage.at(moment), plain.at(moment)
        if alone or other is None:
            assert (one and one.held) == (other and other.held)
        elif met:
            assert one is None
        else:
            assert one is not None
            assert (one.held, one.sure) == (other.held, met is None)
    for one, other in pairwise(coverage.pieces):
        assert one.start < one.until <= other.start


@given(answers(), doubts(), st.integers(0, 50), st.integers(1, 20), st.integers(1, 30))
def test_a_call_takes_along_what_is_not_sure(
    held: list[Held], doubted: list[tuple[Doubt, bool]], position: int, widest: int, more: int
) -> None:
    """It ends where what is kept for sure begins that goes on to the end of its window, and not before."""
    coverage = Coverage(held, fresh_since=99, doubts=doubted)
    if coverage.at(position) is not None:
        return
    reach = coverage.needed(position, widest, position + more)
    window = range(position, min(position + widest, position + more))
    wanted = [each for each in window if (piece := coverage.at(each)) is None or not piece.sure]
    assert reach == wanted[-1] + 1


def test_a_piece_is_cut_at_each_doubt_that_lies_in_it() -> None:
    """One that only touches it leaves it whole."""
    held = Held(1, 10, 50, 50, 0, {})
    lie = [(0, 10, True), (12, 20, False), (25, 30, True), (35, 40, False), (50, 60, False)]
    coverage = Coverage([held], doubts=[(Doubt(start, until, 0, True), due) for start, until, due in lie])
    assert [(piece.start, piece.until, piece.sure) for piece in coverage.pieces] == [
        (10, 12, True),
        (12, 20, False),
        (20, 25, True),
        (30, 35, True),
        (35, 40, False),
        (40, 50, True),
    ]


def test_a_call_does_not_end_where_it_begins() -> None:
    """It may begin in what is kept: at the midnight before, where dates are asked for."""
    assert Coverage([Held(1, 0, 15, 15, 0, {})]).needed(0, 10, 20) == 10


def test_what_an_empty_coverage_takes_for_fresh() -> None:
    held = Held(1, 0, 10, 5, 1, {})
    coverage = Coverage([held], silence=(20, 30))
    assert coverage.pieces == [(0, 10, held, True)]
    assert coverage.silence == (20, 30)


def test_an_answer_without_room_covers_nothing() -> None:
    held = Held(1, 5, 5, 5, 0, {})
    assert Coverage([held]).pieces == []
    assert Coverage([held], alone=True).whole(5, 5) == held
    assert (Coverage().at(0), Coverage().next_start(0), Coverage().before, Coverage().alone) == (
        None,
        None,
        0,
        False,
    )
