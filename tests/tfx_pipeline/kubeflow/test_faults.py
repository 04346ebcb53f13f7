"""Each known fault of TFX's compiler is there in what it leaves, is caught, and is gone afterwards."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.tfx_pipeline.kubeflow import toy
from tfx_pipeline.config.tree import Config
from tfx_pipeline.kubeflow.check.checking import problems_in, problems_in_documents
from tfx_pipeline.kubeflow.compile.compiling import amend, amend_compiled

Tree = dict[str, Any]
INNER = "components.tfx-dag.dag.tasks"


def wrong(spec: Tree, platform: Tree | None = None) -> list[str]:
    return problems_in_documents(spec, platform or {})


@pytest.fixture(scope="module")
def unamended(from_tfx: Callable[[], Tree]) -> list[str]:
    """What is wrong with the pipeline as TFX leaves it."""
    return wrong(from_tfx())


@pytest.fixture(scope="module")
def unamended_toy() -> list[str]:
    return wrong(toy.compiled())


@pytest.mark.parametrize(
    "problem",
    [
        pytest.param(
            f"{INNER}.Push.inputs.parameters.destination.componentInputParameter: components.tfx-dag declares "
            "no input destination",
            id="runtime parameters are not passed in beside an exit handler",
        ),
        pytest.param(
            "root.inputDefinitions.parameters.seed: has no defaultValue",
            id="a runtime parameter's default is dropped",
        ),
        pytest.param(
            "deploymentSpec.executors.ListeningLogExampleGen_executor.container.resources: expected memoryRequest "
            "and a memoryLimit that is not below it",
            id="there are no resources",
        ),
        pytest.param(f"{INNER}.Push: does not say how often it is tried again", id="there are no retries"),
        pytest.param(
            "platforms.kubernetes.deploymentSpec.executors: says nothing of Push_executor",
            id="there are no volumes and secrets",
        ),
        pytest.param(
            "root.dag.tasks.ExitHandler: does not say whether it is cached",
            id="a task says nothing of its cache",
        ),
        pytest.param(
            "defaultPipelineRoot: is empty: artifacts have no place",
            id="the pipeline root is not in the YAML",
        ),
    ],
)
def test_a_fault_of_the_compiled_pipeline_is_caught(unamended: list[str], problem: str):
    assert problem in unamended


@pytest.mark.parametrize(
    "problem",
    [
        pytest.param(
            "root.dag.tasks.Act.triggerPolicy.condition: asks for artifacts _Judge.verdict, which is no input of "
            "the task",
            id="a condition asks for an input that is not declared",
        ),
        pytest.param(
            "root.dag.tasks.Act.inputs.parameters.word: there is no task Judge_task in root",
            id="`_task` is appended",
        ),
    ],
)
def test_a_fault_that_other_constructs_bring_is_caught(unamended_toy: list[str], problem: str):
    assert problem in unamended_toy


def test_both_are_mended():
    spec = toy.compiled()
    amend.name_producers(spec)
    amend.name_condition_inputs(spec)
    act = spec["root"]["dag"]["tasks"]["Act"]
    assert act["inputs"]["parameters"]["word"]["taskOutputParameter"]["producerTask"] == "Judge"
    assert act["triggerPolicy"]["condition"] == (
        "(inputs.artifacts['verdict'].artifacts[0].metadata['good'] == 1.0)"
    )
    assert [problem for problem in wrong(spec) if ".Act.inputs" in problem or ".Act.trigger" in problem] == []


def test_a_float_output_as_a_value_stops_the_compiler_itself():
    with pytest.raises(ValueError, match="Float is an unsupported component output type"):
        toy.compiled("figure")


def test_specification_2_0_is_caught(spec: Tree, platform: Tree):
    spec["schemaVersion"] = "2.0.0"
    assert "schemaVersion: expected 2.1.0, got 2.0.0" in wrong(spec, platform)


def test_the_json_wrapper_is_caught(spec: Tree):
    (problem,) = wrong({"displayName": "upnext", "pipelineSpec": spec, "runtimeConfig": {}})
    assert problem.startswith("the specification: ")


@pytest.mark.parametrize("kind", ["resolver", "importer"])
def test_what_kubeflow_runs_in_no_container_is_caught(spec: Tree, platform: Tree, kind: str):
    spec["deploymentSpec"]["executors"]["Production_executor"] = {kind: {}}
    place = "deploymentSpec.executors.Production_executor"
    assert f"{place}: Kubeflow's open-source backend runs containers, not {kind}" in wrong(spec, platform)


def test_a_span_driver_is_caught(spec: Tree, platform: Tree, containers: Tree):
    containers["ListeningLogExampleGen"]["lifecycle"] = {"preCacheCheck": {"command": ["python"]}}
    place = "deploymentSpec.executors.ListeningLogExampleGen_executor.container.lifecycle"
    assert f"{place}: the hook before the cache is looked up is never called" in wrong(spec, platform)


def test_an_infra_validator_does_not_compile(from_tfx: Callable[[], Tree]):
    assert "InfraValidator" not in from_tfx()["components"]


def test_nothing_is_wrong_once_it_is_amended(from_tfx: Callable[[], Tree], config: Config):
    assert problems_in(amend_compiled(from_tfx(), config)) == []
