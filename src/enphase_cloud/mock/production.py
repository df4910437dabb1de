"""Whether a home may produce, through time: by the permission of its utility, and by what its gateway was told."""

from __future__ import annotations

from itertools import pairwise

from enphase_cloud.mock.preferences import Timeline


class Production:
    """Both have to be on. Moments are epoch seconds; an interval is under what holds when it starts.

    switch: the production mode, which is told to the gateway
    permission: of the utility
    """

    def __init__(self, *, permitted: bool = True) -> None:
        self.switch = Timeline(True)
        self.permission = Timeline(permitted)

    def on(self, moment: int) -> bool:
        """Whether the microinverters may produce."""
        return self.switch.at(moment) and self.permission.at(moment)

    def permit(self, now: int, since: int | None) -> bool:
        """The utility permits it from `since` on, which may be still to come; None: it does not, from now on.

        Whether that may be something else than before.
        """
        if since is not None and since <= now and self.permission.at(now):
            return False
        if since is None or since > now:
            self.permission.change(now, False)
        if since is not None:
            self.permission.change(max(since, now), True)
        return True

    def permitted_since(self, moment: int) -> int | None:
        """Since when it has been permitted; None where it is not."""
        return self.permission.since(moment) if self.permission.at(moment) else None

    def idle(self, start: int, end: int) -> list[tuple[int, int]]:
        """The stretches between two moments in which nothing may be produced."""
        turns = [start, *self.switch.turns(start, end), *self.permission.turns(start, end)]
        edges = [*sorted(set(turns)), end]
        return [(low, high) for low, high in pairwise(edges) if not self.on(low)]
