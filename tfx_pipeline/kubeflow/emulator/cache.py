"""Which task has been done before: Kubeflow's cache, in a folder."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

from listening_log.storage import atomic
from tfx_pipeline.kubeflow.emulator.inputs import TaskData
from tfx_pipeline.kubeflow.spec import Spec


def cache_key(component: Spec, container: Spec, inputs: TaskData) -> str:
    """Digests what Kubeflow does: container, parameters, the names of the inputs, the kinds of outputs."""
    content = {
        "container": {key: container.get(key) for key in ("image", "command", "args")},
        "parameters": inputs.parameters,
        "artifacts": {key: artifact["name"] for key, artifact in inputs.artifacts.items()},
        "outputs": component.get("outputDefinitions", {}),
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def find_cached(folder: Path, key: str) -> TaskData | None:
    """Finds a task's outputs; None if it was never done, or its outputs have gone."""
    try:
        outputs = TaskData(**json.loads((folder / f"{key}.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return outputs if all(Path(artifact["uri"]).exists() for artifact in outputs.artifacts.values()) else None


def remember(folder: Path, key: str, outputs: TaskData) -> None:
    """Notes a task's outputs."""
    folder.mkdir(parents=True, exist_ok=True)
    atomic.write_text(folder / f"{key}.json", json.dumps(asdict(outputs)))
