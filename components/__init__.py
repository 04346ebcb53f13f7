"""TFX components of our own, one folder or file each, and the listening log's contract.

`components.LogSummary` and the other artifact types can be named from here: on Kubeflow an artifact's type
travels as its name, which has room for one dot, and is imported by it.
"""

import importlib

import models  # noqa: F401  selects Keras 2 before TensorFlow is imported


def __getattr__(name: str) -> object:
    """Imports an artifact type when it is asked for; TFX takes long to import."""
    if name[:1].isupper():
        artifacts = importlib.import_module("components.common.artifacts")
        if hasattr(artifacts, name):
            return getattr(artifacts, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
