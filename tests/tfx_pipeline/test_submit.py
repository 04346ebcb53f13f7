"""Against a stub that holds each request to KFP's own API models: no cluster is run."""

import io
import json
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from models.errors import UsageError, UserError
from tests.tfx_pipeline.kfp_stub import KfpStub, serving
from tfx_pipeline.submit import Submission, submit

TOKEN = "s3cret-t0ken"
IDENTITY = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
PIPELINE = """
# PIPELINE DEFINITION
pipelineInfo: {name: upnext}
schemaVersion: 2.1.0
sdkVersion: tfx-1.16.0
deploymentSpec:
  executors: {train: {container: {image: 'upnext:latest', command: [python]}}}
components:
  train:
    executorLabel: train
    inputDefinitions: {parameters: {seed: {parameterType: NUMBER_INTEGER}}}
  chain:
    dag:
      tasks:
        train:
          componentRef: {name: train}
          cachingOptions: {enableCache: true}
          inputs: {parameters: {seed: {runtimeValue: {constant: 7}}}}
          taskInfo: {name: train}
root:
  dag:
    tasks:
      chain:
        componentRef: {name: chain}
        cachingOptions: {enableCache: true}
        taskInfo: {name: chain}
  inputDefinitions:
    parameters:
      data_dir: {parameterType: STRING}
      spans: {parameterType: STRING, defaultValue: ''}
      seed: {parameterType: NUMBER_INTEGER, defaultValue: 7}
      share: {parameterType: NUMBER_DOUBLE, defaultValue: 0.5}
      final_fit: {parameterType: BOOLEAN, defaultValue: true}
      gates: {parameterType: STRUCT, isOptional: true}
      countries: {parameterType: LIST, isOptional: true}
"""
PLATFORM = """
---
platforms:
  kubernetes:
    deploymentSpec:
      executors: {train: {pvcMount: [{constant: upnext-data, mountPath: /mnt/upnext}]}}
"""


@pytest.fixture
def stub() -> Iterator[KfpStub]:
    yield from serving(KfpStub())


@pytest.fixture(autouse=True)
def sdk_context(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    from kfp.client.client import Client

    for name in ("KF_PIPELINES_ENDPOINT", "KF_PIPELINES_UI_ENDPOINT", "UPNEXT_KFP_TOKEN", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "context.json"
    monkeypatch.setattr(Client, "_LOCAL_KFP_CONTEXT", str(path))
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "upnext.yaml"
    path.write_text(PIPELINE + PLATFORM)
    return path


@pytest.fixture
def submission(file: Path, stub: KfpStub) -> Submission:
    return Submission(file, stub.url, params=("data_dir=gs://log",))


def run(submission: Submission) -> str:
    out = io.StringIO()
    submit(submission, out, poll_seconds=0.01)
    return out.getvalue()


def only(things: dict[str, dict[str, Any]]) -> dict[str, Any]:
    (thing,) = things.values()
    return thing


def uploads(stub: KfpStub) -> int:
    return len(stub.sent("POST", "/pipelines/upload") + stub.sent("POST", "/pipelines/upload_version"))


# One run


def test_a_first_submit_uploads_makes_the_experiment_and_starts_a_run(submission: Submission, stub: KfpStub):
    out = run(submission)

    version, experiment, started = only(stub.versions), only(stub.experiments), only(stub.runs)
    assert only(stub.pipelines)["display_name"] == experiment["display_name"] == "upnext"
    assert started["experiment_id"] == experiment["experiment_id"]
    assert started["pipeline_version_reference"] == {
        "pipeline_id": version["pipeline_id"],
        "pipeline_version_id": version["pipeline_version_id"],
    }
    assert started["runtime_config"] == {"parameters": {"data_dir": "gs://log"}}
    assert f"{stub.url}/#/runs/details/{started['run_id']}" in out
    assert version["pipeline_version_id"] in out


def test_the_platform_document_travels_with_the_pipeline(submission: Submission, stub: KfpStub):
    run(submission)
    assert only(stub.versions)["pipeline_spec"] == {
        "pipeline_spec": yaml.safe_load(PIPELINE),
        "platform_spec": yaml.safe_load(PLATFORM),
    }


def test_a_file_without_a_platform_document_is_sent_too(submission: Submission, stub: KfpStub):
    submission.file.write_text(PIPELINE)
    run(submission)
    assert only(stub.versions)["pipeline_spec"] == yaml.safe_load(PIPELINE)


def test_the_same_content_is_not_uploaded_twice(submission: Submission, stub: KfpStub):
    run(submission)
    submission.file.write_text("# compiled anew\n" + PIPELINE + PLATFORM)
    out = run(submission)

    assert uploads(stub) == len(stub.versions) == len(stub.experiments) == 1
    assert len(stub.runs) == 2
    assert "unchanged" in out


def test_new_content_is_a_new_version_which_the_run_takes(submission: Submission, stub: KfpStub):
    run(submission)
    submission.file.write_text((PIPELINE + PLATFORM).replace("constant: 7", "constant: 8"))
    run(submission)

    first, second = stub.versions.values()
    assert first["pipeline_id"] == second["pipeline_id"]
    taken = [r["pipeline_version_reference"]["pipeline_version_id"] for r in stub.runs.values()]
    assert taken == [first["pipeline_version_id"], second["pipeline_version_id"]]


def test_content_of_an_older_version_is_found_behind_newer_ones(submission: Submission, stub: KfpStub):
    for seed in ("7", "8", "9", "7"):
        submission.file.write_text(PIPELINE.replace("constant: 7", f"constant: {seed}"))
        run(submission)

    assert len(stub.versions) == 3
    taken = [r["pipeline_version_reference"] for r in stub.runs.values()]
    assert taken[3] == taken[0]


def test_names_are_the_users_to_choose(submission: Submission, stub: KfpStub):
    run(replace(submission, name="upnext-jazz", experiment="jazz"))
    assert only(stub.pipelines)["display_name"] == "upnext-jazz"
    assert only(stub.experiments)["display_name"] == "jazz"
    assert only(stub.runs)["display_name"].startswith("upnext-jazz ")


def test_values_have_the_parameters_own_types(submission: Submission, stub: KfpStub):
    params = (
        "data_dir=7",
        "seed=-3",
        "share=2",
        "final_fit=false",
        'gates={"a": 1}',
        "countries=[1, 2]",
        "spans=a=b",
    )
    run(replace(submission, params=params))
    assert only(stub.runs)["runtime_config"]["parameters"] == {
        "data_dir": "7",
        "seed": -3,
        "share": 2.0,
        "final_fit": False,
        "gates": {"a": 1},
        "countries": [1, 2],
        "spans": "a=b",
    }


def test_without_caching_no_task_of_the_run_caches_and_nothing_is_uploaded(
    submission: Submission, stub: KfpStub
):
    run(replace(submission, caching=False))

    assert uploads(stub) == 0
    sent = only(stub.runs)["pipeline_spec"]
    tasks = [*sent["pipeline_spec"]["root"]["dag"]["tasks"].values()]
    tasks += sent["pipeline_spec"]["components"]["chain"]["dag"]["tasks"].values()
    assert [task["cachingOptions"] for task in tasks] == [{}, {}]
    assert sent["platform_spec"] == yaml.safe_load(PLATFORM)


def test_a_server_behind_a_path_of_its_own_is_found(submission: Submission, stub: KfpStub):
    stub.answer = lambda _, path: None if path.startswith("/apis") else (404, b"", "text/plain")
    with pytest.raises(UserError, match=r"HTTP 404: .* its path"):
        run(replace(submission, host=f"{stub.url}/pipeline"))
    assert stub.requests[0].path == "/pipeline/apis/v2beta1/healthz"


def test_the_host_may_come_from_the_sdks_environment(
    submission: Submission, stub: KfpStub, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("KF_PIPELINES_ENDPOINT", stub.url)
    monkeypatch.setenv("KF_PIPELINES_UI_ENDPOINT", "https://ui.example.com/")
    assert "https://ui.example.com/#/runs/details/" in run(replace(submission, host=""))


def test_where_several_users_are_served_a_namespace_is_wanted_and_used(submission: Submission, stub: KfpStub):
    stub.multi_user = True
    with pytest.raises(UsageError, match="--namespace"):
        run(submission)
    run(replace(submission, namespace="ann"))
    assert only(stub.experiments)["namespace"] == only(stub.pipelines)["namespace"] == "ann"


# Waiting


def test_waiting_ends_with_the_run(submission: Submission, stub: KfpStub):
    stub.states = ["PENDING", "RUNNING", "SUCCEEDED", "RUNNING"]
    assert "SUCCEEDED" in run(replace(submission, wait=True))
    assert stub.states == ["RUNNING"]


@pytest.mark.parametrize(
    ("state", "told"), [("FAILED", "FAILED in ranker-trainer"), ("CANCELED", "CANCELED")]
)
def test_a_run_that_fails_fails_the_command(submission: Submission, stub: KfpStub, state: str, told: str):
    stub.states = ["RUNNING", state]
    with pytest.raises(UserError, match=f"{told}; see {stub.url}/#/runs/details/"):
        run(replace(submission, wait=True))


def test_waiting_outlasts_a_server_that_is_away_for_a_moment(submission: Submission, stub: KfpStub):
    away = iter([True, True])
    stub.answer = lambda method, path: (
        (503, b"", "text/plain") if method == "GET" and "/runs/" in path and next(away, False) else None
    )
    assert "SUCCEEDED" in run(replace(submission, wait=True))


# Recurring runs and backfills


def test_a_schedule_runs_one_at_a_time_and_skips_what_it_missed(submission: Submission, stub: KfpStub):
    out = run(replace(submission, cron="0 3 * * *"))

    made = only(stub.recurring_runs)
    assert made["trigger"] == {"cron_schedule": {"cron": "0 0 3 * * *"}}
    assert (made["max_concurrency"], made["no_catchup"], made["mode"]) == ("1", True, "ENABLE")
    assert made["runtime_config"] == {"parameters": {"data_dir": "gs://log"}}
    assert (
        made["pipeline_version_reference"]["pipeline_version_id"]
        == only(stub.versions)["pipeline_version_id"]
    )
    assert f"{stub.url}/#/recurringrun/details/{made['recurring_run_id']}" in out
    assert not stub.runs


def test_a_second_schedule_of_the_same_name_is_refused(submission: Submission, stub: KfpStub):
    run(replace(submission, cron="0 3 * * *"))
    with pytest.raises(UserError, match="is there already: disable it first, at http"):
        run(replace(submission, cron="0 4 * * *"))
    only(stub.recurring_runs)["status"] = "DISABLED"
    run(replace(submission, cron="0 4 * * *"))
    assert len(stub.recurring_runs) == 2


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("0 3 * * *", "0 0 3 * * *"),
        ("30 0 3 * * MON-FRI", "30 0 3 * * MON-FRI"),
        (" */15 0-6/2 1,15 jan ? ", "0 */15 0-6/2 1,15 jan ?"),
    ],
)
def test_a_schedule_has_its_seconds(submission: Submission, stub: KfpStub, given: str, sent: str):
    run(replace(submission, cron=given))
    assert only(stub.recurring_runs)["trigger"]["cron_schedule"]["cron"] == sent


@pytest.mark.parametrize(
    "cron", ["daily", "0 24 * * *", "0 3 * * 7", "0 3 0 * *", "5-2 * * * *", "*/0 * * * *", "0 3 *"]
)
def test_what_is_no_schedule_is_never_sent(submission: Submission, stub: KfpStub, cron: str):
    with pytest.raises(UsageError, match="--recurring"):
        run(replace(submission, cron=cron))
    assert stub.requests == []


def test_a_backfill_is_a_run_a_span_each_after_the_end_of_the_one_before(
    submission: Submission, stub: KfpStub
):
    stub.states = ["RUNNING", "SUCCEEDED", "SUCCEEDED"]
    run(replace(submission, backfill=(2, 4)))

    assert [r["runtime_config"]["parameters"]["spans"] for r in stub.runs.values()] == ["2", "3", "4"]
    assert [r["display_name"].split()[-2:] for r in stub.runs.values()] == [["spans", s] for s in "234"]
    asked = [f"{r.method} {r.path.split('/')[3]}" for r in stub.requests if "/runs" in r.path]
    assert asked == ["POST runs", "GET runs", "GET runs", "POST runs", "GET runs", "POST runs"]
    assert uploads(stub) == 1


def test_a_backfill_stops_where_a_run_fails_and_says_what_is_left(submission: Submission, stub: KfpStub):
    stub.states = ["SUCCEEDED", "FAILED"]
    with pytest.raises(UserError, match="FAILED in ranker-trainer; not started: span 4, 5; see"):
        run(replace(submission, backfill=(2, 5)))
    assert len(stub.runs) == 2


def test_a_backfill_takes_spans_of_a_number_too(submission: Submission, stub: KfpStub):
    submission.file.write_text(
        PIPELINE.replace("spans: {parameterType: STRING", "spans: {parameterType: NUMBER_INTEGER")
    )
    run(replace(submission, backfill=(3, 3)))
    assert only(stub.runs)["runtime_config"]["parameters"]["spans"] == 3


# What is refused before anything is sent


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"params": ("data_dri=x",)},
            "--param data_dri: the pipeline has no such parameter; did you mean data_dir?",
        ),
        (
            {"params": ("xyz=x",)},
            "no such parameter; it has countries, data_dir, final_fit, gates, seed, share, spans",
        ),
        ({"params": ()}, "the pipeline has no default for data_dir: give --param data_dir=VALUE"),
        ({"params": ("data_dir",)}, "--param data_dir: expected NAME=VALUE"),
        ({"params": ("data_dir=a", "data_dir=b")}, "--param data_dir: given twice"),
        ({"params": ("data_dir=a", "seed=1.5")}, "--param seed=1.5: expected a whole number"),
        ({"params": ("data_dir=a", "share=nan")}, "--param share=nan: expected a finite number"),
        ({"params": ("data_dir=a", "final_fit=yes")}, "--param final_fit=yes: expected true or false"),
        ({"params": ("data_dir=a", "gates=[]")}, "--param gates=[]: expected an object in JSON"),
        ({"params": ("data_dir=a", "countries={}")}, "--param countries={}: expected a list in JSON"),
        (
            {"params": ("data_dir=a", "spans=1"), "backfill": (1, 2)},
            "--param spans: --backfill sets it for each run",
        ),
        ({"backfill": (3, 2)}, "--backfill 3 2: expected two spans"),
        ({"backfill": (0, 2)}, "--backfill 0 2: expected two spans"),
        ({"backfill": (1, 2), "cron": "0 3 * * *"}, "--recurring and --backfill: choose one"),
        ({"wait": True, "cron": "0 3 * * *"}, "--wait: a recurring run has no end"),
        ({"host": ""}, "--host: expected the address"),
        ({"host": "ftp://x"}, "--host: expected the address"),
        ({"host": "http://localhost:http"}, "--host: expected the address"),
        (
            {"host": "https://ann:pass@kubeflow.example.com"},
            "--host: expected an address without user, password",
        ),
    ],
)
def test_wrong_usage_is_told_before_anything_is_sent(
    submission: Submission, stub: KfpStub, changes: dict[str, Any], message: str
):
    with pytest.raises(UsageError, match=re.escape(message)):
        run(replace(submission, **changes))
    assert stub.requests == []


def test_a_backfill_needs_the_parameter_that_it_sets(submission: Submission, stub: KfpStub):
    submission.file.write_text(
        PIPELINE.replace("      spans: {parameterType: STRING, defaultValue: ''}\n", "")
    )
    with pytest.raises(UsageError, match="has no parameter `spans`"):
        run(replace(submission, backfill=(1, 2)))
    assert stub.requests == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not YAML"),
        ("", "expected a pipeline"),
        ("- 1", "expected a pipeline"),
        (PLATFORM, "expected a pipeline"),
        (PIPELINE + "---\n" + PIPELINE, "expected a pipeline"),
        (PIPELINE.replace("2.1.0", "2.0.0"), "schemaVersion 2.0.0"),
        (PIPELINE.replace("deploymentSpec:", "deployment:"), "not a pipeline of Kubeflow"),
        (PIPELINE.replace("{name: upnext}", "{}"), "no name"),
    ],
)
def test_a_file_that_is_no_compiled_pipeline_is_refused(
    submission: Submission, stub: KfpStub, content: str, message: str
):
    submission.file.write_text(content)
    with pytest.raises(UsageError, match=message):
        run(submission)
    assert stub.requests == []


@pytest.mark.parametrize("name", ["none.yaml", "pipeline.json"])
def test_a_file_that_is_not_there_or_not_named_yaml_is_refused(
    submission: Submission, tmp_path: Path, name: str
):
    with pytest.raises(UsageError, match=name):
        run(replace(submission, file=tmp_path / name))


# Dry run


@pytest.mark.parametrize(
    "changes",
    [{}, {"cron": "0 3 * * *"}, {"backfill": (1, 3), "wait": True}, {"caching": False}, {"namespace": "ann"}],
)
def test_a_dry_run_prints_what_a_submit_then_sends(
    submission: Submission, stub: KfpStub, changes: dict[str, Any]
):
    planned = replace(submission, **changes)
    told = run(replace(planned, dry_run=True))
    assert stub.requests == []

    run(planned)

    head, *requests = told.split("\n\n")
    ids = {key: name for name, key in given_ids(stub).items()}
    sent = [IDENTITY.sub(lambda match: ids[match[0]], str(request)) for request in stub.requests]
    assert stub.url in head
    assert [request.rstrip() for request in requests] == sent


def given_ids(stub: KfpStub) -> dict[str, str]:
    """The stub's ids by the names that a dry run has for them."""
    first = {
        "PIPELINE_ID": stub.pipelines,
        "VERSION_ID": stub.versions,
        "EXPERIMENT_ID": stub.experiments,
        "RECURRING_RUN_ID": stub.recurring_runs,
    }
    runs = {f"RUN_ID_{place}": key for place, key in enumerate(stub.runs, 1)}
    return {**runs, **{name: key for name, things in first.items() for key in things}}


def test_a_dry_run_needs_no_server(submission: Submission):
    told = run(replace(submission, dry_run=True, host="https://kubeflow.example.invalid/pipeline"))
    assert "POST /pipeline/apis/v2beta1/runs\n{" in told
    body = json.loads(told.split("/apis/v2beta1/runs\n")[1])
    assert body["runtime_config"] == {"parameters": {"data_dir": "gs://log"}}


# Credentials


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_token_of_the_environment_is_sent_and_shown_nowhere(
    submission: Submission, stub: KfpStub, monkeypatch: pytest.MonkeyPatch, capfd, caplog, dry_run: bool
):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("UPNEXT_KFP_TOKEN", TOKEN)
    stub.token = TOKEN
    out = run(replace(submission, dry_run=dry_run))
    assert len(stub.runs) == (not dry_run)
    assert TOKEN not in out + "".join(capfd.readouterr()) + caplog.text + json.dumps(stub.versions)


def test_a_server_that_repeats_the_token_does_not_make_us_tell_it(
    submission: Submission, stub: KfpStub, monkeypatch: pytest.MonkeyPatch, capfd, caplog
):
    caplog.set_level(logging.DEBUG, "tfx_pipeline")
    monkeypatch.setenv("UPNEXT_KFP_TOKEN", TOKEN)
    refusal = json.dumps({"message": f"bad token {TOKEN}"}).encode()
    stub.answer = lambda *_: (401, refusal, "application/json")
    with pytest.raises(UserError, match=r"HTTP 401: .* \(bad token …\)") as refused:
        run(submission)
    assert TOKEN not in str(refused.value) + "".join(capfd.readouterr())
    assert refused.value.__suppress_context__  # a log of the error would hold the SDK's, with its headers


def test_a_mounted_token_and_the_sdks_own_cookie_are_sent(
    submission: Submission,
    stub: KfpStub,
    monkeypatch,
    tmp_path: Path,
    sdk_context: Path,
):
    (tmp_path / "token").write_text(TOKEN)
    monkeypatch.setenv("KF_PIPELINES_SA_TOKEN_PATH", str(tmp_path / "token"))
    context = {"namespace": "ann", "client_authentication_cookie": "session=1"}
    sdk_context.write_text(json.dumps(context))
    run(submission)
    assert stub.headers[-1]["authorization"] == f"Bearer {TOKEN}"
    assert stub.headers[-1]["Cookie"] == "session=1"
    assert only(stub.experiments)["namespace"] == "ann"


# Errors of the API


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (400, "does not take this request (wrong)"),
        (401, "wants credentials"),
        (403, "may not do that"),
        (404, "is --host the address of Kubeflow Pipelines"),
        (409, "submit again"),
        (500, "the server failed"),
    ],
)
def test_a_refusal_is_one_line_with_its_status(submission: Submission, stub: KfpStub, status: int, told: str):
    refusal = json.dumps({"error": "wrong", "message": "wrong"}).encode()
    stub.answer = lambda method, _: (status, refusal, "application/json") if method == "POST" else None
    with pytest.raises(UserError, match=re.escape(f"HTTP {status}: ")) as refused:
        run(submission)
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_page_to_log_in_is_not_taken_for_the_api(submission: Submission, stub: KfpStub):
    stub.answer = lambda *_: (200, b"<html>Log in</html>", "text/html; charset=utf-8")
    with pytest.raises(UserError, match="a web page, not with Kubeflow's API"):
        run(submission)
    assert len(stub.requests) == 1


def test_a_host_that_is_not_there_is_told_so(submission: Submission):
    with pytest.raises(UserError, match=r"cannot reach http://127\.0\.0\.1:1: Connection refused"):
        run(replace(submission, host="http://127.0.0.1:1"))


def test_a_certificate_must_be_known(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    certificate = self_signed(tmp_path / "server.pem")
    (server,) = [serving(KfpStub(), certificate)]
    stub = next(server)
    planned = Submission(file, stub.url, params=("data_dir=x",))
    with pytest.raises(UserError, match=r"TLS failed: self.signed certificate.*SSL_CERT_FILE"):
        run(planned)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    run(planned)
    assert len(stub.runs) == 1
    server.close()


def self_signed(path: Path) -> Path:
    """Writes a certificate for 127.0.0.1, and its key."""
    import datetime
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "stub")])
    now = datetime.datetime.now(datetime.timezone.utc)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path.write_bytes(certificate.public_bytes(form[0]) + key.private_bytes(*form))
    return path


def test_a_broken_configuration_of_the_sdk_is_told(submission: Submission, sdk_context: Path):
    sdk_context.write_text("{")
    with pytest.raises(UserError, match=r"cannot read the SDK's own .*context\.json"):
        run(submission)


# The command


def test_the_command_takes_its_flags_and_writes_nothing_but_its_answer(submission: Submission, stub: KfpStub):
    code = (
        "import argparse, sys\nfrom tfx_pipeline import submit_command\nfrom tfx_pipeline.console import Console\n"
        "parser = argparse.ArgumentParser()\nsubmit_command.add_flags(parser)\n"
        "assert 'kfp' not in sys.modules\n"
        "args = parser.parse_args()\nsys.exit(args.function(args, Console()))\n"
    )
    words = [
        str(submission.file),
        "--host",
        stub.url,
        "--param",
        "data_dir=x",
        "--backfill",
        "1",
        "1",
        "--wait",
    ]
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert [line.split(" ")[0] for line in done.stdout.splitlines() if line[0] != " "] == [
        "experiment",
        "pipeline",
        "run",
    ]
    assert only(stub.runs)["runtime_config"]["parameters"] == {"data_dir": "x", "spans": "1"}
