"""A process whose threads all call at the same moment: HOME THREADS.

For each line of the input (epoch seconds) it is that time, and every thread makes one call; the answer is `done`, or
what went wrong. Half of the threads share a blocking client, the others have an event loop and a client each.
"""

from __future__ import annotations

import asyncio
import sys
import threading

from enphase_cloud import AsyncEnphase, Enphase, Runtime


class Told(Runtime):
    """The time is what the input says; waits are real, as the others that are waited for are."""

    now = 0.0

    def time(self) -> float:
        return self.now


class Callers:
    def __init__(self, home: str, threads: int) -> None:
        self.home = home
        self.runtime = Told()
        self.client = Enphase(home=home, runtime=self.runtime)
        self.calls = [self.blocking, self.waiting] * (threads // 2)
        self.together = threading.Barrier(len(self.calls))
        self.problems: list[str] = []

    def blocking(self) -> None:
        assert next(iter(self.client.systems())).system_id

    def waiting(self) -> None:
        asyncio.run(self.first_system())

    async def first_system(self) -> None:
        async with AsyncEnphase(home=self.home, runtime=self.runtime) as client:
            async for system in client.systems():
                assert system.system_id

    def call(self, number: int) -> None:
        self.together.wait()
        try:
            self.calls[number]()
        except BaseException as error:
            self.problems.append(f"{type(error).__name__}: {error}")

    def round(self) -> str:
        threads = [threading.Thread(target=self.call, args=(number,)) for number in range(len(self.calls))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return " | ".join(self.problems) or "done"


if __name__ == "__main__":
    callers = Callers(sys.argv[1], int(sys.argv[2]))
    print("ready", flush=True)
    for line in sys.stdin:
        callers.runtime.now = float(line)
        print(callers.round(), flush=True)
    callers.client.close()
