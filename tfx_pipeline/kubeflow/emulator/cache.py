"""Which task has been done before: Kubeflow's cache, in a folder."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

from tfx_pipeline.kubeflow.emulator.inputs import Given, Outputs
from tfx_pipeline.kubeflow.spec import Spec


def cache_key(component: Spec, container: Spec, inputs: Given) -> str:
    """What Kubeflow's cache key has: container, parameters, the names of the inputs, the kinds of outputs."""
    content = {
        "container": {key: container.get(key) for key in ("image", "command", "args")},
        "parameters": inputs.parameters,
        "artifacts": {key: artifact["name"] for key, artifact in inputs.artifacts.items()},
        "outputs": component.get("outputDefinitions", {}),
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def cached(folder: Path, key: str) -> Outputs | None:
    """What the task made before; None if it was never done, or what it made has gone."""
    try:
        outputs = Outputs(**json.loads((folder / f"{key}.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    there = all(Path(artifact["uri"]).exists() for artifact in outputs.artifacts.values())
    return outputs if there else None


def remember(folder: Path, key: str, outputs: Outputs) -> None:
    """Notes what a task made."""
    folder.mkdir(parents=True, exist_ok=True)
    staged = folder / f".{key}.json"
    staged.write_text(json.dumps(asdict(outputs)), encoding="utf-8")
    staged.replace(folder / f"{key}.json")
