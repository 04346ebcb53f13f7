"""The compiled pipeline is one that Kubeflow takes, and that runs away from the machine that compiled it."""

import re
from pathlib import Path

import pytest
import yaml

from models.errors import UsageError
from tfx_pipeline.config import Config
from tfx_pipeline.kubeflow_runner import compile as compile_pipeline


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("compiled") / "upnext.yaml"
    compile_pipeline(out, Config(), image="registry.example/upnext:1", root="gs://bucket/artifacts")
    return out


@pytest.fixture(scope="module")
def spec(path: Path) -> dict:
    return yaml.safe_load(path.read_text())


def test_kfp_loads_it(path: Path) -> None:
    from kfp import components

    assert components.load_component_from_file(str(path)).name == "upnext"


def test_it_is_specification_2_1(spec: dict) -> None:
    assert spec["schemaVersion"] == "2.1.0"


def test_every_reference_resolves(spec: dict) -> None:
    tasks = spec["root"]["dag"]["tasks"]
    for task in tasks.values():
        component = spec["components"][task["componentRef"]["name"]]
        assert component["executorLabel"] in spec["deploymentSpec"]["executors"]
        assert set(task.get("dependentTasks", [])) <= set(tasks)
        for name, artifact in task.get("inputs", {}).get("artifacts", {}).items():
            source = artifact["taskOutputArtifact"]
            producer = spec["components"][tasks[source["producerTask"]]["componentRef"]["name"]]
            assert source["outputArtifactKey"] in producer["outputDefinitions"]["artifacts"]
            assert name in component["inputDefinitions"]["artifacts"]


def test_push_waits_for_the_blessing(spec: dict) -> None:
    tasks = spec["root"]["dag"]["tasks"]
    conditions = {
        name: task["triggerPolicy"]["condition"] for name, task in tasks.items() if "triggerPolicy" in task
    }
    assert set(conditions) == {"Push"}
    assert re.search(r"\['_Bless\.blessing'\].*\['blessed'\]\s*== 1", conditions["Push"])


def test_every_stage_runs_the_image(spec: dict) -> None:
    containers = [found["container"] for found in spec["deploymentSpec"]["executors"].values()]
    assert {container["image"] for container in containers} == {"registry.example/upnext:1"}


def test_nothing_in_it_is_of_the_machine_that_compiled(path: Path) -> None:
    here = str(Path(__file__).resolve().parents[2])
    assert here not in path.read_text()
    assert str(path.parent) not in path.read_text()


def test_two_compilations_are_the_same(path: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.yaml"
    compile_pipeline(again, Config(), image="registry.example/upnext:1", root="gs://bucket/artifacts")
    assert again.read_text() == path.read_text()


def test_a_file_that_is_no_yaml_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.yaml"):
        compile_pipeline(tmp_path / "upnext.json", Config())
