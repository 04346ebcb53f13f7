"""Sends a compiled pipeline to Kubeflow Pipelines: a run, a run for each of some spans, or a schedule."""

import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TextIO

from listening_log.errors import UsageError
from tfx_pipeline.kubeflow.runtime_parameters import SPANS
from tfx_pipeline.kubeflow.submit.cron import kubeflow_cron
from tfx_pipeline.kubeflow.submit.file import Specification, read_specification
from tfx_pipeline.kubeflow.submit.parameters import checked_values, value_of

POLL_SECONDS: Final = 15.0


@dataclass(frozen=True)
class Submission:
    """What is sent, where and how."""

    file: Path
    """Of `upnext compile`."""
    host: str
    """Address of Kubeflow Pipelines."""
    name: str = ""
    """Of the pipeline in Kubeflow, and of its runs; "" for the file's own."""
    experiment: str = ""
    """Made if it is not there; "" for the pipeline's name."""
    namespace: str = ""
    """Where Kubeflow serves several users."""
    params: tuple[str, ...] = ()
    """`name=value` each."""
    cron: str = ""
    """A schedule, "" for none."""
    backfill: tuple[int, int] | None = None
    """First and last span, a run each."""
    caching: bool = True
    """False: all stages run, whatever ran before. A schedule never caches."""
    wait: bool = False
    """Until the run has ended."""
    dry_run: bool = False


def submit(submission: Submission, out: TextIO, *, poll_seconds: float = POLL_SECONDS) -> None:
    """Sends the pipeline, and tells ids and links in `out`.

    The pipeline is uploaded unless it is there with the same content. A dry run writes each request in its
    place, with no use of the network, as a server would get it that knows nothing yet.

    Raises:
        UsageError: a wrong flag or value, or a file that is no compiled pipeline; nothing was sent.
        UserError: the server cannot be reached or refuses, or a run that was waited for failed.
    """
    specification = read_specification(submission.file)
    values = _values(submission, specification)
    cron = kubeflow_cron(submission.cron) if submission.cron else ""
    from tfx_pipeline.kubeflow.submit.client import Client, checked_host, told
    from tfx_pipeline.kubeflow.submit.dry_run import Recorder
    from tfx_pipeline.kubeflow.submit.sender import Sender

    host = checked_host(submission.host)
    name = submission.name or specification.name
    # A schedule's runs all have the same parameters (no macro is replaced in them: kubeflow/pipelines issue
    # 12494), so all but the first would be answered from the cache, whatever has come to the log since.
    caching = submission.caching and not cron
    recorder = Recorder() if submission.dry_run else None
    with _quiet():
        client = Client(host, submission.namespace, recorder)
        sender = Sender(
            client=client,
            specification=specification if caching else specification.without_caching(),
            out=io.StringIO() if recorder else out,
            name=name,
            experiment=submission.experiment or name,
            caching=caching,
            wait=submission.wait,
            poll_seconds=poll_seconds,
        )
        # the SDK prints links as it goes; ours are told where they are asked for
        with told(client), redirect_stdout(io.StringIO()):
            if cron:
                sender.send_recurring(values[0], cron)
            else:
                sender.send_runs(values)
    if recorder:
        print(
            f"what would go to {host} if it has neither the pipeline nor the experiment yet;"
            " ids in capitals are for the server to give",
            *recorder.requests,
            sep="\n\n",
            file=out,
        )


def _values(submission: Submission, specification: Specification) -> list[dict[str, Any]]:
    """The parameters' values of each run."""
    parameters = specification.parameters
    if submission.cron and submission.backfill:
        raise UsageError("--recurring and --backfill: choose one")
    if submission.cron and submission.wait:
        raise UsageError("--wait: a recurring run has no end")
    if not submission.backfill:
        return [checked_values(parameters, submission.params)]
    first, last = submission.backfill
    if not 1 <= first <= last:
        raise UsageError(f"--backfill {first} {last}: expected two spans, from 1, the first before the last")
    if SPANS not in parameters:
        raise UsageError(f"--backfill: the pipeline of {specification.path} has no parameter `{SPANS}`")
    values = checked_values(parameters, submission.params, later=[SPANS])
    return [{**values, SPANS: value_of(parameters, SPANS, str(span))} for span in range(first, last + 1)]


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the SDK's advice to developers, and without a line for each attempt to connect."""
    logger = logging.getLogger("urllib3")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
