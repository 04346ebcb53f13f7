"""Sends wrong requests by the hundred thousand, and checks each answer's code."""

import random
import re
import socket
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final, TypeVar

import grpc

from benchmarks.hurt.process import HOST, Server
from benchmarks.hurt.wrong_connections import ENDING
from benchmarks.hurt.wrong_grpc import SERVICE, WRONG, Call
from benchmarks.hurt.wrong_http import LASTING, Kind

PIPELINED: Final = 64  # requests sent at once over a connection of HTTP
IN_FLIGHT: Final = 64  # calls at once over a connection of gRPC
VARIANTS: Final = 50  # requests made of each kind, which are sent again and again
ANSWER_SECONDS: Final = 60.0
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_Sort = TypeVar("_Sort", Kind, Call)


@dataclass
class Tally:
    """How many requests of each kind were sent, and which were answered otherwise than they should be."""

    sent: Counter[str] = field(default_factory=Counter)
    surprises: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def add(self, name: str, answer: object, is_right: bool) -> None:
        """Counts an answer."""
        self.sent[name] += 1
        if not is_right:
            self.surprises[f"{name}: {answer}"] += 1

    def join(self, other: "Tally") -> None:
        """Adds what another connection counted."""
        self.sent += other.sent
        self.surprises += other.surprises


def send(server: Server, count: int, connections: int, seed: int) -> dict[str, Tally]:
    """Sends `count` wrong requests: seven tenths over lasting HTTP, two over gRPC, one over HTTP that ends.

    Returns:
        What each way was answered.
    """
    ways: dict[str, tuple[Callable[[Server, int, int], Tally], int]] = {
        "HTTP, pipelined": (_send_lasting, count * 7 // 10),
        "gRPC": (_send_calls, count * 2 // 10),
        "HTTP, a connection each": (_send_ending, count // 10),
    }
    tallies = {name: Tally() for name in ways}

    def work(name: str, number: int) -> None:
        way, total = ways[name]
        start = time.monotonic()
        tally = way(server, -(-total // connections), seed + number)
        tallies[name].join(tally)
        tallies[name].seconds = max(tallies[name].seconds, time.monotonic() - start)

    with ThreadPoolExecutor(connections * len(ways)) as pool:
        for future in [pool.submit(work, name, number) for name in ways for number in range(connections)]:
            future.result()
    return tallies


def _drawn(kinds: Sequence[_Sort], seed: int) -> Callable[[], tuple[_Sort, bytes]]:
    """Returns what draws a request: its kind by weight, its content from so many variants."""
    chance = random.Random(seed)
    weights = [kind.weight for kind in kinds]
    few = {
        kind.name: [kind.make(chance) for _ in range(1 if len(kind.make(chance)) > 10_000 else VARIANTS)]
        for kind in kinds
    }

    def draw() -> tuple[_Sort, bytes]:
        (kind,) = chance.choices(kinds, weights)
        return kind, chance.choice(few[kind.name])

    return draw


def _connect(server: Server) -> socket.socket:
    connection = socket.create_connection((HOST, server.rest_port), timeout=ANSWER_SECONDS)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


class Reader:
    """Reads the statuses of answers that follow one another on a connection."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection, self._buffer = connection, b""

    def status(self) -> int | None:
        """Returns the next answer's status; None where the connection ended instead."""
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            if not self._fill():
                return None
        head = self._buffer[:end]
        match = _LENGTH.search(head)
        size = end + 4 + (int(match[1]) if match else 0)
        while len(self._buffer) < size:
            if not self._fill():
                return None
        self._buffer = self._buffer[size:]
        return int(head[9:12])

    def _fill(self) -> bool:
        try:
            block = self._connection.recv(1 << 16)
        except ConnectionError:
            return False
        self._buffer += block
        return bool(block)


def _send_lasting(server: Server, count: int, seed: int) -> Tally:
    tally, draw = Tally(), _drawn(LASTING, seed)
    left = count
    connection = _connect(server)
    reader = Reader(connection)
    while left > 0:
        batch = [draw() for _ in range(min(PIPELINED, left))]
        sender = threading.Thread(target=connection.sendall, args=(b"".join(raw for _, raw in batch),))
        sender.start()  # the server may answer before it has read all
        for kind, _ in batch:
            status = reader.status()
            tally.add(kind.name, status, status in kind.statuses)
            if status is None:
                sender.join()
                connection.close()
                connection = _connect(server)
                reader = Reader(connection)
                break
        else:
            sender.join()
        left -= len(batch)
    connection.close()
    return tally


def _send_ending(server: Server, count: int, seed: int) -> Tally:
    tally, draw = Tally(), _drawn(ENDING, seed)
    for _ in range(count):
        kind, raw = draw()
        with _connect(server) as connection:
            try:
                connection.sendall(raw)
                if not kind.statuses:
                    tally.add(kind.name, "", True)
                    continue
                status = Reader(connection).status()
            except ConnectionError:
                status = None
            tally.add(kind.name, status, status in kind.statuses)
    return tally


def _send_calls(server: Server, count: int, seed: int) -> Tally:
    tally, draw = Tally(), _drawn(WRONG, seed)
    options = [
        ("grpc.enable_http_proxy", 0),
        ("grpc.enable_retries", 0),
        ("grpc.use_local_subchannel_pool", 1),
    ]
    with grpc.insecure_channel(f"{HOST}:{server.grpc_port}", options) as channel:
        methods = {call.method: channel.unary_unary(SERVICE + call.method) for call in WRONG}
        flying: deque[tuple[Call, grpc.Future]] = deque()
        for place in range(count + IN_FLIGHT):
            if place >= IN_FLIGHT and flying:
                call, future = flying.popleft()
                code = future.code().name
                tally.add(call.name, code, code in call.codes)
            if place < count:
                call, raw = draw()
                flying.append((call, methods[call.method].future(raw, timeout=ANSWER_SECONDS)))
    return tally
