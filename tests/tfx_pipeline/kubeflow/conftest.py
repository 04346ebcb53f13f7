"""The pipeline, compiled once: as TFX leaves it, and amended."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tfx_pipeline.config.tree import Config, load_config
from tfx_pipeline.kubeflow.compile.compiling import amend_compiled, compile_with_tfx
from tfx_pipeline.kubeflow.spec import load_documents

SETTINGS = [
    "kubeflow.image=registry.example/upnext:1",
    "kubeflow.root=gs://bucket/artifacts",
    "kubeflow.resources.memory_limit=8",
    "kubeflow.trainers.accelerator=nvidia.com/gpu",
    "kubeflow.trainers.nodes=[pool=gpu]",
    "kubeflow.stages=[{stage: RankerTrainer, memory_request: 24, retries: 1}, {stage: Bless, cpu_limit: 0.5}]",
    "kubeflow.secret_variables=[{secret: alerts, key: url, variable: ALERTS_URL}]",
    "kubeflow.secret_files=[{secret: account, path: /mnt/account}]",
    "kubeflow.webhook_variable=ALERTS_URL",
    "beam.workers=2",
]


@pytest.fixture(scope="session")
def config() -> Config:
    return load_config(None, SETTINGS)


@pytest.fixture(scope="session")
def from_tfx(config: Config) -> Callable[[], dict[str, Any]]:
    """Gives a copy of what TFX's compiler leaves."""
    compiled = compile_with_tfx(config)
    return lambda: copy.deepcopy(compiled)


@pytest.fixture(scope="session")
def text(from_tfx: Callable[[], dict[str, Any]], config: Config) -> str:
    return amend_compiled(from_tfx(), config)


@pytest.fixture(scope="session")
def read(text: str) -> list[dict[str, Any]]:
    return list(load_documents(text))


@pytest.fixture
def documents(read: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The specification and the platform document, to read or to break."""
    return copy.deepcopy(read)


@pytest.fixture
def spec(documents: list[dict[str, Any]]) -> dict[str, Any]:
    return documents[0]


@pytest.fixture
def platform(documents: list[dict[str, Any]]) -> dict[str, Any]:
    return documents[1]


@pytest.fixture
def stages(spec: dict[str, Any]) -> dict[str, Any]:
    """The tasks inside the exit handler's graph."""
    return spec["components"]["tfx-dag"]["dag"]["tasks"]


@pytest.fixture
def containers(spec: dict[str, Any]) -> dict[str, Any]:
    """The containers by stage."""
    executors = spec["deploymentSpec"]["executors"]
    return {label.removesuffix("_executor"): executor["container"] for label, executor in executors.items()}
