"""Wrong requests in their mass, beside clients that hold connections and clients that ask rightly."""

import time
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from benchmarks.hurt.load import Load
from benchmarks.hurt.malformed import Tally, send
from benchmarks.hurt.model import Pushes
from benchmarks.hurt.process import Server
from benchmarks.hurt.slow import slow_clients

WARM_UP: Final = 4_000  # wrong requests before memory is measured: each kind has been sent
CONNECTIONS: Final = 4  # of each way to send
SETTLE_SECONDS: Final = 3.0


@dataclass(frozen=True)
class Siege:
    """What the server bore.

    Attributes:
        seconds: that the wrong requests took.
        ways: what they were answered, by the way they went.
        memory: MiB before and after.
        threads: before and after.
        right: requests of right clients meanwhile.
        failed: those of them that failed or were answered wrongly.
        p50: milliseconds of right requests.
        p99: milliseconds of right requests.
        is_alive: whether the process still ran.
        complaints: lines that the server wrote to stderr.
    """

    seconds: float
    ways: dict[str, Tally]
    memory: tuple[float, float]
    threads: tuple[int, int]
    right: int
    failed: int
    p50: float
    p99: float
    is_alive: bool
    complaints: list[str] = field(default_factory=list)

    @property
    def surprises(self) -> int:
        """How many answers were others than they should be."""
        return sum(tally.surprises.total() for tally in self.ways.values())

    @property
    def growth(self) -> float:
        """The memory's growth as a share of what it was."""
        before, after = self.memory
        return after / before - 1


def lay_siege(server: Server, pushes: Pushes, count: int, idle: int, slow: int, seed: int) -> Siege:
    """Starts a server and sends it `count` wrong requests, while others hold connections and ask rightly.

    Args:
        server: to hurt; it isn't started yet.
        pushes: the versions of its model; one is pushed.
        count: wrong requests.
        idle: connections that say nothing.
        slow: connections that send a byte a second.
        seed: of what is sent.
    """
    pushes.push()
    server.start()
    load = Load(server, lambda: pushes.newest, clients=1)
    with slow_clients(server, idle, slow), load.running():
        send(server, WARM_UP, CONNECTIONS, seed)
        time.sleep(SETTLE_SECONDS)
        memory, threads, start = server.memory_mib(), server.threads(), time.monotonic()
        ways = send(server, count, CONNECTIONS, seed + 1000)
        end = time.monotonic()
        time.sleep(SETTLE_SECONDS)
        is_alive = server.is_alive()
        after = (server.memory_mib(), server.threads()) if is_alive else (0.0, 0)
    requests = load.between(start, end)
    right = [request.end - request.start for request in requests if request.result == "right"]
    p50, p99 = np.percentile(right, [50, 99]) * 1000 if right else (0.0, 0.0)
    return Siege(
        seconds=round(end - start, 1),
        ways=ways,
        memory=(round(memory, 1), round(after[0], 1)),
        threads=(threads, after[1]),
        right=len(requests),
        failed=len(requests) - len(right),
        p50=round(float(p50), 1),
        p99=round(float(p99), 1),
        is_alive=is_alive,
        complaints=server.complaints(),
    )
