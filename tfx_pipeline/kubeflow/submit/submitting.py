"""Sends a compiled pipeline to Kubeflow Pipelines: a run, a run for each of some spans, or a schedule."""

import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Final, TextIO

from tfx_pipeline.kubeflow.compiled_file import read_compiled
from tfx_pipeline.kubeflow.submit.submission import Submission

POLL_SECONDS: Final = 15.0


def submit(submission: Submission, out: TextIO, *, poll_seconds: float = POLL_SECONDS) -> None:
    """Sends the pipeline, and prints ids and links in `out`.

    The pipeline is uploaded unless it is there with the same content. A dry run prints each request in its
    place, with no use of the network, as a server would get it that knows nothing yet.

    Raises:
        UsageError: a wrong flag or value, or a file that is no compiled pipeline; nothing was sent.
        UserError: the server cannot be reached or refuses, or a run that was waited for failed.
    """
    pipeline = read_compiled(submission.file)
    values = submission.values_of_runs(pipeline)
    submission = submission.completed(pipeline)
    from tfx_pipeline.kubeflow.submit.client import Client, checked_host
    from tfx_pipeline.kubeflow.submit.sender import Sender

    host = checked_host(submission.host)
    if submission.dry_run:
        print(
            f"what would go to {host} if it has neither the pipeline nor the experiment yet;"
            " ids in capitals are for the server to give",
            file=out,
        )
    with _quiet():
        client = Client(host, submission.namespace, out if submission.dry_run else None)
        sender = Sender(
            client,
            submission,
            pipeline if submission.caching else pipeline.without_caching(),
            io.StringIO() if submission.dry_run else out,
            poll_seconds,
        )
        with client.errors_in_one_line():
            if submission.cron:
                sender.send_recurring(values[0])
            else:
                sender.send_runs(values)


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
