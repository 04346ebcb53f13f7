"""Runs the graphs of a compiled pipeline: tasks in dependency order, conditions, retries, the exit handler."""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from components.common.stage_state import StageState
from tfx_pipeline.kubeflow.emulator.cache import cache_key, cached, remember
from tfx_pipeline.kubeflow.emulator.container import TaskError, run_container
from tfx_pipeline.kubeflow.emulator.inputs import Given, Outputs, executor_input, given, holds, outputs_of
from tfx_pipeline.kubeflow.spec import Spec, component_of, executors, parameters

Observer = Callable[[str, StageState, float], None]
"""Takes the task, its state and the seconds since its start."""


@dataclass
class GraphRun:
    """One run of a specification."""

    spec: Spec
    run_id: str
    root: Path
    """Of the artifacts: `<root>/<run>/<task>/<output>`."""
    logs: Path
    """A log a task."""
    observe: Observer
    sleep: Callable[[float], None] = time.sleep
    done: dict[str, Outputs] = field(default_factory=dict)
    """Outputs of the tasks that ended well, of all graphs."""
    failed: dict[str, str] = field(default_factory=dict)
    """Last words of the tasks that failed."""

    def run(self, component: Spec, around: Given) -> StageState:
        """Runs a component's graph and returns how it ended: DONE or FAILED.

        As on a cluster, tasks that don't depend on a failed one go on; one behind a condition that does not
        hold is skipped with all that depend on it, which is no failure.
        """
        tasks: Mapping[str, Spec] = component["dag"]["tasks"]
        states: dict[str, StageState] = {}
        for name in ordered(tasks):
            states[name] = self._task(name, tasks[name], around, states)
        return StageState.FAILED if StageState.FAILED in states.values() else StageState.DONE

    def _task(self, name: str, task: Spec, around: Given, states: Mapping[str, StageState]) -> StageState:
        trigger, component = task.get("triggerPolicy", {}), component_of(self.spec, task)
        before = [states[upstream] for upstream in upstreams(task)]
        whatever = trigger.get("strategy") == "ALL_UPSTREAM_TASKS_COMPLETED"
        if not whatever and not set(before) <= {StageState.DONE, StageState.CACHED}:
            self.observe(name, StageState.SKIPPED, 0.0)
            return StageState.SKIPPED
        inputs = given(task, component, around, self.done, self._final_status(task, states))
        if "condition" in trigger and not holds(trigger["condition"], inputs):
            self.observe(name, StageState.SKIPPED, 0.0)
            return StageState.SKIPPED
        if "dag" in component:
            return self.run(component, inputs)
        return self._container(name, task, component, inputs)

    def _container(self, name: str, task: Spec, component: Spec, inputs: Given) -> StageState:
        container = executors(self.spec)[component["executorLabel"]]["container"]
        folder, key = self.root / ".cache", cache_key(component, container, inputs)
        may_cache = task.get("cachingOptions", {}).get("enableCache", False)
        found = cached(folder, key) if may_cache else None
        if found is not None:
            self.done[name] = found
            self.observe(name, StageState.CACHED, 0.0)
            return StageState.CACHED
        start = time.monotonic()
        self.observe(name, StageState.START, 0.0)
        sent = executor_input(component, inputs, str(self.root / self.run_id / name), f"{self.run_id}/{name}")
        try:
            answered = self._tried(name, task.get("retryPolicy", {}), container, sent)
        except TaskError as error:
            self.failed[name] = str(error)
            self.observe(name, StageState.FAILED, time.monotonic() - start)
            return StageState.FAILED
        self.done[name] = outputs_of(sent, answered)
        if may_cache:
            remember(folder, key, self.done[name])
        self.observe(name, StageState.DONE, time.monotonic() - start)
        return StageState.DONE

    def _tried(self, name: str, policy: Spec, container: Spec, sent: dict[str, Any]) -> dict[str, Any]:
        """Runs the container as often as the retry policy has it."""
        wait, longest = (_seconds(policy.get(key, "0s")) for key in ("backoffDuration", "backoffMaxDuration"))
        for attempt in range(policy.get("maxRetryCount", 0) + 1):
            suffix = f"-retry-{attempt}" if attempt else ""
            if attempt:
                self.sleep(wait)
                wait = min(wait * policy.get("backoffFactor", 2.0), longest or wait)
            try:
                return run_container(container, sent, self.logs / f"{name}{suffix}.log")
            except TaskError as error:
                last = error
        raise last

    def _final_status(self, task: Spec, states: Mapping[str, StageState]) -> str:
        """How the task that an exit handler waits for ended: a PipelineTaskFinalStatus as JSON."""
        sources = [
            source["taskFinalStatus"]["producerTask"]
            for source in parameters(task.get("inputs", {})).values()
            if "taskFinalStatus" in source
        ]
        if not sources:
            return ""
        status: dict[str, Any] = {
            "state": "FAILED" if states[sources[0]] == StageState.FAILED else "SUCCEEDED",
            "pipelineJobResourceName": self.run_id,
            "pipelineTaskName": sources[0],
        }
        if self.failed:
            told = "; ".join(f"{name}: {words}" for name, words in self.failed.items())
            status["error"] = {"message": told}
        return json.dumps(status)


def upstreams(task: Spec) -> set[str]:
    """The tasks that must have ended before this one."""
    inputs = task.get("inputs", {})
    sources = [*parameters(inputs).values(), *inputs.get("artifacts", {}).values()]
    producers = {
        source[kind]["producerTask"]
        for source in sources
        for kind in ("taskOutputArtifact", "taskOutputParameter", "taskFinalStatus")
        if kind in source
    }
    return producers | set(task.get("dependentTasks", []))


def ordered(tasks: Mapping[str, Spec]) -> Iterable[str]:
    """Names of tasks, each after those that it depends on; the same order at each run."""
    return TopologicalSorter({name: sorted(upstreams(tasks[name])) for name in sorted(tasks)}).static_order()


def _seconds(duration: str) -> float:
    return float(duration.removesuffix("s"))
