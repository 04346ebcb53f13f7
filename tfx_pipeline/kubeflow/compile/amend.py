"""Amends what TFX's compiler left out or got wrong; docs/decisions names each fault.

Each function changes the specification that it is given, a plain tree as JSON has it.
"""

import copy
import re
from collections.abc import Collection, Mapping
from typing import Final

from tfx_pipeline.config.kubeflow import RetriesConfig
from tfx_pipeline.kubeflow.spec import INNER, Spec, container_tasks, dags, parameters

SUFFIX: Final = "_task"
CONDITION_INPUT: Final = re.compile(r"inputs\.artifacts\['([^']+)'\]")
NO_STATUS: Final = {"runtimeValue": {"constant": "{}"}}
IMPLICIT_INPUT: Final = re.compile(r"_(.+)\.([^.]+)")


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
    inner = spec["components"][INNER].setdefault("inputDefinitions", {})
    inner.setdefault("parameters", {}).update(copy.deepcopy(declared))
    inputs = spec["root"]["dag"]["tasks"][INNER].setdefault("inputs", {})
    inputs.setdefault("parameters", {}).update({name: {"componentInputParameter": name} for name in declared})


def name_producers(spec: Spec) -> None:
    """Names the tasks that values come from: the compiler appends `_task` to them."""
    for dag in dags(spec):
        for task in dag.tasks.values():
            for given in parameters(task.get("inputs", {})).values():
                source = given.get("taskOutputParameter", {})
                producer = source.get("producerTask", "")
                if producer not in dag.tasks and producer.removesuffix(SUFFIX) in dag.tasks:
                    source["producerTask"] = producer.removesuffix(SUFFIX)


def name_condition_inputs(spec: Spec) -> None:
    """Lets conditions ask for inputs that their task has.

    A condition asks for `_<task>.<output>`; a task that consumes that artifact anyway has it under a name
    of its own.
    """
    for dag in dags(spec):
        for task in dag.tasks.values():
            trigger = task.get("triggerPolicy", {})
            if "condition" in trigger:
                trigger["condition"] = _with_own_names(trigger["condition"], task)


def _with_own_names(condition: str, task: Spec) -> str:
    artifacts = task.get("inputs", {}).get("artifacts", {})
    names = {}
    for name, given in artifacts.items():
        source = given.get("taskOutputArtifact", {})
        names[source.get("producerTask"), source.get("outputArtifactKey")] = name

    def own(match: re.Match[str]) -> str:
        implicit = IMPLICIT_INPUT.fullmatch(match[1])
        if match[1] in artifacts or implicit is None:
            return match[0]
        return f"inputs.artifacts['{names.get((implicit[1], implicit[2]), match[1])}']"

    return CONDITION_INPUT.sub(own, condition)


def drop_final_status(spec: Spec) -> None:
    """Tells the exit handler nothing of how the run ended: older backends refuse a pipeline that asks for it."""
    for dag in dags(spec):
        for task in dag.tasks.values():
            given = parameters(task.get("inputs", {}))
            given.update({key: NO_STATUS for key, value in given.items() if "taskFinalStatus" in value})


def set_root(spec: Spec, root: str) -> None:
    """Says where artifacts go; the compiler puts that beside the specification, where YAML has no place."""
    spec["defaultPipelineRoot"] = root


def set_commands(spec: Spec, command: list[str]) -> None:
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
        spec: what is changed.
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
