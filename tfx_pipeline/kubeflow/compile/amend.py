"""Amends what TFX's compiler left out or got wrong; decision 0012 names each fault.

Each function changes the specification that it is given, a plain tree as JSON has it.
"""

import copy
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from tfx_pipeline.config.kubeflow import RetriesConfig
from tfx_pipeline.kubeflow.spec import INNER, Spec, artifacts, container_tasks, dags, parameters

_SUFFIX: Final = "_task"
_CONDITION_INPUT: Final = re.compile(r"inputs\.artifacts\['([^']+)'\]")
_IMPLICIT_INPUT: Final = re.compile(r"_(.+)\.([^.]+)")
_NO_STATUS: Final = {"runtimeValue": {"constant": "{}"}}


def set_defaults(spec: Spec, values: Mapping[str, str | int]) -> None:
    """Gives the pipeline's parameters their defaults, which the compiler drops."""
    declared = parameters(spec["root"].get("inputDefinitions", {}))
    for name, value in values.items():
        declared[name] |= {"defaultValue": value, "isOptional": True}


def pass_parameters_in(spec: Spec) -> None:
    """Passes the pipeline's parameters into the graph that the exit handler's presence makes of it."""
    declared = parameters(spec["root"].get("inputDefinitions", {}))
    if INNER not in spec["components"] or not declared:
        return
    definitions = spec["components"][INNER].setdefault("inputDefinitions", {})
    definitions.setdefault("parameters", {}).update(copy.deepcopy(declared))
    inputs = spec["root"]["dag"]["tasks"][INNER].setdefault("inputs", {})
    inputs.setdefault("parameters", {}).update({name: {"componentInputParameter": name} for name in declared})


def name_producers(spec: Spec) -> None:
    """Names the tasks that values come from: the compiler appends `_task` to them."""
    for dag in dags(spec):
        for task in dag.tasks.values():
            for source in parameters(task.get("inputs", {})).values():
                output = source.get("taskOutputParameter", {})
                producer = output.get("producerTask", "")
                if producer not in dag.tasks and producer.removesuffix(_SUFFIX) in dag.tasks:
                    output["producerTask"] = producer.removesuffix(_SUFFIX)


def name_condition_inputs(spec: Spec) -> None:
    """Lets conditions ask for inputs that their task has.

    A condition asks for `_<task>.<output>`; a task that consumes that artifact anyway has it under a name
    of its own.
    """
    for dag in dags(spec):
        for task in dag.tasks.values():
            trigger = task.get("triggerPolicy", {})
            if "condition" in trigger:
                trigger["condition"] = _with_own_names(
                    trigger["condition"], artifacts(task.get("inputs", {}))
                )


def _with_own_names(condition: str, inputs: Mapping[str, Spec]) -> str:
    names = {}
    for name, source in inputs.items():
        output = source.get("taskOutputArtifact", {})
        names[output.get("producerTask"), output.get("outputArtifactKey")] = name

    def own_name(match: re.Match[str]) -> str:
        implicit = _IMPLICIT_INPUT.fullmatch(match[1])
        if match[1] in inputs or implicit is None:
            return match[0]
        return f"inputs.artifacts['{names.get((implicit[1], implicit[2]), match[1])}']"

    return _CONDITION_INPUT.sub(own_name, condition)


def drop_final_status(spec: Spec) -> None:
    """Asks for no word on how the run ended: older backends refuse a pipeline that asks for it."""
    for dag in dags(spec):
        for task in dag.tasks.values():
            sources = parameters(task.get("inputs", {}))
            sources.update(
                {key: _NO_STATUS for key, source in sources.items() if "taskFinalStatus" in source}
            )


def set_commands(spec: Spec, command: Sequence[str]) -> None:
    """Starts every container with `command` and the name of its stage."""
    for name, _, container in container_tasks(spec):
        container["command"] = [*command, name]


def set_caching(spec: Spec, uncached: Collection[str]) -> None:
    """Turns caching on for all stages but those of `uncached`."""
    for name, task, _ in container_tasks(spec):
        task["cachingOptions"] = {} if name in uncached else {"enableCache": True}


def set_retries(spec: Spec, retries: RetriesConfig, counts: Mapping[str, int]) -> None:
    """Says how often a failed container is tried again.

    Args:
        spec: the specification that is changed.
        retries: for all stages.
        counts: of the stages that have their own.
    """
    for name, task, _ in container_tasks(spec):
        task["retryPolicy"] = {
            "maxRetryCount": counts.get(name, retries.count),
            "backoffDuration": f"{retries.wait_seconds}s",
            "backoffFactor": retries.factor,
            "backoffMaxDuration": f"{retries.max_wait_seconds}s",
        }
