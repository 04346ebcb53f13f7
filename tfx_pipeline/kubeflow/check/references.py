"""Resolves every reference in a compiled pipeline: components, executors, inputs, outputs, tasks, conditions."""

import graphlib
from collections.abc import Iterator

from tfx_pipeline.kubeflow.check import conditions, type_check
from tfx_pipeline.kubeflow.spec import Dag, Spec, artifacts, component_of, dags, executors, parameters


def findings(spec: Spec) -> Iterator[str]:
    """Yields every reference that leads nowhere or to something of another kind, as `place: what`."""
    for name, component in {"root": spec.get("root", {}), **spec.get("components", {})}.items():
        place = name if component is spec.get("root") else f"components.{name}"
        yield from _component(place, component, spec)
    for dag in dags(spec):
        for name, task in dag.tasks.items():
            place = f"{dag.place}.dag.tasks.{name}"
            if task.get("componentRef", {}).get("name") not in spec.get("components", {}):
                yield f"{place}.componentRef: there is no component {task.get('componentRef', {}).get('name')}"
                continue
            yield from _dependencies(place, task, dag)
            yield from _given(place, task, component_of(spec, task))
            for key, given in parameters(task.get("inputs", {})).items():
                yield from _parameter(f"{place}.inputs.parameters.{key}", key, given, task, dag, spec)
            for key, given in artifacts(task.get("inputs", {})).items():
                yield from _artifact(f"{place}.inputs.artifacts.{key}", key, given, task, dag, spec)
            yield from conditions.findings(place, task)
        yield from _cycle(dag)


def _component(place: str, component: Spec, spec: Spec) -> Iterator[str]:
    label = component.get("executorLabel")
    if ("dag" in component) == (label is not None):
        yield f"{place}: expected either dag or executorLabel"
    if label is not None and label not in executors(spec):
        yield f"{place}.executorLabel: there is no executor {label}"
    for side in ("inputDefinitions", "outputDefinitions"):
        for name, declared in parameters(component.get(side, {})).items():
            yield from type_check.declared(f"{place}.{side}.parameters.{name}", declared)
        for name, declared in artifacts(component.get(side, {})).items():
            if not type_check.artifact_type(declared):
                yield f"{place}.{side}.artifacts.{name}: has no artifact type"


def _dependencies(place: str, task: Spec, dag: Dag) -> Iterator[str]:
    for name in task.get("dependentTasks", []):
        if name not in dag.tasks:
            yield f"{place}.dependentTasks: there is no task {name}"


def _given(place: str, task: Spec, component: Spec) -> Iterator[str]:
    """What the component needs and the task does not give."""
    inputs, wanted = task.get("inputs", {}), component.get("inputDefinitions", {})
    for kind, of in (("parameters", parameters), ("artifacts", artifacts)):
        for name, declared in of(wanted).items():
            optional = declared.get("isOptional") or "defaultValue" in declared
            if name not in of(inputs) and not optional:
                yield f"{place}.inputs.{kind}: {name} is not given"


def _parameter(place: str, key: str, given: Spec, task: Spec, dag: Dag, spec: Spec) -> Iterator[str]:
    wanted = parameters(component_of(spec, task).get("inputDefinitions", {})).get(key)
    if wanted is None:
        yield f"{place}: the component declares no such input"
        return
    if "componentInputParameter" in given:
        name = given["componentInputParameter"]
        found = parameters(dag.component.get("inputDefinitions", {})).get(name)
        if found is None:
            yield f"{place}.componentInputParameter: {dag.place} declares no input {name}"
        else:
            yield from type_check.same_type(place, found, wanted)
    elif "taskOutputParameter" in given:
        source = given["taskOutputParameter"]
        name = source.get("outputParameterKey", "")
        yield from _producer(place, source.get("producerTask", ""), task, dag)
        producer = dag.tasks.get(source.get("producerTask", ""))
        if producer is not None:
            found = parameters(component_of(spec, producer).get("outputDefinitions", {})).get(name)
            if found is None:
                yield f"{place}: task {source['producerTask']} has no output parameter {name}"
            else:
                yield from type_check.same_type(place, found, wanted)
    elif "taskFinalStatus" in given:
        yield from _producer(place, given["taskFinalStatus"].get("producerTask", ""), task, dag)
    elif "constant" in given.get("runtimeValue", {}):
        yield from type_check.of_type(place, given["runtimeValue"]["constant"], wanted)
    else:
        yield f"{place}: has no value that Kubeflow reads"


def _artifact(place: str, key: str, given: Spec, task: Spec, dag: Dag, spec: Spec) -> Iterator[str]:
    wanted = artifacts(component_of(spec, task).get("inputDefinitions", {})).get(key)
    found: Spec | None
    if wanted is None:
        yield f"{place}: the component declares no such input"
        return
    if "componentInputArtifact" in given:
        name = given["componentInputArtifact"]
        found = artifacts(dag.component.get("inputDefinitions", {})).get(name)
        if found is None:
            yield f"{place}.componentInputArtifact: {dag.place} declares no input {name}"
    else:
        source = given.get("taskOutputArtifact", {})
        name = source.get("outputArtifactKey", "")
        yield from _producer(place, source.get("producerTask", ""), task, dag)
        producer = dag.tasks.get(source.get("producerTask", ""))
        if producer is None:
            return
        found = artifacts(component_of(spec, producer).get("outputDefinitions", {})).get(name)
        if found is None:
            yield f"{place}: task {source['producerTask']} has no output artifact {name}"
    if found is not None and type_check.artifact_type(found) != type_check.artifact_type(wanted):
        yield f"{place}: expected an artifact of another type"


def _producer(place: str, name: str, task: Spec, dag: Dag) -> Iterator[str]:
    if name not in dag.tasks:
        yield f"{place}: there is no task {name or 'named'} in {dag.place}"
    elif name not in task.get("dependentTasks", []):
        yield f"{place}: comes from task {name}, which is not among dependentTasks"


def _cycle(dag: Dag) -> Iterator[str]:
    waits = {name: task.get("dependentTasks", []) for name, task in dag.tasks.items()}
    try:
        graphlib.TopologicalSorter(waits).prepare()
    except graphlib.CycleError as error:
        yield f"{dag.place}.dag.tasks: these wait for each other: {', '.join(error.args[1])}"
