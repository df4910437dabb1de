"""How far a sync is: a bar on a terminal, a line now and then anywhere else."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from math import ceil, inf
from typing import TYPE_CHECKING, Any

from .text import counted, note

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..sync.results import SyncPlan, SyncProgress

LINES = 10
"""Into how many parts a sync is told where there is no terminal."""
MANY = 300
"""Hits that may be a good part of a month."""
_HALF_A_DAY = 0.5


class Lines:
    """A line when the plan is made, and one for each tenth of it."""

    def __init__(self) -> None:
        self._plan: SyncPlan | None = None
        self._told = 0
        self.last: SyncProgress | None = None

    def __call__(self, progress: SyncProgress) -> None:
        self.last = progress
        self._begin(progress)
        if progress.plan is not None:
            self.show(progress)

    def show(self, progress: SyncProgress) -> None:
        tenth = progress.windows * LINES // max(progress.planned, 1)
        if LINES > tenth > self._told and progress.planned > 2 * LINES:
            self._told = tenth
            note(f"{progress.windows:,} of {progress.planned:,} calls{_figures(progress)}")

    def _begin(self, progress: SyncProgress) -> None:
        if progress.plan is not None and self._plan is None:
            self._plan = progress.plan
            note(planned(progress.plan))
            for each in warnings(progress.plan):
                note(each)


class Bar(Lines):
    """A bar with what it is at: rich keeps it at the bottom."""

    def __init__(self) -> None:
        super().__init__()
        from rich.console import Console  # noqa: PLC0415 - slow to load, and not needed without a terminal
        from rich.progress import (  # noqa: PLC0415 - as above
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        self._bar = Progress(
            BarColumn(bar_width=16),
            MofNCompleteColumn(),
            TextColumn("{task.fields[figures]}", markup=False),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task: Any = self._bar.add_task("", total=None, figures="")

    def show(self, progress: SyncProgress) -> None:
        figures = _figures(progress).removeprefix(", ")
        if progress.waiting:
            figures = f"{counted(progress.rows, 'row')}, waiting for the plan's next minute"
        self._bar.update(self._task, total=progress.planned, completed=progress.windows, figures=figures)

    def __enter__(self) -> Bar:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()


def planned(plan: SyncPlan) -> str:
    """A plan in a line: what this run does, and what there is to be done in all."""
    if plan.hits_now == plan.hits:
        return ", ".join([_hits(plan), *_pace(plan.seconds), *_billed(plan)])
    told = [_hits(plan)]
    if plan.days == inf:
        told.append("more than the plan's months ever leave")
    elif plan.days > _HALF_A_DAY:
        told.append(f"about {counted(ceil(plan.days), 'day')} with a sync each day")
    now = ", ".join([f"{counted(plan.hits_now, 'hit')} in this run", *_pace(plan.seconds_now)])
    return f"{now}; in all {', '.join([*told, *_billed(plan)])}"


def warnings(plan: SyncPlan) -> list[str]:
    """What somebody should know of a plan before it begins."""
    found = []
    if plan.too_many:
        found.append(
            f"daily updates take {plan.updates_per_month:,} of {plan.per_month:,} hits a month: sync less often, or "
            "choose fewer series"
        )
    if plan.per_month is None and plan.hits > MANY:
        found.append(
            "no plan is known, so nothing is held back: name it with `enphase config set plan watt`, or whichever it is"
        )
    return found


def _hits(plan: SyncPlan) -> str:
    parts = {
        "to look up systems and devices": plan.look_ups,
        "of updates": plan.updates,
        "of history": plan.history,
    }
    about = "" if plan.exact else "at least " if plan.unknown else "up to "
    told = f"{about}{counted(plan.hits, 'hit')}"
    if plan.hits:
        told += f" ({', '.join(f'{count:,} {what}' for what, count in parts.items() if count)})"
    return told


def _pace(seconds: float) -> list[str]:
    return [f"about {counted(ceil(seconds / 60), 'minute')} at the plan's pace"] if seconds else []


def _billed(plan: SyncPlan) -> list[str]:
    return [f"${plan.cost_usd:.2f} beyond the plan's fee"] if plan.cost_usd else []


@contextmanager
def shown(*, quiet: bool) -> Iterator[Callable[[SyncProgress], None] | None]:
    """Who is to be told how far a sync is. Interrupted, it says what is done."""
    if quiet:
        yield None
        return
    watch = Lines()
    try:
        if _terminal():
            with Bar() as bar:
                watch = bar
                yield bar
        else:
            yield watch
    except KeyboardInterrupt:
        done = "" if watch.last is None else _figures(watch.last).removeprefix(", ")
        note(f"{done or 'nothing was fetched'}; what came is kept, and the next sync goes on")
        raise


def _terminal() -> bool:
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    if plain or not hasattr(sys.stderr, "isatty") or not sys.stderr.isatty():
        return False
    try:
        import rich  # noqa: F401, PLC0415 - whether it is there
    except ImportError:
        return False
    return True


def _figures(progress: SyncProgress) -> str:
    left = "" if progress.month_left is None else f", {progress.month_left:,} left"
    failed = f", {progress.failed} failed" if progress.failed else ""
    return f", {counted(progress.rows, 'row')}, {counted(progress.hits, 'hit')}{left}{failed}"
