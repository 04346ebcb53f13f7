"""Sends a compiled pipeline to Kubeflow Pipelines: a run, a run for each of some spans, or a schedule."""

import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from pydantic import JsonValue

from listening_log.errors import UsageError
from tfx_pipeline.kubeflow.compiled_file import CompiledPipeline, read_compiled
from tfx_pipeline.kubeflow.parameter_values import parse_values, split_parameters
from tfx_pipeline.kubeflow.runtime_parameters import SPANS

POLL_SECONDS: Final = 15.0


@dataclass(frozen=True)
class Submission:
    """What is sent, where and how."""

    file: Path
    """A file of `upnext compile`."""
    host: str
    """Address of Kubeflow Pipelines."""
    name: str = ""
    """Of the pipeline in Kubeflow, and of its runs; "" for the file's own."""
    experiment: str = ""
    """Made if it is not there; "" for the pipeline's name."""
    namespace: str = ""
    """The user's own, where Kubeflow serves several."""
    params: tuple[str, ...] = ()
    """Values of runtime parameters, `name=value` each."""
    cron: str = ""
    """A schedule, "" for none."""
    backfill: tuple[int, int] | None = None
    """First and last span, a run each."""
    caching: bool = True
    """False: all stages run, whatever ran before. A schedule never caches."""
    wait: bool = False
    """Whether to wait until the run has ended."""
    dry_run: bool = False
    """Whether to print the requests and send nothing."""


def submit(submission: Submission, out: TextIO, *, poll_seconds: float = POLL_SECONDS) -> None:
    """Sends the pipeline, and prints ids and links in `out`.

    The pipeline is uploaded unless it is there with the same content. A dry run prints each request in its
    place, with no use of the network, as a server would get it that knows nothing yet.

    Raises:
        UsageError: a wrong flag or value, or a file that is no compiled pipeline; nothing was sent.
        UserError: the server cannot be reached or refuses, or a run that was waited for failed.
    """
    pipeline = read_compiled(submission.file)
    values = _values_of_runs(submission, pipeline)
    cron = with_seconds(submission.cron) if submission.cron else ""
    from tfx_pipeline.kubeflow.submit.client import Client, checked_host
    from tfx_pipeline.kubeflow.submit.sender import Sender

    host = checked_host(submission.host)
    name = submission.name or pipeline.name
    # A schedule's runs all have the same parameters (no macro is replaced in them: kubeflow/pipelines issue
    # 12494), so all but the first would be answered from the cache, whatever has come to the log since.
    caching = submission.caching and not cron
    if submission.dry_run:
        print(
            f"what would go to {host} if it has neither the pipeline nor the experiment yet;"
            " ids in capitals are for the server to give",
            file=out,
        )
    with _quiet():
        client = Client(host, submission.namespace, out if submission.dry_run else None)
        sender = Sender(
            client=client,
            pipeline=pipeline if caching else pipeline.without_caching(),
            out=io.StringIO() if submission.dry_run else out,
            name=name,
            experiment=submission.experiment or name,
            caching=caching,
            wait=submission.wait,
            poll_seconds=poll_seconds,
        )
        with client.errors_in_one_line():
            if cron:
                sender.send_recurring(values[0], cron)
            else:
                sender.send_runs(values)


def with_seconds(cron: str) -> str:
    """Returns a schedule in the form that Kubeflow reads: six fields, seconds first.

    Kubeflow takes the usual five fields without a word and reads the minutes as seconds: `0 3 * * *`, meant as
    three in the night, runs every hour (kubeflow/pipelines issue 9547). So five fields are completed here; the
    fields themselves are the server's to check.

    Raises:
        UsageError: it has neither five fields nor six.
    """
    fields = cron.split()
    if len(fields) not in (5, 6):
        raise UsageError(f"--recurring {cron!r}: expected five fields, as in '0 3 * * *' (03:00 every day)")
    return " ".join(["0", *fields][-6:])


def _values_of_runs(submission: Submission, pipeline: CompiledPipeline) -> list[dict[str, JsonValue]]:
    texts = split_parameters(submission.params)
    if submission.cron and submission.backfill:
        raise UsageError("--recurring and --backfill: choose one")
    if submission.cron and submission.wait:
        raise UsageError("--wait: a recurring run has no end")
    if not submission.backfill:
        return [parse_values(pipeline.parameters, texts)]
    first, last = submission.backfill
    if not 1 <= first <= last:
        raise UsageError(f"--backfill {first} {last}: expected two spans, from 1, the first before the last")
    if SPANS not in pipeline.parameters:
        raise UsageError(f"--backfill: the pipeline of {pipeline.path} has no parameter `{SPANS}`")
    if SPANS in texts:
        raise UsageError(f"--param {SPANS}: --backfill sets it for each run")
    return [parse_values(pipeline.parameters, {**texts, SPANS: str(span)}) for span in range(first, last + 1)]


@contextmanager
def _quiet() -> Iterator[None]:
    """Hides the SDK's advice to developers, its links, and a line for each attempt to connect."""
    logger = logging.getLogger("urllib3")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
