"""The second YAML document: what Kubernetes gives each stage's container, secrets by reference only."""

from tfx_pipeline.config.kubeflow import KubeflowConfig
from tfx_pipeline.kubeflow.compile.resources import TRAINERS
from tfx_pipeline.kubeflow.spec import KUBERNETES, Spec, component_of, container_tasks


def platform_document(spec: Spec, config: KubeflowConfig) -> Spec:
    """Returns the platform specification of a compiled pipeline."""
    labels = {
        component_of(spec, task)["executorLabel"]: _executor_config(name, config)
        for name, task, _ in container_tasks(spec)
    }
    return {"platforms": {KUBERNETES: {"deploymentSpec": {"executors": labels}}}}


def _executor_config(name: str, config: KubeflowConfig) -> Spec:
    """Returns the fields of `KubernetesExecutorConfig` that are not empty."""
    nodes = (*config.nodes, *(config.trainers.nodes if name in TRAINERS else ()))
    fields: Spec = {
        "pvcMount": [{"constant": volume.claim, "mountPath": volume.path} for volume in config.volumes],
        "secretAsEnv": [
            {"secretName": secret.secret, "keyToEnv": [{"secretKey": secret.key, "envVar": secret.variable}]}
            for secret in config.secret_variables
        ],
        "secretAsVolume": [
            {"secretName": secret.secret, "mountPath": secret.path} for secret in config.secret_files
        ],
        "nodeSelector": {"labels": dict(label.split("=", 1) for label in nodes)} if nodes else {},
    }
    return {key: value for key, value in fields.items() if value}
