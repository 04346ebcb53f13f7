"""What Kubeflow's driver does before a task: its inputs' values, its condition, the executor input."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from tfx_pipeline.kubeflow.spec import Spec, parameters

Artifact: TypeAlias = dict[str, Any]
"""A RuntimeArtifact as JSON has it: `name`, `type`, `uri`, `metadata`."""


@dataclass(frozen=True)
class Outputs:
    """What a task made."""

    artifacts: dict[str, Artifact] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Given:
    """What a task is given."""

    parameters: dict[str, Any] = field(default_factory=dict)
    artifacts: dict[str, Artifact] = field(default_factory=dict)


def given(
    task: Spec, component: Spec, around: Given, done: Mapping[str, Outputs], final_status: str = ""
) -> Given:
    """Resolves a task's inputs.

    Args:
        task: of a graph.
        component: the task's.
        around: what the graph itself was given.
        done: outputs of the tasks of the graph that have ended well.
        final_status: of the task that an exit handler waits for, as JSON.

    Raises:
        KeyError: a reference leads nowhere, which `tfx_pipeline.kubeflow.check.checking` rules out.
    """
    inputs = task.get("inputs", {})
    values = {
        name: told["defaultValue"]
        for name, told in parameters(component.get("inputDefinitions", {})).items()
        if "defaultValue" in told
    }
    for name, source in parameters(inputs).items():
        values[name] = _parameter(source, around, done, final_status)
    artifacts = {
        name: _artifact(source, around, done) for name, source in inputs.get("artifacts", {}).items()
    }
    return Given(values, artifacts)


def _parameter(source: Spec, around: Given, done: Mapping[str, Outputs], final_status: str) -> Any:
    if "componentInputParameter" in source:
        return around.parameters[source["componentInputParameter"]]
    if "taskOutputParameter" in source:
        output = source["taskOutputParameter"]
        return done[output["producerTask"]].parameters[output["outputParameterKey"]]
    if "taskFinalStatus" in source:
        return final_status
    return source["runtimeValue"]["constant"]


def _artifact(source: Spec, around: Given, done: Mapping[str, Outputs]) -> Artifact:
    if "componentInputArtifact" in source:
        return around.artifacts[source["componentInputArtifact"]]
    output = source["taskOutputArtifact"]
    return done[output["producerTask"]].artifacts[output["outputArtifactKey"]]


def holds(condition: str, inputs: Given) -> bool:
    """Whether a trigger's condition holds: CEL (https://cel.dev) over the inputs, their metadata among them."""
    import celpy
    from celpy.adapter import json_to_cel

    environment = celpy.Environment()
    program = environment.program(environment.compile(condition))
    lists = {name: {"artifacts": [artifact]} for name, artifact in inputs.artifacts.items()}
    known = {"parameter_values": inputs.parameters, "artifacts": lists}
    return bool(program.evaluate({"inputs": json_to_cel(known)}))


def executor_input(component: Spec, inputs: Given, folder: str, name: str) -> dict[str, Any]:
    """An ExecutorInput as JSON has it.

    Args:
        component: the task's.
        inputs: what the task is given.
        folder: of the task, where its outputs go.
        name: prefix of the names of what it makes, unique over all runs.
    """
    definitions = component.get("outputDefinitions", {})
    outputs = {
        key: {
            "name": f"{name}/{key}",
            "type": told["artifactType"],
            "uri": f"{folder}/{key}",
            "metadata": told.get("metadata", {}),
        }
        for key, told in definitions.get("artifacts", {}).items()
    }
    return {
        "inputs": {
            "parameterValues": inputs.parameters,
            "artifacts": {key: {"artifacts": [value]} for key, value in inputs.artifacts.items()},
        },
        "outputs": {
            "artifacts": {key: {"artifacts": [value]} for key, value in outputs.items()},
            "parameters": {key: {"outputFile": f"{folder}/{key}"} for key in parameters(definitions)},
            "outputFile": f"{folder}/executor_output.json",
        },
    }


def outputs_of(sent: dict[str, Any], answered: dict[str, Any]) -> Outputs:
    """What a task made: the artifacts as they were sent, with what its output file says of them."""
    artifacts = {}
    for key, told in sent["outputs"]["artifacts"].items():
        artifact: Artifact = told["artifacts"][0]
        (answer,) = answered.get("artifacts", {}).get(key, {}).get("artifacts", [{}])
        metadata = {**artifact["metadata"], **answer.get("metadata", {})}
        artifacts[key] = artifact | {"uri": answer.get("uri") or artifact["uri"], "metadata": metadata}
    return Outputs(artifacts, dict(answered.get("parameterValues", {})))
