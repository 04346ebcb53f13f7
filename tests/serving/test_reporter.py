import io
import os

from serving import metrics
from serving.errors import INTERNAL, ServingError
from serving.reporter import Reporter


def test_a_reader_that_is_gone_does_no_harm() -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w", buffering=1) as out:
        Reporter(out).report("a line")
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())
    Reporter(out).report("the stream is closed")


def test_a_failure_is_counted_and_told_once_without_its_text() -> None:
    out = io.StringIO()
    reporter = Reporter(out)
    before = metrics.FAILURES.total()
    for _ in range(3):
        try:
            raise ValueError("a history")
        except ValueError as error:
            reporter.report_failure("gRPC Predict", error)
    assert metrics.FAILURES.total() == before + 3
    (line,) = out.getvalue().splitlines()
    assert line.startswith("gRPC Predict: INTERNAL, ValueError at ")
    assert "history" not in line


def test_a_failure_of_the_graph_is_told_with_its_node() -> None:
    out = io.StringIO()
    Reporter(out).report_failure("REST POST", ServingError(INTERNAL, "The model could not answer (at a/b)"))
    assert out.getvalue() == "REST POST: INTERNAL, The model could not answer (at a/b)\n"
