"""Processes that renew the tokens, each of them forked with everything loaded, and killed: HOME.

The first line of the input says what time it is (epoch seconds); the tokens are renewed, and `ready` is answered. For
each further line (epoch seconds, then seconds to live) one process begins. The answer is `done` where it had the
tokens in time, `failed` where it had an error, and `killed` otherwise.
"""

from __future__ import annotations

import os
import select
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from enphase_cloud import EnphaseError
from enphase_cloud.transport.hooks import Hooks
from enphase_cloud.transport.http import TokenWire
from enphase_cloud.transport.store import open_store
from enphase_cloud.transport.tokens import Tokens

from .token_calls import Told


def renew(home: Path, now: float, begins: Callable[[], object]) -> int:
    runtime = Told()
    runtime.now = now
    store = open_store("file", home, "default")
    profile = store.load()
    assert profile is not None
    post = TokenWire(profile.base_url, runtime, Hooks()).post
    begins()
    try:
        Tokens(store, post, runtime, profile).obtain()
    except EnphaseError:
        return 1
    return 0


def live_and_die(home: Path, now: float, seconds: float) -> str:
    told, tell = os.pipe()
    child = os.fork()
    if not child:
        os.close(told)
        os._exit(renew(home, now, lambda: os.write(tell, b"!")))
    os.close(tell)
    assert os.read(told, 1) == b"!"
    # the other end closes when the child is done
    select.select([told], [], [], seconds)
    os.kill(child, signal.SIGKILL)
    os.close(told)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return "killed"
    return "failed" if os.WEXITSTATUS(status) else "done"


if __name__ == "__main__":
    # what is loaded only where it is used is not to be loaded by every child anew
    renew(Path(sys.argv[1]), float(sys.stdin.readline()), lambda: None)
    print("ready", flush=True)
    for line in sys.stdin:
        moment, life = map(float, line.split())
        print(live_and_die(Path(sys.argv[1]), moment, life), flush=True)
