import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from serving.batching import Batcher, BatchingParameters, read_parameters
from serving.errors import FlagError, ServingError


class Graph:
    """Doubles each row's sum; counts the rows of each run, and waits at a gate."""

    def __init__(self) -> None:
        self.runs: list[np.ndarray] = []
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        self.gate.wait(10)
        self.runs.append(inputs["x"])
        if (inputs["x"] < 0).any():
            raise ServingError("INVALID_ARGUMENT", "negative")
        return {"y": 2 * inputs["x"].sum(axis=1)}


def ask(batcher: Batcher, graph: Graph, rows: list[list[float]], signature: str = "s") -> list[float]:
    return batcher.run(signature, {"x": np.array(rows)}, graph)["y"].tolist()


def ask_at_once(
    batcher: Batcher, graph: Graph, requests: list[list[list[float]]]
) -> list[list[float] | ServingError]:
    """Asks all while the graph is held by a first request; returns their answers."""
    graph.gate.clear()

    def answer(rows: list[list[float]]) -> list[float] | ServingError:
        try:
            return ask(batcher, graph, rows)
        except ServingError as error:
            return error

    with ThreadPoolExecutor(len(requests) + 1) as pool:
        first = pool.submit(answer, [[0.0]])
        while batcher._slots._value:
            pass
        others = [pool.submit(answer, rows) for rows in requests]
        while waiting(batcher) + batcher_refusals(others) < len(requests):
            pass
        graph.gate.set()
        assert first.result() == [0.0]
        return [other.result() for other in others]


def waiting(batcher: Batcher) -> int:
    with batcher._lock:
        return sum(len(batch.requests) for batch in batcher._open.values())


def batcher_refusals(futures: list) -> int:
    return sum(future.done() for future in futures)


ONE_SLOT = {"num_batch_threads": 1}


def test_what_comes_at_once_runs_together_and_each_gets_its_own() -> None:
    batcher, graph = Batcher(BatchingParameters(**ONE_SLOT)), Graph()
    answers = ask_at_once(batcher, graph, [[[1.0]], [[2.0], [3.0]], [[4.0]]])
    assert answers == [[2.0], [4.0, 6.0], [8.0]]
    assert [len(run) for run in graph.runs] == [1, 4]


def test_other_widths_run_apart_unless_they_are_padded() -> None:
    requests = [[[1.0]], [[2.0, 3.0]]]
    batcher, graph = Batcher(BatchingParameters(**ONE_SLOT)), Graph()
    assert ask_at_once(batcher, graph, requests) == [[2.0], [10.0]]
    assert len(graph.runs) == 3
    batcher, graph = Batcher(BatchingParameters(**ONE_SLOT, pad_variable_length_inputs=True)), Graph()
    assert ask_at_once(batcher, graph, requests) == [[4.0], [10.0]]  # by its own first element, 1
    assert sorted(map(tuple, graph.runs[1].tolist())) == [(1.0, 1.0), (2.0, 3.0)]


def test_a_batch_has_an_allowed_size_and_no_more() -> None:
    parameters = BatchingParameters(4, allowed_batch_sizes=(2, 4), **ONE_SLOT)
    batcher, graph = Batcher(parameters), Graph()
    assert ask_at_once(batcher, graph, [[[1.0]], [[2.0]], [[3.0]]]) == [[2.0], [4.0], [6.0]]
    assert [len(run) for run in graph.runs] == [2, 4]
    with pytest.raises(ServingError, match="Task size 5 is larger than maximum input batch size 4"):
        ask(batcher, graph, [[1.0]] * 5)


def test_one_requests_fault_is_not_the_others() -> None:
    batcher, graph = Batcher(BatchingParameters(**ONE_SLOT)), Graph()
    good, bad = ask_at_once(batcher, graph, [[[1.0]], [[-1.0]]])
    assert good == [2.0]
    assert isinstance(bad, ServingError)
    assert bad.message == "negative"


def test_a_full_queue_is_unavailable() -> None:
    parameters = BatchingParameters(1, max_enqueued_batches=2, **ONE_SLOT)
    answers = ask_at_once(Batcher(parameters), Graph(), [[[1.0]], [[1.0]], [[1.0]]])
    refused = [answer for answer in answers if isinstance(answer, ServingError)]
    assert [error.code for error in refused] == ["UNAVAILABLE"]
    assert "queue to which this task was submitted is full" in refused[0].message


def test_a_batch_waits_for_others_so_long() -> None:
    batcher, graph = Batcher(BatchingParameters(2, batch_timeout_micros=10_000_000)), Graph()
    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(ask, batcher, graph, [[value]]) for value in (1.0, 2.0)]
        assert [answer.result(5) for answer in answers] == [[2.0], [4.0]]
    assert [len(run) for run in graph.runs] == [2]


def test_an_unforeseen_failure_leaves_nobody_waiting() -> None:
    batcher = Batcher(BatchingParameters())

    def fail(inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        batcher.run("s", {"x": np.zeros((1, 1))}, fail)
    assert batcher.run("s", {"x": np.ones((1, 1))}, Graph())["y"].tolist() == [2.0]


def test_a_request_that_is_given_up_while_it_waits_is_not_run() -> None:
    batcher, graph = Batcher(BatchingParameters(**ONE_SLOT)), Graph()
    graph.gate.clear()
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(ask, batcher, graph, [[1.0]])
        while batcher._slots._value:
            pass
        leads = pool.submit(batcher.run, "s", {"x": np.array([[2.0]])}, graph, lambda: True)
        while not batcher._open:
            pass
        joins = pool.submit(ask, batcher, graph, [[3.0]])
        while sum(len(batch.requests) for batch in batcher._open.values()) < 2:
            pass
        graph.gate.set()
        assert [first.result(), joins.result()] == [[2.0], [6.0]]
        with pytest.raises(ServingError) as refusal:
            leads.result()
    assert refusal.value.code == "CANCELLED"
    assert [run.tolist() for run in graph.runs] == [[[1.0]], [[3.0]]]


def test_a_large_request_is_split_where_the_parameters_say_so() -> None:
    parameters = BatchingParameters(5, enable_large_batch_splitting=True, max_execution_batch_size=2)
    batcher, graph = Batcher(parameters), Graph()
    assert ask(batcher, graph, [[1.0], [2.0], [3.0], [4.0], [5.0]]) == [2.0, 4.0, 6.0, 8.0, 10.0]
    assert [len(run) for run in graph.runs] == [2, 2, 1]
    with pytest.raises(ServingError, match="Task size 6 is larger than maximum input batch size 5"):
        ask(batcher, graph, [[1.0]] * 6)


def test_tf_servings_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "batching.config"
    path.write_text(
        "max_batch_size { value: 8 } batch_timeout_micros { value: 0 } num_batch_threads { value: 3 }"
        " allowed_batch_sizes: 4 allowed_batch_sizes: 8 pad_variable_length_inputs: true"
    )
    assert read_parameters(path) == BatchingParameters(8, 0, 10, 3, (4, 8), True)
    splitting = "enable_large_batch_splitting { value: true } max_execution_batch_size { value: 4 }"
    path.write_text(f"max_batch_size {{ value: 8 }} allowed_batch_sizes: 4 {splitting}")
    assert read_parameters(path).most_rows_of_a_run == 4
    for wrong in (
        "max_batch_size { value: 0 }",
        "allowed_batch_sizes: 4",
        "max_batch_size: 8",
        f"max_batch_size {{ value: 3 }} {splitting}",
        f"max_batch_size {{ value: 8 }} allowed_batch_sizes: 8 {splitting}",
    ):
        path.write_text(wrong)
        with pytest.raises(FlagError, match=r"batching\.config"):
            read_parameters(path)
