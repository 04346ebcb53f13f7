from dataclasses import replace

import pytest

from listening_log.errors import UserError
from tests.support.kfp_stub import KfpStub
from tests.support.submissions import run
from tfx_pipeline.kubeflow.submit.submission import Submission

pytest_plugins = ["tests.support.submissions"]


def test_waiting_ends_with_the_run(submission: Submission, kfp_stub: KfpStub):
    kfp_stub.states = ["PENDING", "RUNNING", "SUCCEEDED", "RUNNING"]
    assert "SUCCEEDED" in run(replace(submission, wait=True))
    assert kfp_stub.states == ["RUNNING"]


@pytest.mark.parametrize(
    ("state", "message"), [("FAILED", "FAILED in ranker-trainer"), ("CANCELED", "CANCELED")]
)
def test_a_run_that_fails_fails_the_command(
    submission: Submission, kfp_stub: KfpStub, state: str, message: str
):
    kfp_stub.states = ["RUNNING", state]
    with pytest.raises(UserError, match=f"{message}; see {kfp_stub.url}/#/runs/details/"):
        run(replace(submission, wait=True))


def test_waiting_outlasts_a_server_that_is_away_for_a_moment(submission: Submission, kfp_stub: KfpStub):
    away = iter([True, True])
    kfp_stub.answer = lambda method, path: (
        (503, b"", "text/plain") if method == "GET" and "/runs/" in path and next(away, False) else None
    )
    assert "SUCCEEDED" in run(replace(submission, wait=True))
