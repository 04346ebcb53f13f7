"""The second YAML document: what Kubernetes gives each stage's container, secrets by reference only."""

from tfx_pipeline.config.kubeflow import KubeflowConfig
from tfx_pipeline.kubeflow.compile.resources import TRAINERS
from tfx_pipeline.kubeflow.spec import KUBERNETES, Spec, component_of, container_tasks


def platform_document(spec: Spec, config: KubeflowConfig) -> Spec:
    """Returns the platform specification of a compiled pipeline."""
    labels = {
        component_of(spec, task)["executorLabel"]: _kubernetes(name, config)
        for name, task, _ in container_tasks(spec)
    }
    return {"platforms": {KUBERNETES: {"deploymentSpec": {"executors": labels}}}}


def _kubernetes(name: str, config: KubeflowConfig) -> Spec:
    """The fields of `KubernetesExecutorConfig` that say something."""
    nodes = (*config.nodes, *(config.trainers.nodes if name in TRAINERS else ()))
    said: Spec = {
        "pvcMount": [{"constant": given.claim, "mountPath": given.path} for given in config.volumes],
        "secretAsEnv": [
            {"secretName": given.secret, "keyToEnv": [{"secretKey": given.key, "envVar": given.variable}]}
            for given in config.secret_variables
        ],
        "secretAsVolume": [
            {"secretName": given.secret, "mountPath": given.path} for given in config.secret_files
        ],
    }
    if nodes:
        said["nodeSelector"] = {"labels": dict(label.split("=", 1) for label in nodes)}
    return {key: value for key, value in said.items() if value}
