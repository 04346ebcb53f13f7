"""Checks what runs where: containers, their resources, and what the platform document says of them."""

import json
from collections.abc import Iterator
from typing import Final

from tfx_pipeline.kubeflow.spec import KUBERNETES, Spec, executors, platform_executors

_INPUTS_SPEC: Final = "--json_serialized_inputs_spec_args"
"""After this, TFX's entry point reads the types of a stage's parameters."""


def deployment_problems(spec: Spec, platform: Spec) -> Iterator[str]:
    """Yields what is wrong with containers and platform, as `place: what`."""
    for label, executor in executors(spec).items():
        place = f"deploymentSpec.executors.{label}"
        if "container" in executor:
            yield from _container_problems(f"{place}.container", executor["container"])
        else:
            yield f"{place}: Kubeflow's open-source backend runs containers, not {', '.join(executor) or 'nothing'}"
    for name, component in spec.get("components", {}).items():
        container = executors(spec).get(component.get("executorLabel", ""), {}).get("container", {})
        arguments = container.get("args", [])
        if _INPUTS_SPEC in arguments[:-1]:  # TFX hands a stage its declared inputs as an argument
            inputs = json.loads(arguments[arguments.index(_INPUTS_SPEC) + 1])
            if inputs != component.get("inputDefinitions", {}):
                yield f"components.{name}: the container's {_INPUTS_SPEC} differs from inputDefinitions"
    yield from _platform_problems(executors(spec), platform_executors(platform))


def _container_problems(place: str, container: Spec) -> Iterator[str]:
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


def _platform_problems(containers: dict[str, Spec], settings: dict[str, Spec]) -> Iterator[str]:
    place = f"platforms.{KUBERNETES}.deploymentSpec.executors"
    for label in containers:
        if label not in settings:
            yield f"{place}: says nothing of {label}"
    for label, setting in settings.items():
        if label not in containers:
            yield f"{place}.{label}: there is no such executor"
        claims, files = setting.get("pvcMount", []), setting.get("secretAsVolume", [])
        paths = [volume.get("mountPath") for volume in [*claims, *files]]
        if not all(paths) or len(set(paths)) < len(paths):
            yield f"{place}.{label}: expected a mountPath of its own for each volume"
        if not all(claim.get("constant") for claim in claims):
            yield f"{place}.{label}.pvcMount: has no claim"
        if not all(secret.get("secretName") for secret in [*setting.get("secretAsEnv", []), *files]):
            yield f"{place}.{label}: has a secret without a name"
