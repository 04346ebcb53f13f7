"""Checks what runs where: containers, their resources, and what the platform document says of them."""

import json
from collections.abc import Iterator
from typing import Final

from tfx_pipeline.kubeflow.spec import KUBERNETES, Spec, executors

INPUTS_SPEC: Final = "--json_serialized_inputs_spec_args"
"""After this TFX's entry point is told the types of a stage's parameters."""


def findings(spec: Spec, platform: Spec) -> Iterator[str]:
    """Yields what is wrong, as `place: what`."""
    for label, executor in executors(spec).items():
        place = f"deploymentSpec.executors.{label}"
        if "container" in executor:
            yield from _container(f"{place}.container", executor["container"])
        else:
            yield f"{place}: Kubeflow's open-source backend runs containers, not {', '.join(executor) or 'nothing'}"
    for name, component in spec.get("components", {}).items():
        yield from _arguments(f"components.{name}", component, spec)
    yield from _platform(spec, platform)


def _container(place: str, container: Spec) -> Iterator[str]:
    if not container.get("image", "").strip():
        yield f"{place}.image: is empty"
    if not container.get("command") or not all(container["command"]):
        yield f"{place}.command: is empty"
    if "lifecycle" in container:
        yield f"{place}.lifecycle: the hook before the cache is looked up is never called"
    resources = container.get("resources", {})
    for kind in ("cpu", "memory"):
        request, limit = resources.get(f"{kind}Request", 0), resources.get(f"{kind}Limit", 0)
        if not limit or request > limit:
            yield f"{place}.resources: expected {kind}Request and a {kind}Limit that is not below it"
    accelerator = resources.get("accelerator")
    if accelerator is not None and not (accelerator.get("type") and int(accelerator.get("count", 0)) > 0):
        yield f"{place}.resources.accelerator: expected a type and a count"


def _arguments(place: str, component: Spec, spec: Spec) -> Iterator[str]:
    """TFX hands a stage its declared inputs as an argument: they must be those that are declared."""
    container = executors(spec).get(component.get("executorLabel", ""), {}).get("container", {})
    arguments = container.get("args", [])
    if INPUTS_SPEC in arguments[:-1]:
        told = json.loads(arguments[arguments.index(INPUTS_SPEC) + 1])
        if told != component.get("inputDefinitions", {}):
            yield f"{place}: the container's {INPUTS_SPEC} differs from inputDefinitions"


def _platform(spec: Spec, platform: Spec) -> Iterator[str]:
    place = f"platforms.{KUBERNETES}.deploymentSpec.executors"
    told = platform.get("platforms", {}).get(KUBERNETES, {}).get("deploymentSpec", {}).get("executors", {})
    for label in told:
        if label not in executors(spec):
            yield f"{place}.{label}: there is no such executor"
    for label in executors(spec):
        if label not in told:
            yield f"{place}: says nothing of {label}"
    for label, said in told.items():
        paths = [
            given.get("mountPath") for given in said.get("pvcMount", []) + said.get("secretAsVolume", [])
        ]
        if not all(paths) or len(set(paths)) < len(paths):
            yield f"{place}.{label}: expected a mountPath of its own for each volume"
        for given in said.get("pvcMount", []):
            if not given.get("constant"):
                yield f"{place}.{label}.pvcMount: has no claim"
        for given in said.get("secretAsEnv", []) + said.get("secretAsVolume", []):
            if not given.get("secretName"):
                yield f"{place}.{label}: has a secret without a name"
