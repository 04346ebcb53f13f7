"""Resolves every reference in a compiled pipeline: components, executors, inputs, outputs, tasks, conditions."""

import graphlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from tfx_pipeline.kubeflow.check.conditions import condition_problems
from tfx_pipeline.kubeflow.check.type_check import (
    artifact_type,
    declaration_problems,
    origin_problems,
    value_problems,
)
from tfx_pipeline.kubeflow.spec import Dag, Spec, artifacts, component_of, dags, executors, parameters


@dataclass(frozen=True)
class _Kind:
    """One of the two kinds of values that tasks hand on, and the specification's names for it."""

    name: str
    members: Callable[[Spec], dict[str, Spec]]
    """Finds those of definitions or inputs, by name."""
    from_component: str
    from_task: str
    output_key: str


_KINDS: Final = (
    _Kind("parameter", parameters, "componentInputParameter", "taskOutputParameter", "outputParameterKey"),
    _Kind("artifact", artifacts, "componentInputArtifact", "taskOutputArtifact", "outputArtifactKey"),
)


def reference_problems(spec: Spec) -> Iterator[str]:
    """Yields every reference that leads nowhere or to something of another kind, as `place: what`."""
    components = spec.get("components", {})
    yield from _component_problems("root", spec.get("root", {}), spec)
    for name, component in components.items():
        yield from _component_problems(f"components.{name}", component, spec)
    for dag in dags(spec):
        for name, task in dag.tasks.items():
            place = f"{dag.place}.dag.tasks.{name}"
            component_name = task.get("componentRef", {}).get("name")
            if component_name not in components:
                yield f"{place}.componentRef: there is no component {component_name}"
                continue
            for upstream in task.get("dependentTasks", []):
                if upstream not in dag.tasks:
                    yield f"{place}.dependentTasks: there is no task {upstream}"
            for kind in _KINDS:
                yield from _inputs_problems(place, kind, task, dag, spec)
            yield from condition_problems(place, task)
        waits = {name: task.get("dependentTasks", []) for name, task in dag.tasks.items()}
        try:
            graphlib.TopologicalSorter(waits).prepare()
        except graphlib.CycleError as error:
            yield f"{dag.place}.dag.tasks: these wait for each other: {', '.join(error.args[1])}"


def _component_problems(place: str, component: Spec, spec: Spec) -> Iterator[str]:
    label = component.get("executorLabel")
    if ("dag" in component) == (label is not None):
        yield f"{place}: expected either dag or executorLabel"
    if label is not None and label not in executors(spec):
        yield f"{place}.executorLabel: there is no executor {label}"
    for side in ("inputDefinitions", "outputDefinitions"):
        for name, declared in parameters(component.get(side, {})).items():
            yield from declaration_problems(f"{place}.{side}.parameters.{name}", declared)
        for name, declared in artifacts(component.get(side, {})).items():
            if not artifact_type(declared):
                yield f"{place}.{side}.artifacts.{name}: has no artifact type"


def _inputs_problems(place: str, kind: _Kind, task: Spec, dag: Dag, spec: Spec) -> Iterator[str]:
    place = f"{place}.inputs.{kind.name}s"
    sources = kind.members(task.get("inputs", {}))
    declared = kind.members(component_of(spec, task).get("inputDefinitions", {}))
    for name, wanted in declared.items():
        if name not in sources and not wanted.get("isOptional") and "defaultValue" not in wanted:
            yield f"{place}: {name} is not given"
    for name, source in sources.items():
        if name in declared:
            yield from _source_problems(f"{place}.{name}", kind, source, declared[name], task, dag, spec)
        else:
            yield f"{place}.{name}: the component declares no such input"


def _source_problems(
    place: str, kind: _Kind, source: Spec, wanted: Spec, task: Spec, dag: Dag, spec: Spec
) -> Iterator[str]:
    origin: Spec | None = None
    if kind.from_component in source:
        name = source[kind.from_component]
        origin = kind.members(dag.component.get("inputDefinitions", {})).get(name)
        if origin is None:
            yield f"{place}.{kind.from_component}: {dag.place} declares no input {name}"
    elif kind.from_task in source or "taskFinalStatus" in source:
        output = source[kind.from_task if kind.from_task in source else "taskFinalStatus"]
        name, producer = output.get(kind.output_key), output.get("producerTask", "")
        if producer not in dag.tasks:
            yield f"{place}: there is no task {producer or 'named'} in {dag.place}"
            return
        if producer not in task.get("dependentTasks", []):
            yield f"{place}: comes from task {producer}, which is not among dependentTasks"
        if kind.from_task in source:
            outputs = component_of(spec, dag.tasks[producer]).get("outputDefinitions", {})
            origin = kind.members(outputs).get(name)
            if origin is None:
                yield f"{place}: task {producer} has no output {kind.name} {name}"
    elif "constant" in source.get("runtimeValue", {}):
        yield from value_problems(place, source["runtimeValue"]["constant"], wanted)
    else:
        yield f"{place}: has no value that Kubeflow reads"
    if origin is not None:
        yield from origin_problems(place, origin, wanted)
