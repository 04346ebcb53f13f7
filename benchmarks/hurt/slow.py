"""Clients that hold connections: idle ones, and ones that send a byte at a time."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from benchmarks.hurt.process import HOST, Server
from benchmarks.hurt.wrong_http import PREDICT

BYTE_SECONDS: Final = 1.0
_HEAD: Final = f"POST {PREDICT} HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n".encode()


@contextmanager
def slow_clients(server: Server, idle: int, slow: int) -> Iterator[None]:
    """Holds connections meanwhile, and opens those again that the server closes.

    Args:
        server: to connect to.
        idle: connections that say nothing, four in five to REST and the others to gRPC.
        slow: connections to REST that send a request a byte a second.
    """
    stop = threading.Event()
    with ExitStack() as stack:
        ports = [server.grpc_port if place % 5 == 4 else server.rest_port for place in range(idle)]
        for port in ports:
            stack.enter_context(socket.create_connection((HOST, port), timeout=30))
        thread = threading.Thread(target=_trickle, args=(server, slow, stop))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()


def _trickle(server: Server, count: int, stop: threading.Event) -> None:
    places = [place % len(_HEAD) for place in range(count)]  # some are in the header, some in the body
    connections: list[socket.socket | None] = [None] * count
    while not stop.wait(BYTE_SECONDS):
        for number, connection in enumerate(connections):
            try:
                if connection is None:
                    connections[number] = connection = socket.create_connection((HOST, server.rest_port), 30)
                    connection.sendall(_HEAD[: places[number]])
                place = places[number]
                connection.sendall(_HEAD[place : place + 1] or b" ")
                places[number] = place + 1
            except OSError:  # the server has had enough of it
                connections[number], places[number] = None, number % len(_HEAD)
    for connection in filter(None, connections):
        connection.close()
