"""Waits for a run on Kubeflow to end.

The SDK's own waiting knows no end of a run that was cancelled, and gives up at the first lost answer.
"""

import time
from typing import Any, Final

from listening_log.errors import UserError
from tfx_pipeline.kubeflow.submit.client import UNREACHABLE, ApiException, Client

_LOST_ANSWERS: Final = 5  # in a row: a run takes hours in which a network may fail
_FAILURES: Final = ("FAILED", "CANCELED")
_ENDS: Final = ("SUCCEEDED", "SKIPPED", *_FAILURES)


def wait_for(client: Client, run_id: str, poll_seconds: float) -> str:
    """Returns the run's state when it has ended well.

    Raises:
        UserError: it failed or was cancelled; the failed stages are named.
        ApiException: the server refuses, or has not answered for some time.
    """
    lost = 0
    while True:
        try:
            run = client.get_run(run_id)
            lost = 0
        except (ApiException, *UNREACHABLE) as error:
            lost += 1
            if lost > _LOST_ANSWERS or 400 <= getattr(error, "status", 500) < 500:
                raise
        else:
            if run.state in _ENDS:
                break
        time.sleep(poll_seconds)
    if run.state in _FAILURES:
        raise UserError(f"run {run_id} {run.state}{_failed(run)}")
    return str(run.state)


def _failed(run: Any) -> str:
    tasks = getattr(run.run_details, "task_details", None) or ()
    names = sorted({task.display_name for task in tasks if task.state == "FAILED" and task.display_name})
    said = f" in {', '.join(names)}" if names else ""
    message = getattr(run.error, "message", None)
    return f"{said}: {' '.join(message.split())[:300]}" if message else said
