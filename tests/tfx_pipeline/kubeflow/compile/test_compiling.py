"""The compiled pipeline is one that Kubeflow takes, and that runs away from the machine that compiled it."""

import re
import socket
from pathlib import Path
from typing import Any

import pytest

from listening_log.errors import UsageError
from tests.conftest import ROOT
from tfx_pipeline.config.tree import Config, load_config
from tfx_pipeline.kubeflow.check.checking import CompileError, problems_in
from tfx_pipeline.kubeflow.compile import compiling as module
from tfx_pipeline.kubeflow.compile.compiling import amend_compiled
from tfx_pipeline.kubeflow.compile.compiling import compile as compile_pipeline
from tfx_pipeline.kubeflow.spec import load_documents

Tree = dict[str, Any]


def test_nothing_is_wrong_with_it(text: str):
    assert problems_in(text) == []


def test_what_may_differ_from_run_to_run_is_a_parameter_with_a_default(spec: Tree):
    declared = spec["root"]["inputDefinitions"]["parameters"]
    assert {name: parameter["defaultValue"] for name, parameter in declared.items()} == {
        "data_dir": "/mnt/upnext/data",
        "spans": "",
        "data_version": "",
        "destination": "/mnt/upnext/serving",
        "seed": 17,
        "retrieval_positions": 20_000_000,
        "ranker_positions": 16_000_000,
        "forgotten": "",
    }
    numbers = {name for name, parameter in declared.items() if parameter["parameterType"] == "NUMBER_INTEGER"}
    assert numbers == {"seed", "retrieval_positions", "ranker_positions"}


@pytest.mark.parametrize(
    ("stage", "key", "parameter"),
    [
        ("ListeningLogExampleGen", "data_dir", "data_dir"),
        ("ListeningLogExampleGen", "spans", "spans"),
        ("ListeningLogExampleGen", "data_digest", "data_version"),
        ("ListeningLogExampleGen", "forgotten", "forgotten"),
        ("SpanValidator", "data_digest", "data_version"),
        ("Production", "destination", "destination"),
        ("Push", "destination", "destination"),
        ("RetrievalTrainer", "max_positions", "retrieval_positions"),
        ("RankerFinalTrainer", "max_positions", "ranker_positions"),
        ("RankingEvaluator", "seed", "seed"),
    ],
)
def test_a_stage_gets_it_from_the_run(stages: Tree, stage: str, key: str, parameter: str):
    assert stages[stage]["inputs"]["parameters"][key] == {"componentInputParameter": parameter}


def test_the_exit_handler_comes_after_everything_whatever_became_of_it(spec: Tree):
    tasks = spec["root"]["dag"]["tasks"]
    assert set(tasks) == {"tfx-dag", "ExitHandler"}
    handler = tasks["ExitHandler"]
    assert handler["dependentTasks"] == ["tfx-dag"]
    assert handler["triggerPolicy"] == {"strategy": "ALL_UPSTREAM_TASKS_COMPLETED"}
    assert handler["inputs"]["parameters"]["final_status"] == {"taskFinalStatus": {"producerTask": "tfx-dag"}}
    assert handler["inputs"]["parameters"]["webhook_variable"]["runtimeValue"]["constant"] == "ALERTS_URL"


def test_an_older_backend_is_asked_for_no_final_status(from_tfx: Any):
    text = amend_compiled(from_tfx(), load_config(None, ["kubeflow.final_status=false"]))
    assert problems_in(text) == []
    handler = load_documents(text)[0]["root"]["dag"]["tasks"]["ExitHandler"]
    assert handler["inputs"]["parameters"]["final_status"] == {"runtimeValue": {"constant": "{}"}}
    assert "taskFinalStatus" not in text


def test_only_the_push_waits_for_the_blessing(stages: Tree):
    conditions = {name: task["triggerPolicy"] for name, task in stages.items() if "triggerPolicy" in task}
    assert set(conditions) == {"Push"}
    assert re.search(r"\['_Bless\.blessing'\].*\['blessed'\]\s*== 1", conditions["Push"]["condition"])


def test_everything_but_the_exit_handler_may_come_from_the_cache(spec: Tree, stages: Tree):
    tasks = stages | {"ExitHandler": spec["root"]["dag"]["tasks"]["ExitHandler"]}
    uncached = {name for name, task in tasks.items() if not task["cachingOptions"].get("enableCache")}
    assert uncached == {"ExitHandler"}


def test_a_stage_is_tried_again_as_often_as_it_is_told(stages: Tree):
    assert stages["Composer"]["retryPolicy"] == {
        "maxRetryCount": 2,
        "backoffDuration": "30s",
        "backoffFactor": 2.0,
        "backoffMaxDuration": "600s",
    }
    assert stages["RankerTrainer"]["retryPolicy"]["maxRetryCount"] == 1


def test_a_stage_gets_its_own_resources_or_everybodys(containers: Tree):
    everybodys = {"cpuRequest": 1.0, "cpuLimit": 4.0, "memoryRequest": 4.0, "memoryLimit": 8.0}
    gpu = {"type": "nvidia.com/gpu", "count": "1"}
    assert containers["Composer"]["resources"] == everybodys
    assert containers["RetrievalTrainer"]["resources"] == everybodys | {"accelerator": gpu}
    own = {"memoryRequest": 24.0, "memoryLimit": 24.0, "accelerator": gpu}
    assert containers["RankerTrainer"]["resources"] == everybodys | own
    assert containers["Bless"]["resources"] == everybodys | {"cpuRequest": 0.5, "cpuLimit": 0.5}


def test_every_stage_is_the_image_and_tells_its_name(containers: Tree):
    assert {container["image"] for container in containers.values()} == {"registry.example/upnext:1"}
    for name, container in containers.items():
        assert container["command"] == ["python", "-m", "components.exit_handler.entry_point", name]


def test_beams_flags_reach_the_stages_that_read_and_count(containers: Tree):
    assert "--direct_num_workers=2" in containers["ListeningLogExampleGen"]["args"]
    assert "--direct_num_workers=2" in containers["LogStatistics"]["args"]


def test_the_platform_gives_volumes_nodes_and_secrets_by_reference(platform: Tree):
    executors = platform["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
    assert executors["Push_executor"] == {
        "pvcMount": [{"constant": "upnext", "mountPath": "/mnt/upnext"}],
        "secretAsEnv": [{"secretName": "alerts", "keyToEnv": [{"secretKey": "url", "envVar": "ALERTS_URL"}]}],
        "secretAsVolume": [{"secretName": "account", "mountPath": "/mnt/account"}],
    }
    assert executors["RankerTrainer_executor"]["nodeSelector"] == {"labels": {"pool": "gpu"}}


def test_nothing_in_it_is_of_the_machine_that_compiled(text: str):
    assert str(ROOT) not in text


def test_it_is_the_same_each_time_and_reaches_for_no_network(
    text: str, config: Config, monkeypatch: pytest.MonkeyPatch
):
    def refuse(*args: object) -> None:
        raise AssertionError("compiling reached for a network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert amend_compiled(module.compile_with_tfx(config), config) == text


def test_a_file_that_is_no_yaml_is_wrong_usage(tmp_path: Path):
    with pytest.raises(UsageError, match=r"\.yaml"):
        compile_pipeline(tmp_path / "upnext.json", Config())


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        (
            "kubeflow.stages=[{stage: RankerTraner, retries: 1}]",
            "kubeflow.stages[0]: there is no stage RankerTraner; did you mean RankerTrainer?",
        ),
        ("kubeflow.uncached=[Bles]", "kubeflow.uncached[0]: there is no stage Bles; did you mean Bless?"),
    ],
)
def test_a_stage_that_there_is_not_is_wrong_usage(from_tfx: Any, setting: str, message: str):
    with pytest.raises(UsageError) as caught:
        amend_compiled(from_tfx(), load_config(None, [setting]))
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("kubeflow.stages=[{retries: 1}]", r"kubeflow.stages\[0\]: expected `stage`"),
        ("kubeflow.stages=[{stage: Bless, retries: -1}]", "retries: expected 0 or more, got -1"),
        ("kubeflow.stages=[{stage: Bless, cpu_limit: 0}]", "cpu_limit: expected more than 0"),
        ("kubeflow.volumes=[{claim: upnext, path: mnt}]", r"kubeflow.volumes\[0\]: .*starts with /"),
        ("kubeflow.secret_variables=[{secret: s, key: k}]", "environment `variable`"),
        ("kubeflow.secret_files=[{secret: s}]", r"kubeflow.secret_files\[0\]: expected"),
        ("kubeflow.webhook_variable=URL", "URL is none of secret_variables"),
        ("kubeflow.nodes=[gpu]", "expected key=value, got 'gpu'"),
        ("kubeflow.image=", "image: expected text|kubeflow.image: expected text"),
    ],
)
def test_a_wrong_setting_stops_before_anything_is_compiled(setting: str, message: str):
    with pytest.raises(UsageError, match=message):
        load_config(None, [setting])


def test_a_wrong_pipeline_gets_no_file(
    tmp_path: Path, from_tfx: Any, config: Config, monkeypatch: pytest.MonkeyPatch
):
    broken = from_tfx()
    del broken["components"]["Push"]["inputDefinitions"]["parameters"]["destination"]
    monkeypatch.setattr(module, "compile_with_tfx", lambda config: broken)
    with pytest.raises(CompileError, match=r"Push\.inputs\.parameters\.destination"):
        compile_pipeline(tmp_path / "upnext.yaml", config)
    assert list(tmp_path.iterdir()) == []


def test_the_file_holds_what_was_checked(
    tmp_path: Path, from_tfx: Any, text: str, config: Config, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "compile_with_tfx", lambda config: from_tfx())
    compile_pipeline(tmp_path / "upnext.yaml", config)
    (path,) = tmp_path.iterdir()
    assert path.read_text() == text


def test_the_settings_that_the_guide_shows_are_understood(tmp_path: Path, from_tfx: Any):
    guide = (ROOT / "docs/guide/run-on-kubeflow.md").read_text()
    (shown,) = re.findall(r"```yaml\n(kubeflow:.*?)```", guide, re.DOTALL)
    (tmp_path / "settings.yaml").write_text(shown)
    text = amend_compiled(from_tfx(), load_config(tmp_path / "settings.yaml"))
    assert problems_in(text) == []


def test_the_guide_tells_every_runtime_parameter(spec: Tree):
    section = (ROOT / "docs/guide/run-on-kubeflow.md").read_text().partition("## Image")[0]
    documented = re.findall(r"^\| `(\w+)` \|", section.partition("**When a run ends**")[0], re.MULTILINE)
    assert sorted(documented) == sorted(spec["root"]["inputDefinitions"]["parameters"])
