"""Against a stub that holds each request to KFP's own API models: no cluster is run."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest
import yaml

from listening_log.errors import UsageError, UserError
from tests.support.kfp_stub import KfpStub
from tests.support.submissions import PIPELINE, PLATFORM, only, run, uploads
from tfx_pipeline.kubeflow.submit.submission import Submission

pytest_plugins = ["tests.support.submissions"]

IDENTITY = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")


def test_a_first_submit_uploads_makes_the_experiment_and_starts_a_run(
    submission: Submission, kfp_stub: KfpStub
):
    out = run(submission)

    version, experiment = only(kfp_stub.versions), only(kfp_stub.experiments)
    pipeline_run = only(kfp_stub.runs)
    assert only(kfp_stub.pipelines)["display_name"] == experiment["display_name"] == "upnext"
    assert pipeline_run["experiment_id"] == experiment["experiment_id"]
    assert pipeline_run["pipeline_version_reference"] == {
        "pipeline_id": version["pipeline_id"],
        "pipeline_version_id": version["pipeline_version_id"],
    }
    assert pipeline_run["runtime_config"] == {"parameters": {"data_dir": "gs://log"}}
    assert f"{kfp_stub.url}/#/runs/details/{pipeline_run['run_id']}" in out
    assert version["pipeline_version_id"] in out


def test_the_platform_document_travels_with_the_pipeline(submission: Submission, kfp_stub: KfpStub):
    run(submission)
    assert only(kfp_stub.versions)["pipeline_spec"] == {
        "pipeline_spec": yaml.safe_load(PIPELINE),
        "platform_spec": yaml.safe_load(PLATFORM),
    }


def test_a_file_without_a_platform_document_is_sent_too(submission: Submission, kfp_stub: KfpStub):
    submission.file.write_text(PIPELINE)
    run(submission)
    assert only(kfp_stub.versions)["pipeline_spec"] == yaml.safe_load(PIPELINE)


def test_the_same_content_is_not_uploaded_twice(submission: Submission, kfp_stub: KfpStub):
    run(submission)
    submission.file.write_text("# compiled anew\n" + PIPELINE + PLATFORM)
    out = run(submission)

    assert uploads(kfp_stub) == len(kfp_stub.versions) == len(kfp_stub.experiments) == 1
    assert len(kfp_stub.runs) == 2
    assert "unchanged" in out


def test_new_content_is_a_new_version_which_the_run_takes(submission: Submission, kfp_stub: KfpStub):
    run(submission)
    submission.file.write_text((PIPELINE + PLATFORM).replace("constant: 7", "constant: 8"))
    run(submission)

    first, second = kfp_stub.versions.values()
    assert first["pipeline_id"] == second["pipeline_id"]
    versions = [r["pipeline_version_reference"]["pipeline_version_id"] for r in kfp_stub.runs.values()]
    assert versions == [first["pipeline_version_id"], second["pipeline_version_id"]]


def test_content_of_an_older_version_is_found_behind_newer_ones(submission: Submission, kfp_stub: KfpStub):
    for seed in ("7", "8", "9", "7"):
        submission.file.write_text(PIPELINE.replace("constant: 7", f"constant: {seed}"))
        run(submission)

    assert len(kfp_stub.versions) == 3
    versions = [r["pipeline_version_reference"] for r in kfp_stub.runs.values()]
    assert versions[3] == versions[0]


def test_names_are_the_users_to_choose(submission: Submission, kfp_stub: KfpStub):
    run(replace(submission, name="upnext-jazz", experiment="jazz"))
    assert only(kfp_stub.pipelines)["display_name"] == "upnext-jazz"
    assert only(kfp_stub.experiments)["display_name"] == "jazz"
    assert only(kfp_stub.runs)["display_name"].startswith("upnext-jazz ")


@pytest.mark.parametrize("changes", [{"caching": False}, {"cron": "0 3 * * *"}])
def test_without_caching_no_task_caches_at_any_depth(
    submission: Submission, kfp_stub: KfpStub, changes: dict[str, Any]
):
    """Nor do the runs of a schedule, which would differ in nothing."""
    run(replace(submission, **changes))

    uploaded = only(kfp_stub.versions)["pipeline_spec"]
    tasks = [*uploaded["pipeline_spec"]["root"]["dag"]["tasks"].values()]
    tasks += uploaded["pipeline_spec"]["components"]["chain"]["dag"]["tasks"].values()
    assert [task["cachingOptions"] for task in tasks] == [{}, {}]
    assert uploaded["platform_spec"] == yaml.safe_load(PLATFORM)


def test_with_and_without_caching_are_two_versions_each_uploaded_once(
    submission: Submission, kfp_stub: KfpStub
):
    for caching in (True, False, True, False):
        run(replace(submission, caching=caching))

    assert uploads(kfp_stub) == len(kfp_stub.versions) == 2
    versions = [r["pipeline_version_reference"]["pipeline_version_id"] for r in kfp_stub.runs.values()]
    assert versions == [*kfp_stub.versions] * 2


def test_a_schedule_runs_one_at_a_time_and_skips_what_it_missed(submission: Submission, kfp_stub: KfpStub):
    out = run(replace(submission, cron="0 3 * * *"))

    schedule = only(kfp_stub.recurring_runs)
    assert schedule["trigger"] == {"cron_schedule": {"cron": "0 0 3 * * *"}}
    assert (schedule["max_concurrency"], schedule["no_catchup"], schedule["mode"]) == ("1", True, "ENABLE")
    assert schedule["runtime_config"] == {"parameters": {"data_dir": "gs://log"}}
    assert (
        schedule["pipeline_version_reference"]["pipeline_version_id"]
        == only(kfp_stub.versions)["pipeline_version_id"]
    )
    assert f"{kfp_stub.url}/#/recurringrun/details/{schedule['recurring_run_id']}" in out
    assert not kfp_stub.runs


def test_a_second_schedule_of_the_same_name_is_refused(submission: Submission, kfp_stub: KfpStub):
    run(replace(submission, cron="0 3 * * *"))
    with pytest.raises(UserError, match="is there already: disable it first, at http"):
        run(replace(submission, cron="0 4 * * *"))
    only(kfp_stub.recurring_runs)["status"] = "DISABLED"
    run(replace(submission, cron="0 4 * * *"))
    assert len(kfp_stub.recurring_runs) == 2


def test_a_backfill_is_a_run_a_span_each_after_the_end_of_the_one_before(
    submission: Submission, kfp_stub: KfpStub
):
    kfp_stub.states = ["RUNNING", "SUCCEEDED", "SUCCEEDED"]
    run(replace(submission, backfill=(2, 4)))

    assert [r["runtime_config"]["parameters"]["spans"] for r in kfp_stub.runs.values()] == ["2", "3", "4"]
    assert [r["display_name"].split()[-2:] for r in kfp_stub.runs.values()] == [["spans", s] for s in "234"]
    methods = [f"{r.method} {r.path.split('/')[3]}" for r in kfp_stub.requests if "/runs" in r.path]
    assert methods == ["POST runs", "GET runs", "GET runs", "POST runs", "GET runs", "POST runs"]
    assert uploads(kfp_stub) == 1


def test_a_backfill_stops_where_a_run_fails_and_says_what_is_left(submission: Submission, kfp_stub: KfpStub):
    kfp_stub.states = ["SUCCEEDED", "FAILED"]
    with pytest.raises(UserError, match="FAILED in ranker-trainer; not started: span 4, 5; see"):
        run(replace(submission, backfill=(2, 5)))
    assert len(kfp_stub.runs) == 2


def test_a_backfill_takes_spans_of_a_number_too(submission: Submission, kfp_stub: KfpStub):
    submission.file.write_text(
        PIPELINE.replace("spans: {parameterType: STRING", "spans: {parameterType: NUMBER_INTEGER")
    )
    run(replace(submission, backfill=(3, 3)))
    assert only(kfp_stub.runs)["runtime_config"]["parameters"]["spans"] == 3


def test_a_backfill_needs_the_parameter_that_it_sets(submission: Submission, kfp_stub: KfpStub):
    submission.file.write_text(
        PIPELINE.replace("      spans: {parameterType: STRING, defaultValue: ''}\n", "")
    )
    with pytest.raises(UsageError, match="has no parameter `spans`"):
        run(replace(submission, backfill=(1, 2)))
    assert kfp_stub.requests == []


@pytest.mark.parametrize(
    "changes",
    [{}, {"cron": "0 3 * * *"}, {"backfill": (1, 3), "wait": True}, {"caching": False}, {"namespace": "ann"}],
)
def test_a_dry_run_prints_what_a_submit_then_sends(
    submission: Submission, kfp_stub: KfpStub, changes: dict[str, Any]
):
    planned = replace(submission, **changes)
    printed = run(replace(planned, dry_run=True))
    assert kfp_stub.requests == []

    run(planned)

    head, *requests = printed.split("\n\n")
    ids = given_ids(kfp_stub)
    sent = [IDENTITY.sub(lambda match: ids[match[0]], str(request)) for request in kfp_stub.requests]
    assert kfp_stub.url in head
    assert [request.rstrip() for request in requests] == sent


def given_ids(kfp_stub: KfpStub) -> dict[str, str]:
    """The name that a dry run has for each of the stub's ids."""
    things = {
        "PIPELINE_ID": kfp_stub.pipelines,
        "VERSION_ID": kfp_stub.versions,
        "EXPERIMENT_ID": kfp_stub.experiments,
        "RECURRING_RUN_ID": kfp_stub.recurring_runs,
        "RUN_ID": kfp_stub.runs,
    }
    return {key: name for name, by_id in things.items() for key in by_id}


def test_a_dry_run_needs_no_server(submission: Submission):
    printed = run(replace(submission, dry_run=True, host="https://kubeflow.example.invalid/pipeline"))
    assert "POST /pipeline/apis/v2beta1/runs\n{" in printed
    body = json.loads(printed.split("/apis/v2beta1/runs\n")[1])
    assert body["runtime_config"] == {"parameters": {"data_dir": "gs://log"}}
