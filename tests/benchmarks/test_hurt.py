"""The short form of `python -m benchmarks.hurt`, and its own arithmetic."""

import random
import socket
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.hurt.__main__ import MOST_GROWTH, faults_table, prepare, siege_table
from benchmarks.hurt.faults import Faults
from benchmarks.hurt.malformed import Reader, Tally
from benchmarks.hurt.siege import lay_siege
from benchmarks.hurt.wrong_connections import ENDING
from benchmarks.hurt.wrong_grpc import WRONG
from benchmarks.hurt.wrong_http import LASTING


@pytest.mark.long
def test_faults_under_load_fail_nothing_but_what_is_in_flight_at_a_kill(tmp_path: Path):
    server, pushes, config = prepare(tmp_path)
    try:
        outcomes = Faults(server, pushes, config).run(2, lambda _: None)
    finally:
        server.stop()
    assert [(one.fault, one.wrong, one.failed, one.errors) for one in outcomes] == [
        (one.fault, 0, 0, []) for one in outcomes
    ]
    assert all(one.requests > 0 for one in outcomes)
    assert "SIGKILL" in faults_table(outcomes)
    assert "Traceback" not in "\n".join(server.complaints())


@pytest.mark.long
def test_wrong_requests_get_errors_and_hurt_nobody(tmp_path: Path):
    server, pushes, _ = prepare(tmp_path)
    try:
        siege = lay_siege(server, pushes, count=6_000, idle=500, slow=20, seed=1)
    finally:
        server.stop()
    assert [tally.surprises for tally in siege.ways.values()] == [Counter()] * 3
    assert siege.is_alive
    assert siege.failed == 0
    assert siege.right > 0
    assert siege.growth < MOST_GROWTH
    assert sum(tally.sent.total() for tally in siege.ways.values()) >= 6_000
    assert "HTTP, pipelined" in siege_table(siege)
    assert siege.complaints == []


@pytest.mark.parametrize("kinds", [LASTING, ENDING, WRONG])
def test_kinds_have_names_of_their_own_and_are_made_by_their_seed(kinds: tuple):
    assert len({kind.name for kind in kinds}) == len(kinds)
    first, second = ([kind.make(random.Random(7)) for kind in kinds] for _ in range(2))
    assert first == second


def test_answers_that_follow_one_another_are_told_apart():
    ours, theirs = socket.socketpair()
    theirs.sendall(
        b"HTTP/1.1 400 Bad\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n"
    )
    theirs.close()
    reader = Reader(ours)
    assert [reader.status() for _ in range(3)] == [400, 404, None]
    ours.close()


def test_a_tally_keeps_what_was_answered_otherwise():
    tally, other = Tally(), Tally()
    tally.add("a", 400, is_right=True)
    other.add("a", 200, is_right=False)
    tally.join(other)
    assert tally.sent == {"a": 2}
    assert tally.surprises == {"a: 200": 1}
