"""The versions of each model that are here, as the manager loads them and as requests borrow them."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from serving.errors import FAILED_PRECONDITION, INVALID_ARGUMENT, NOT_FOUND, UNAVAILABLE, ServingError
from serving.loaded_model import LoadedModel
from serving.model_configs import ModelConfig
from serving.version_state import AVAILABLE, LOADING, UNLOADING, Version


@dataclass
class Model:
    """A model, its versions by number and its labels."""

    config: ModelConfig
    versions: dict[int, Version] = field(default_factory=dict)
    labels: dict[str, int] = field(default_factory=dict)
    wanted: list[int] | None = None  # as last read from the disk

    def available(self) -> dict[int, Version]:
        """Returns the versions that serve, by number."""
        return {number: version for number, version in self.versions.items() if version.state == AVAILABLE}


class ServedVersions:
    """Lends versions to requests and tells how they fare.

    Args:
        configs: the models, none of whose versions is loaded yet.
        on_drained: called when the last request of a version that is to be unloaded has ended; it may not block.

    Attributes:
        changed: guards the models; notified of every change.
        is_started: set once all models have been tried to load.
    """

    def __init__(self, configs: Sequence[ModelConfig], on_drained: Callable[[], None]) -> None:
        self.models = {config.name: Model(config) for config in configs}
        self.changed = threading.Condition()
        self.is_started = threading.Event()
        self._on_drained = on_drained

    @contextmanager
    def lease(self, name: str, number: int | None = None) -> Iterator[tuple[LoadedModel, int]]:
        """Lends a version, the highest unless one is asked for; it isn't unloaded meanwhile.

        Raises:
            ServingError: NOT_FOUND, or UNAVAILABLE while the model is loading.
        """
        version = self._borrow(name, number)
        try:
            assert version.model is not None
            yield version.model, version.number
        finally:
            with self.changed:
                version.in_flight -= 1
                if version.in_flight == 0:
                    self.changed.notify_all()
                    if version.state == UNLOADING:
                        self._on_drained()

    def _borrow(self, name: str, number: int | None) -> Version:
        with self.changed:
            model = self.models.get(name)
            if model is not None:
                available = model.available()
                version = available.get(max(available, default=0) if number is None else number)
                if version is not None:
                    version.in_flight += 1
                    return version
                loading = [v.number for v in model.versions.values() if v.state == LOADING]
                started = self.is_started.is_set()
                if (number in loading) if number is not None else (loading or not started):
                    raise ServingError(UNAVAILABLE, f"Model {name} is loading")
        request = f"Latest({name})" if number is None else f"Specific({name}, {number})"
        raise ServingError(NOT_FOUND, f"Servable not found for request: {request}")

    def knows(self, name: str) -> bool:
        """Says whether a model of this name is or was served."""
        return name in self.models

    def labelled(self, name: str, label: str) -> int:
        """Returns the version that a label of a model stands for.

        Raises:
            ServingError: the model has no such label, in TF Serving's words.
        """
        model = self.models.get(name)
        if model is None or label not in model.labels:
            raise ServingError(INVALID_ARGUMENT, f"Unrecognized servable version label: {label}")
        return model.labels[label]

    def statuses(self, name: str, number: int | None = None) -> list[Version]:
        """Lists the versions of a model that are or were here, highest first, or the one asked for.

        Raises:
            ServingError: NOT_FOUND.
        """
        with self.changed:
            versions = dict(self.models[name].versions) if name in self.models else {}
        if number is not None:
            if number not in versions:
                raise ServingError(NOT_FOUND, f"Could not find version {number} of model {name}")
            return [versions[number]]
        if not versions:
            raise ServingError(NOT_FOUND, f"Could not find any versions of model {name}")
        return [versions[key] for key in sorted(versions, reverse=True)]

    def available(self) -> dict[str, int]:
        """Returns the highest version that serves, by model."""
        with self.changed:
            available = {name: model.available() for name, model in self.models.items()}
            return {name: max(versions) for name, versions in available.items() if versions}

    def set_labels(self, configs: Sequence[ModelConfig], allow_unavailable: bool) -> None:
        """Sets the labels of models; all stay as they were if one can't be set.

        Args:
            configs: of the models, with their labels.
            allow_unavailable: whether a new label may be of a version that doesn't serve yet.

        Raises:
            ServingError: FAILED_PRECONDITION, a label of a version that doesn't serve.
        """
        with self.changed:
            for config in configs:
                model = self.models[config.name]
                for label, number in config.labels:
                    unused = allow_unavailable and model.labels.get(label, number) == number
                    if not unused and number not in model.available():
                        raise ServingError(
                            FAILED_PRECONDITION,
                            f"Request to assign label to version {number} of model {config.name}, "
                            "which is not currently available for inference",
                        )
            for config in configs:
                self.models[config.name].labels = dict(config.labels)

    def drain(self, seconds: float) -> None:
        """Waits for requests under way, but no longer than `seconds`."""
        with self.changed:
            versions = [version for model in self.models.values() for version in model.versions.values()]
            self.changed.wait_for(lambda: not any(version.in_flight for version in versions), seconds)
