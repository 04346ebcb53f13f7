import json
import re
from dataclasses import replace
from typing import Any

import pytest

from tests.support.kfp_stub import KfpStub
from tests.support.submissions import run
from tfx_pipeline.kubeflow.submit.submitting import Submission

pytest_plugins = ["tests.support.submissions"]

IDENTITY = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")


@pytest.mark.parametrize(
    "changes",
    [{}, {"cron": "0 3 * * *"}, {"backfill": (1, 3), "wait": True}, {"caching": False}, {"namespace": "ann"}],
)
def test_a_dry_run_prints_what_a_submit_then_sends(
    submission: Submission, kfp_stub: KfpStub, changes: dict[str, Any]
):
    planned = replace(submission, **changes)
    told = run(replace(planned, dry_run=True))
    assert kfp_stub.requests == []

    run(planned)

    head, *requests = told.split("\n\n")
    ids = {key: name for name, key in given_ids(kfp_stub).items()}
    sent = [IDENTITY.sub(lambda match: ids[match[0]], str(request)) for request in kfp_stub.requests]
    assert kfp_stub.url in head
    assert [request.rstrip() for request in requests] == sent


def given_ids(kfp_stub: KfpStub) -> dict[str, str]:
    """The stub's ids by the names that a dry run has for them."""
    first = {
        "PIPELINE_ID": kfp_stub.pipelines,
        "VERSION_ID": kfp_stub.versions,
        "EXPERIMENT_ID": kfp_stub.experiments,
        "RECURRING_RUN_ID": kfp_stub.recurring_runs,
    }
    runs = {f"RUN_ID_{place}": key for place, key in enumerate(kfp_stub.runs, 1)}
    return {**runs, **{name: key for name, things in first.items() for key in things}}


def test_a_dry_run_needs_no_server(submission: Submission):
    told = run(replace(submission, dry_run=True, host="https://kubeflow.example.invalid/pipeline"))
    assert "POST /pipeline/apis/v2beta1/runs\n{" in told
    body = json.loads(told.split("/apis/v2beta1/runs\n")[1])
    assert body["runtime_config"] == {"parameters": {"data_dir": "gs://log"}}
