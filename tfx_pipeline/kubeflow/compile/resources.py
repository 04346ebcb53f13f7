"""The processors, memory and accelerators of each stage's container."""

from typing import Final

from tfx_pipeline.config.kubeflow import KubeflowConfig, StageConfig
from tfx_pipeline.kubeflow.spec import Spec, container_tasks

TRAINERS: Final = ("RetrievalTrainer", "RankerTrainer", "RetrievalFinalTrainer", "RankerFinalTrainer")


def set_resources(spec: Spec, config: KubeflowConfig) -> None:
    """Gives every container its resources; TFX hands on a stage's own for some kinds of stages only."""
    own = {stage.stage: stage for stage in config.stages}
    for name, _, container in container_tasks(spec):
        container["resources"] = _resources(own.get(name, StageConfig(stage=name)), config)


def _resources(own: StageConfig, config: KubeflowConfig) -> Spec:
    resources: Spec = {}
    for kind in ("cpu", "memory"):
        request, limit = (getattr(own, f"{kind}_{bound}") for bound in ("request", "limit"))
        common_request, common_limit = (
            getattr(config.resources, f"{kind}_{bound}") for bound in ("request", "limit")
        )
        if limit is None:  # a request of its own lifts the common limit
            limit = max(common_limit, request or 0.0)
        resources[f"{kind}Request"] = min(common_request if request is None else request, limit)
        resources[f"{kind}Limit"] = limit
    if own.stage in TRAINERS and config.trainers.accelerator:
        # int64 is text in JSON
        count = str(config.trainers.accelerator_count)
        resources["accelerator"] = {"type": config.trainers.accelerator, "count": count}
    return resources
