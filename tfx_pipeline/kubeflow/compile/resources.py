"""The processors, memory and accelerators of each stage's container."""

from typing import Final

from tfx_pipeline.config.kubeflow import KubeflowConfig, StageConfig
from tfx_pipeline.kubeflow.spec import Spec, container_tasks

TRAINERS: Final = ("RetrievalTrainer", "RankerTrainer", "RetrievalFinalTrainer", "RankerFinalTrainer")
FIELDS: Final = {
    "cpu_request": "cpuRequest",
    "cpu_limit": "cpuLimit",
    "memory_request": "memoryRequest",
    "memory_limit": "memoryLimit",
}


def set_resources(spec: Spec, config: KubeflowConfig) -> None:
    """Gives every container its resources; TFX hands on a stage's own for some kinds of stages only."""
    own = {stage.stage: stage for stage in config.stages}
    for name, _, container in container_tasks(spec):
        container["resources"] = _resources(name, own.get(name), config)


def _resources(name: str, own: StageConfig | None, config: KubeflowConfig) -> Spec:
    resources: Spec = {}
    for key, field in FIELDS.items():
        value = getattr(own, key, None)
        resources[field] = getattr(config.resources, key) if value is None else value
    for kind in ("cpu", "memory"):
        request, limit = f"{kind}Request", f"{kind}Limit"
        if getattr(own, f"{kind}_request", None) and not getattr(own, f"{kind}_limit", None):
            resources[limit] = max(resources[limit], resources[request])
        resources[request] = min(resources[request], resources[limit])
    if name in TRAINERS and config.trainers.accelerator:
        # int64 is text in JSON
        resources["accelerator"] = {
            "type": config.trainers.accelerator,
            "count": str(config.trainers.accelerator_count),
        }
    return resources
