"""What Kubeflow's driver does before a task: its inputs' values, its condition, the executor input."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypedDict

from pydantic import JsonValue

from tfx_pipeline.kubeflow.spec import Spec, artifacts, parameters


class Artifact(TypedDict):
    """A RuntimeArtifact as JSON has it."""

    name: str
    type: dict[str, str]
    uri: str
    metadata: dict[str, JsonValue]


@dataclass(frozen=True)
class TaskData:
    """Parameters and artifacts by name: a task's inputs, or its outputs."""

    parameters: dict[str, JsonValue] = field(default_factory=dict)
    artifacts: dict[str, Artifact] = field(default_factory=dict)


def resolve_inputs(
    task: Spec, component: Spec, outer: TaskData, outputs: Mapping[str, TaskData], final_status: str = ""
) -> TaskData:
    """Resolves a task's inputs.

    Args:
        task: one of a graph.
        component: the task's.
        outer: the inputs of the graph itself.
        outputs: those of the tasks of the graph that have ended well.
        final_status: of the task that an exit handler waits for, as JSON.

    Raises:
        KeyError: a reference leads nowhere, which `tfx_pipeline.kubeflow.check.checking` rules out.
    """
    values: dict[str, JsonValue] = {
        name: declared["defaultValue"]
        for name, declared in parameters(component.get("inputDefinitions", {})).items()
        if "defaultValue" in declared
    }
    for name, source in parameters(task.get("inputs", {})).items():
        if "componentInputParameter" in source:
            values[name] = outer.parameters[source["componentInputParameter"]]
        elif "taskOutputParameter" in source:
            output = source["taskOutputParameter"]
            values[name] = outputs[output["producerTask"]].parameters[output["outputParameterKey"]]
        else:
            is_status = "taskFinalStatus" in source
            values[name] = final_status if is_status else source["runtimeValue"]["constant"]
    input_artifacts = {}
    for name, source in artifacts(task.get("inputs", {})).items():
        if "componentInputArtifact" in source:
            input_artifacts[name] = outer.artifacts[source["componentInputArtifact"]]
        else:
            output = source["taskOutputArtifact"]
            input_artifacts[name] = outputs[output["producerTask"]].artifacts[output["outputArtifactKey"]]
    return TaskData(values, input_artifacts)


def is_met(condition: str, inputs: TaskData) -> bool:
    """Evaluates a trigger's condition: CEL (https://cel.dev) over the inputs, their metadata among them."""
    import celpy
    from celpy.adapter import json_to_cel

    environment = celpy.Environment()
    program = environment.program(environment.compile(condition))
    lists = {name: {"artifacts": [artifact]} for name, artifact in inputs.artifacts.items()}
    variables = {"parameter_values": inputs.parameters, "artifacts": lists}
    return bool(program.evaluate({"inputs": json_to_cel(variables)}))


def make_executor_input(component: Spec, inputs: TaskData, folder: str, name: str) -> Spec:
    """Makes an ExecutorInput as JSON has it.

    Args:
        component: the task's.
        inputs: the task's.
        folder: of the task, where its outputs go.
        name: prefix of the names of its artifacts, unique over all runs.
    """
    definitions = component.get("outputDefinitions", {})
    outputs = {
        key: Artifact(
            name=f"{name}/{key}",
            type=declared["artifactType"],
            uri=f"{folder}/{key}",
            metadata=declared.get("metadata", {}),
        )
        for key, declared in artifacts(definitions).items()
    }
    return {
        "inputs": {
            "parameterValues": inputs.parameters,
            "artifacts": {key: {"artifacts": [artifact]} for key, artifact in inputs.artifacts.items()},
        },
        "outputs": {
            "artifacts": {key: {"artifacts": [artifact]} for key, artifact in outputs.items()},
            "parameters": {key: {"outputFile": f"{folder}/{key}"} for key in parameters(definitions)},
            "outputFile": f"{folder}/executor_output.json",
        },
    }


def read_outputs(executor_input: Spec, executor_output: Spec) -> TaskData:
    """Reads a task's outputs: the artifacts of its executor input, with what its output file says of them."""
    outputs = {}
    for key, declared in executor_input["outputs"]["artifacts"].items():
        artifact: Artifact = declared["artifacts"][0]
        (written,) = artifacts(executor_output).get(key, {}).get("artifacts", [{}])
        metadata = artifact["metadata"] | written.get("metadata", {})
        outputs[key] = artifact | {"uri": written.get("uri") or artifact["uri"], "metadata": metadata}
    return TaskData(dict(executor_output.get("parameterValues", {})), outputs)
