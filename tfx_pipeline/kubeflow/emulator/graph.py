"""Runs the graphs of a compiled pipeline: tasks in dependency order, conditions, retries, the exit handler."""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from pathlib import Path

from pydantic import JsonValue

from components.common.stage_state import StageState
from tfx_pipeline.kubeflow.emulator.cache import cache_key, find_cached, remember
from tfx_pipeline.kubeflow.emulator.container import TaskError, run_container
from tfx_pipeline.kubeflow.emulator.inputs import (
    TaskData,
    is_met,
    make_executor_input,
    read_outputs,
    resolve_inputs,
)
from tfx_pipeline.kubeflow.spec import Spec, artifacts, component_of, executors, parameters

Observer = Callable[[str, StageState, float], None]
"""Takes the task, its state and the seconds since its start."""


@dataclass
class GraphRun:
    """One run of a specification."""

    spec: Spec
    run_id: str
    root: Path
    """Folder of the artifacts: `<root>/<run>/<task>/<output>`."""
    logs: Path
    """Folder of the logs, one a task."""
    observe: Observer
    sleep: Callable[[float], None] = time.sleep
    outputs: dict[str, TaskData] = field(default_factory=dict)
    """Outputs of the tasks that ended well, of all graphs."""
    failures: dict[str, str] = field(default_factory=dict)
    """The last line of each task that failed."""

    def run(self, component: Spec, inputs: TaskData) -> StageState:
        """Runs a component's graph and returns how it ended: DONE or FAILED.

        As on a cluster, tasks that don't depend on a failed one go on; one behind a condition that does not
        hold is skipped with all that depend on it, which is no failure.
        """
        tasks: Mapping[str, Spec] = component["dag"]["tasks"]
        states: dict[str, StageState] = {}
        for name in in_order(tasks):
            states[name] = self._run_task(name, tasks[name], inputs, states)
        return StageState.FAILED if StageState.FAILED in states.values() else StageState.DONE

    def _run_task(
        self, name: str, task: Spec, outer: TaskData, states: Mapping[str, StageState]
    ) -> StageState:
        trigger, component = task.get("triggerPolicy", {}), component_of(self.spec, task)
        starts_anyhow = trigger.get("strategy") == "ALL_UPSTREAM_TASKS_COMPLETED"
        if not starts_anyhow and not all(states[upstream].has_outputs for upstream in upstreams(task)):
            self.observe(name, StageState.SKIPPED, 0.0)
            return StageState.SKIPPED
        inputs = resolve_inputs(task, component, outer, self.outputs, self._final_status(task, states))
        if "condition" in trigger and not is_met(trigger["condition"], inputs):
            self.observe(name, StageState.SKIPPED, 0.0)
            return StageState.SKIPPED
        if "dag" in component:
            return self.run(component, inputs)
        return self._run_container(name, task, component, inputs)

    def _run_container(self, name: str, task: Spec, component: Spec, inputs: TaskData) -> StageState:
        container = executors(self.spec)[component["executorLabel"]]["container"]
        cache, key = self.root / ".cache", cache_key(component, container, inputs)
        may_cache = task.get("cachingOptions", {}).get("enableCache", False)
        outputs = find_cached(cache, key) if may_cache else None
        if outputs is not None:
            self.outputs[name] = outputs
            self.observe(name, StageState.CACHED, 0.0)
            return StageState.CACHED
        start = time.monotonic()
        self.observe(name, StageState.START, 0.0)
        folder = str(self.root / self.run_id / name)
        executor_input = make_executor_input(component, inputs, folder, f"{self.run_id}/{name}")
        try:
            executor_output = self._retry(name, task.get("retryPolicy", {}), container, executor_input)
        except TaskError as error:
            self.failures[name] = str(error)
            self.observe(name, StageState.FAILED, time.monotonic() - start)
            return StageState.FAILED
        self.outputs[name] = read_outputs(executor_input, executor_output)
        if may_cache:
            remember(cache, key, self.outputs[name])
        self.observe(name, StageState.DONE, time.monotonic() - start)
        return StageState.DONE

    def _retry(self, name: str, policy: Spec, container: Spec, executor_input: Spec) -> Spec:
        """Runs the container as often as the retry policy has it."""
        pause, longest = (
            _seconds(policy.get(key, "0s")) for key in ("backoffDuration", "backoffMaxDuration")
        )
        for attempt in range(policy.get("maxRetryCount", 0) + 1):
            suffix = f"-retry-{attempt}" if attempt else ""
            if attempt:
                self.sleep(pause)
                pause = min(pause * policy.get("backoffFactor", 2.0), longest or pause)
            try:
                return run_container(container, executor_input, self.logs / f"{name}{suffix}.log")
            except TaskError as error:
                failure = error
        raise failure

    def _final_status(self, task: Spec, states: Mapping[str, StageState]) -> str:
        """How the task that an exit handler waits for ended: a PipelineTaskFinalStatus as JSON."""
        sources = parameters(task.get("inputs", {})).values()
        producers = [
            source["taskFinalStatus"]["producerTask"] for source in sources if "taskFinalStatus" in source
        ]
        if not producers:
            return ""
        status: dict[str, JsonValue] = {
            "state": "FAILED" if states[producers[0]] == StageState.FAILED else "SUCCEEDED",
            "pipelineJobResourceName": self.run_id,
            "pipelineTaskName": producers[0],
        }
        if self.failures:
            lines = [f"{name}: {line}" for name, line in self.failures.items()]
            status["error"] = {"message": "; ".join(lines)}
        return json.dumps(status)


def upstreams(task: Spec) -> set[str]:
    """Returns the tasks that must have ended before this one."""
    inputs = task.get("inputs", {})
    producers = {
        source[kind]["producerTask"]
        for source in [*parameters(inputs).values(), *artifacts(inputs).values()]
        for kind in ("taskOutputArtifact", "taskOutputParameter", "taskFinalStatus")
        if kind in source
    }
    return producers | set(task.get("dependentTasks", []))


def in_order(tasks: Mapping[str, Spec]) -> Iterable[str]:
    """Returns names of tasks, each after those that it depends on; the same order at each run."""
    return TopologicalSorter({name: sorted(upstreams(tasks[name])) for name in sorted(tasks)}).static_order()


def _seconds(duration: str) -> float:
    return float(duration.removesuffix("s"))
