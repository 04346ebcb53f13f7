"""Keeps the wanted versions of each model loaded: a new one is whole before it serves, an old one drains."""

import gc
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from serving.errors import NOT_FOUND, UNAVAILABLE, ServerError, ServingError, first_line
from serving.loaded_model import LoadedModel
from serving.model_configs import ModelConfig
from serving.versions import version_path

# States of tensorflow_serving/apis/get_model_status.proto.
LOADING, AVAILABLE, UNLOADING, END = "LOADING", "AVAILABLE", "UNLOADING", "END"
DRAIN_SECONDS = 60.0  # how long an old version waits for its requests; they keep it in memory anyway


@dataclass
class Version:
    """One version of a model and how it fares."""

    number: int
    state: str = LOADING
    error: str = ""
    model: LoadedModel | None = None
    in_flight: int = 0
    stamp: tuple[int, ...] = ()  # what its folder looked like when it failed


class ModelManager:
    """Loads, swaps and unloads versions in a thread of its own, and lends them to requests.

    Args:
        configs: the models to serve.
        load: makes a model from a version's folder, warmed up; any exception means that it is broken.
        poll_seconds: between two looks for new versions.
        report: takes one line for each change.
        stopping: set when the process should end.
    """

    def __init__(
        self,
        configs: Sequence[ModelConfig],
        load: Callable[[Path], LoadedModel],
        poll_seconds: float,
        report: Callable[[str], None],
        stopping: threading.Event,
    ) -> None:
        self._configs, self._load, self._report = list(configs), load, report
        self._poll_seconds = poll_seconds
        self._models: dict[str, dict[int, Version]] = {config.name: {} for config in configs}
        self._changed = threading.Condition()
        self._stopping = stopping
        self._first_pass = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="versions", daemon=True)

    def start(self) -> None:
        """Starts loading; requests are answered UNAVAILABLE until their model is there."""
        self._thread.start()

    def wait_until_loaded(self) -> None:
        """Waits for the first look at all models, or for the signal to stop.

        Raises:
            ServerError: a model of which no version can be served.
        """
        while not self._first_pass.wait(0.1):
            if self._stopping.is_set():
                return
        for name, versions in self._models.items():
            if not _available(versions) and not self._stopping.is_set():
                raise ServerError(f"Model {name}: no version can be loaded{_first_error(versions)}")

    def drain(self, seconds: float) -> None:
        """Waits for requests under way, but no longer than `seconds`."""
        with self._changed:
            all_versions = [version for versions in self._models.values() for version in versions.values()]
            self._changed.wait_for(lambda: not any(version.in_flight for version in all_versions), seconds)

    @contextmanager
    def lease(self, name: str, number: int | None = None) -> Iterator[tuple[LoadedModel, int]]:
        """Lends a version, the highest unless one is asked for; it isn't unloaded meanwhile.

        Raises:
            ServingError: NOT_FOUND, or UNAVAILABLE while the model's first version is loading.
        """
        version = self._borrow(name, number)
        try:
            assert version.model is not None
            yield version.model, version.number
        finally:
            with self._changed:
                version.in_flight -= 1
                self._changed.notify_all()

    def _borrow(self, name: str, number: int | None) -> Version:
        with self._changed:
            versions = self._models.get(name, {})
            available = _available(versions)
            version = available.get(max(available, default=0) if number is None else number)
            if version is not None:
                version.in_flight += 1
                return version
            loading = name in self._models and not self._first_pass.is_set()
            if loading and (number is None or number in versions):
                raise ServingError(UNAVAILABLE, f"Model {name} is loading")
        request = f"Latest({name})" if number is None else f"Specific({name}, {number})"
        raise ServingError(NOT_FOUND, f"Servable not found for request: {request}")

    def statuses(self, name: str, number: int | None = None) -> list[Version]:
        """Lists the versions of a model that are or were here, highest first, or the one asked for.

        Raises:
            ServingError: NOT_FOUND.
        """
        with self._changed:
            versions = dict(self._models.get(name, {}))
        if number is not None:
            if number not in versions:
                raise ServingError(NOT_FOUND, f"Could not find version {number} of model {name}")
            return [versions[number]]
        if not versions:
            raise ServingError(NOT_FOUND, f"Could not find any versions of model {name}")
        return [versions[key] for key in sorted(versions, reverse=True)]

    def available(self) -> dict[str, int]:
        """Returns the highest version that serves, by model."""
        with self._changed:
            available = {name: _available(versions) for name, versions in self._models.items()}
            return {name: max(versions) for name, versions in available.items() if versions}

    def _watch(self) -> None:
        while not self._stopping.is_set():
            for config in self._configs:
                try:
                    self._refresh(config)
                except OSError as error:  # the folder is being moved or can't be read: what serves stays
                    self._report(f"model {config.name}: {error}")
            self._first_pass.set()
            self._stopping.wait(self._poll_seconds)

    def _refresh(self, config: ModelConfig) -> None:
        """Loads what is wanted and not here, then unloads what is here and not wanted."""
        versions = self._models[config.name]
        wanted = config.wanted()
        for number in reversed(wanted):
            if not self._stopping.is_set():
                self._try_load(config, number)
        if not _available(versions):
            self._fall_back(config)
        serving = set(_available(versions))
        if serving & set(wanted):
            for number in sorted(serving - set(wanted)):
                self._unload(config, versions[number])

    def _fall_back(self, config: ModelConfig) -> None:
        """At a start with a broken newest version: the newest that can be loaded serves."""
        for number in reversed(config.everything()):
            if self._stopping.is_set() or self._try_load(config, number):
                return

    def _try_load(self, config: ModelConfig, number: int) -> bool:
        """Loads a version, unless it is here or failed and is the same still; returns whether it serves."""
        versions = self._models[config.name]
        path = version_path(config.base_path, number)
        earlier = versions.get(number)
        if earlier and (earlier.state == AVAILABLE or (earlier.error and earlier.stamp == _stamp(path))):
            return earlier.state == AVAILABLE
        version = Version(number, stamp=_stamp(path))
        with self._changed:
            versions[number] = version
        try:
            model = self._load(path)
        except Exception as error:  # whatever is wrong with a version, the others go on serving
            version.error = first_line(error)
            version.state = END
            self._report(f"model {config.name}: version {number} is broken and not served: {version.error}")
            return False
        with self._changed:
            version.model, version.state = model, AVAILABLE
        if self._first_pass.is_set():
            self._report(f"model {config.name}: version {number} serves")
        return True

    def _unload(self, config: ModelConfig, version: Version) -> None:
        with self._changed:
            version.state = UNLOADING
            self._changed.wait_for(lambda: version.in_flight == 0, DRAIN_SECONDS)
            version.model, version.state = None, END
        gc.collect()  # a loaded model refers to itself
        self._report(f"model {config.name}: version {version.number} ended")


def _available(versions: dict[int, Version]) -> dict[int, Version]:
    return {number: version for number, version in versions.items() if version.state == AVAILABLE}


def _first_error(versions: dict[int, Version]) -> str:
    numbers = sorted(versions, reverse=True)
    return f"; version {numbers[0]}: {versions[numbers[0]].error}" if numbers else ""


def _stamp(path: Path) -> tuple[int, ...]:
    """Returns numbers that change when a version's files are replaced."""
    try:
        files = [path, path / "saved_model.pb"]
        return tuple(value for f in files if f.exists() for value in (f.stat().st_mtime_ns, f.stat().st_size))
    except OSError:
        return ()
