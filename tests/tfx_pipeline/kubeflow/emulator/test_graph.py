"""Tasks run as a cluster runs them: in order, behind their conditions, from the cache, to the exit handler."""

import json
from pathlib import Path
from typing import Any

import pytest

from components.common.stage_state import StageState
from tests.tfx_pipeline.kubeflow.emulator.toy import component, executor, reading, specification, task
from tfx_pipeline.kubeflow.emulator.graph import GraphRun, in_order
from tfx_pipeline.kubeflow.emulator.inputs import TaskData

CACHING = {"cachingOptions": {"enableCache": True}}


class Run:
    """One run of a specification in a folder, and the states that its tasks have reported."""

    def __init__(self, spec: dict[str, Any], folder: Path, run_id: str = "run") -> None:
        self.states: list[tuple[str, str]] = []
        self.pauses: list[float] = []
        logs = folder / "logs" / run_id
        logs.mkdir(parents=True)
        self.graph = GraphRun(spec, run_id, folder / "root", logs, self._observe, self.pauses.append)
        self.state = self.graph.run(spec["root"], TaskData({"seed": 17}))

    def _observe(self, name: str, state: str, seconds: float) -> None:
        if state != StageState.START:
            self.states.append((name, state))

    def inputs_of(self, name: str) -> dict[str, Any]:
        uri = self.graph.outputs[name].artifacts["out"]["uri"]
        return json.loads((Path(uri) / "inputs.json").read_text())


def test_a_task_gets_what_the_one_before_it_made(tmp_path: Path) -> None:
    spec = specification(
        {"b": task("b", **reading("a")), "a": task("a")},
        {"a": executor(metadata={"rows": 3.0}), "b": executor()},
    )
    run = Run(spec, tmp_path)
    assert run.state == StageState.DONE
    assert run.states == [("a", StageState.DONE), ("b", StageState.DONE)]
    (artifact,) = run.inputs_of("b")["artifacts"]["it"]["artifacts"]
    assert artifact["name"] == "run/a/out"
    assert artifact["type"] == {"schemaTitle": "toy.Thing"}
    assert artifact["metadata"] == {"rows": 3.0}
    assert artifact["uri"] == str(tmp_path / "root/run/a/out")


def test_parameters_come_from_the_pipeline_from_constants_and_from_defaults(tmp_path: Path) -> None:
    spec = specification({"a": task("a")}, {"a": executor()})
    spec["components"]["a"] = component("a", ("out",), seed="NUMBER_INTEGER", word="STRING", other="STRING")
    spec["components"]["a"]["inputDefinitions"]["parameters"]["other"]["defaultValue"] = "default"
    spec["root"]["dag"]["tasks"]["a"]["inputs"] = {
        "parameters": {
            "seed": {"componentInputParameter": "seed"},
            "word": {"runtimeValue": {"constant": "constant"}},
        }
    }
    inputs = Run(spec, tmp_path).inputs_of("a")
    assert inputs["parameterValues"] == {"seed": 17, "word": "constant", "other": "default"}


@pytest.mark.parametrize(("blessed", "state"), [(1.0, StageState.DONE), (0.0, StageState.SKIPPED)])
def test_a_condition_is_asked_of_an_artifacts_metadata(tmp_path: Path, blessed: float, state: str) -> None:
    condition = "inputs.artifacts['it'].artifacts[0].metadata['blessed'] == 1.0"
    spec = specification(
        {
            "bless": task("bless"),
            "push": task("push", **reading("bless"), triggerPolicy={"condition": condition}),
            "after": task("after", **reading("push")),
        },
        {"bless": executor(metadata={"blessed": blessed}), "push": executor(), "after": executor()},
    )
    run = Run(spec, tmp_path)
    assert run.states == [("bless", StageState.DONE), ("push", state), ("after", state)]
    assert run.state == StageState.DONE


def test_what_was_done_before_comes_from_the_cache(tmp_path: Path) -> None:
    tasks = {"a": task("a", **CACHING), "b": task("b", **CACHING, **reading("a")), "c": task("c")}
    executors = {name: executor() for name in tasks}
    Run(specification(tasks, executors), tmp_path, "first")
    again = Run(specification(tasks, executors), tmp_path, "second")
    assert again.states == [("a", StageState.CACHED), ("c", StageState.DONE), ("b", StageState.CACHED)]
    assert again.graph.outputs["b"].artifacts["out"]["name"] == "first/b/out"


def test_a_task_is_done_again_if_its_inputs_its_container_or_what_it_made_have_changed(
    tmp_path: Path,
) -> None:
    tasks = {"a": task("a", **CACHING), "b": task("b", **CACHING, **reading("a"))}
    first = Run(specification(tasks, {"a": executor(), "b": executor()}), tmp_path, "first")
    edited = Run(
        specification(tasks, {"a": executor(metadata={"n": 1.0}), "b": executor()}), tmp_path, "edited"
    )
    assert edited.states == [("a", StageState.DONE), ("b", StageState.DONE)]
    Path(first.graph.outputs["b"].artifacts["out"]["uri"]).rename(tmp_path / "elsewhere")
    lost = Run(specification(tasks, {"a": executor(), "b": executor()}), tmp_path, "lost")
    assert lost.states == [("a", StageState.CACHED), ("b", StageState.DONE)]


def with_exit_handler(inner: dict[str, Any], executors: dict[str, Any]) -> dict[str, Any]:
    handler = task(
        "exit",
        "tfx-dag",
        triggerPolicy={"strategy": "ALL_UPSTREAM_TASKS_COMPLETED"},
        inputs={"parameters": {"status": {"taskFinalStatus": {"producerTask": "tfx-dag"}}}},
    )
    spec = specification({"exit": handler, "tfx-dag": task("tfx-dag")}, executors | {"exit": executor()})
    spec["components"]["tfx-dag"] = {"dag": {"tasks": inner}}
    return spec


def test_the_exit_handler_hears_which_stage_failed_and_why(tmp_path: Path) -> None:
    inner = {"a": task("a"), "b": task("b", **reading("a")), "c": task("c", **reading("b")), "d": task("d")}
    failing = executor(fail=str(tmp_path / "count"), why="no such track")
    executors = {"a": executor(), "b": failing, "c": executor(), "d": executor()}
    run = Run(with_exit_handler(inner, executors), tmp_path)
    assert run.state == StageState.FAILED
    # as on a cluster, what does not depend on the failed one goes on
    assert dict(run.states) == {
        "a": StageState.DONE,
        "b": StageState.FAILED,
        "c": StageState.SKIPPED,
        "d": StageState.DONE,
        "exit": StageState.DONE,
    }
    status = json.loads(run.inputs_of("exit")["parameterValues"]["status"])
    assert status["state"] == "FAILED"
    assert status["error"] == {"message": "b: ValueError: no such track"}
    assert run.graph.failures == {"b": "ValueError: no such track"}


def test_the_exit_handler_hears_that_all_went_well(tmp_path: Path) -> None:
    run = Run(with_exit_handler({"a": task("a")}, {"a": executor()}), tmp_path)
    status = json.loads(run.inputs_of("exit")["parameterValues"]["status"])
    assert status == {
        "state": "SUCCEEDED",
        "pipelineJobResourceName": "run",
        "pipelineTaskName": "tfx-dag",
    }


def test_a_failed_task_is_tried_again_as_its_policy_says(tmp_path: Path) -> None:
    policy = {
        "maxRetryCount": 3,
        "backoffDuration": "10s",
        "backoffFactor": 3.0,
        "backoffMaxDuration": "60s",
    }
    count = tmp_path / "count"
    spec = specification({"a": task("a", retryPolicy=policy)}, {"a": executor(fail=str(count), why="no")})
    run = Run(spec, tmp_path)
    assert run.state == StageState.FAILED
    assert count.read_text() == "xxxx"
    assert run.pauses == [10.0, 30.0, 60.0]
    assert (tmp_path / "logs/run/a-retry-3.log").is_file()


def test_a_task_starts_in_an_empty_folder(tmp_path: Path) -> None:
    Run(specification({"a": task("a")}, {"a": executor()}), tmp_path)
    assert "in []" in (tmp_path / "logs/run/a.log").read_text()


def test_tasks_come_after_all_that_they_depend_on() -> None:
    tasks = {"c": task("c", "b"), "b": task("b", **reading("a")), "a": task("a"), "d": task("d")}
    assert list(in_order(tasks)) == ["a", "d", "b", "c"]
