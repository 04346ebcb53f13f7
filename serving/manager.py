"""Keeps the wanted versions of each model loaded: a new one is whole before it serves, an old one drains."""

import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from serving import metrics
from serving.errors import UNAVAILABLE, ServerError, ServingError, first_line
from serving.loaded_model import LoadedModel
from serving.model_configs import ModelConfig
from serving.served_versions import Model, ServedVersions
from serving.storage import fetched, stamp_of, version_place
from serving.version_state import AVAILABLE, END, UNLOADING, Version

RELOAD_SECONDS = 60.0  # how long a new config waits for its models
NICENESS = 5  # of loading beside requests; a thread of 10 or more waits for a core with Python's lock in hand


@dataclass(frozen=True)
class Policy:
    """How the manager looks for versions and tries again, by TF Serving's flags.

    `poll_seconds` 0 looks once. A broken version is tried again `retries` times, `retry_seconds` apart, and
    whenever its files have changed and then stayed the same for one look.
    """

    poll_seconds: float = 1.0
    retries: int = 5
    retry_seconds: float = 60.0
    labels_of_unavailable: bool = False
    config_poll_seconds: float = 0.0


class ModelManager:
    """Loads, swaps and unloads versions in a thread of its own, which survives whatever happens: it looks again.

    Args:
        configs: the models to serve.
        load: makes a model from a version's folder, warmed up; any exception means that it is broken.
        report: takes one line for each change; it may not raise.
        stopping: set when the process should end.
        policy: how often to look, and how often to try again.
        reread: reads the configs anew, where the policy says that they are polled.

    Attributes:
        served: the versions, for requests to borrow.
    """

    def __init__(
        self,
        configs: Sequence[ModelConfig],
        load: Callable[[Path], LoadedModel],
        report: Callable[[str], None],
        stopping: threading.Event,
        policy: Policy = Policy(),
        reread: Callable[[], Sequence[ModelConfig]] | None = None,
    ) -> None:
        self._load, self._report, self._stopping = load, report, stopping
        self._policy, self._reread = policy, reread
        self._configs = self._read = list(configs)
        self._wake = threading.Event()
        self.served = ServedVersions(configs, on_drained=self._wake.set)
        self._last_error = ""
        self._thread = threading.Thread(target=self._watch, name="versions", daemon=True)

    def start(self) -> None:
        """Starts loading; requests are answered UNAVAILABLE until their model is there."""
        self._thread.start()

    def wait_until_loaded(self) -> None:
        """Waits for the first look at all models, or for the signal to stop.

        Raises:
            ServerError: a model of which no version can be served, or a label of a version that isn't.
        """
        while not self.served.is_started.wait(0.1):
            if self._stopping.is_set():
                return
        for name, model in self.served.models.items():
            if not model.available() and not self._stopping.is_set():
                raise ServerError(f"Model {name}: no version can be loaded{_first_error(model)}")
        if not self._stopping.is_set():
            try:
                self._set_labels()
            except ServingError as error:
                raise ServerError(error.message) from None

    def is_watching(self) -> bool:
        """Says whether new versions would be loaded."""
        return self._thread.is_alive()

    def reload(self, configs: Sequence[ModelConfig]) -> None:
        """Serves other models from now on, or the same by other policies and labels.

        A model that is no longer listed is unloaded once its requests have ended.

        Raises:
            ServingError: a model that can't be served, or a label of a version that isn't. All others are.
        """
        with self.served.changed:
            self._apply(configs)
        self._wake.set()
        with self.served.changed:
            self.served.changed.wait_for(lambda: all(map(self._is_settled, configs)), RELOAD_SECONDS)
            missing = [config.name for config in configs if not self.served.models[config.name].available()]
        if missing:
            names = ", ".join(missing)
            raise ServingError(UNAVAILABLE, f"{len(missing)} model(s) did not become available: {{{names}}}")
        self._set_labels()

    def _apply(self, configs: Sequence[ModelConfig]) -> None:
        self._configs = list(configs)
        for config in configs:
            model = self.served.models.setdefault(config.name, Model(config))
            model.config, model.wanted = config, None

    def _set_labels(self) -> None:
        self.served.set_labels(self._configs, self._policy.labels_of_unavailable)

    def _is_settled(self, config: ModelConfig) -> bool:
        model = self.served.models[config.name]
        if model.wanted is None:
            return False
        tried = [model.versions.get(number) for number in model.wanted]
        # one that ends, or has ended without an error, is yet to be loaded anew
        return all(version and (version.state == AVAILABLE or version.error) for version in tried)

    def _watch(self) -> None:
        """Looks again and again; nothing that goes wrong in a look ends the thread."""
        next_look = next_reread = 0.0
        while not self._stopping.is_set():
            now = time.monotonic()
            poll, config_poll = self._policy.poll_seconds, self._policy.config_poll_seconds
            if self._reread is not None and config_poll > 0 and now >= next_reread:
                next_reread = now + config_poll
                self._guard("model_config_file", self._reread_configs)
            due = now >= next_look
            if due:
                next_look = now + poll if poll > 0 else float("inf")
            self._guard("models", partial(self._look, due))
            self._guard("unused versions", self._remove_unlisted)
            if not self.served.is_started.is_set():
                self._guard("priority", lower_priority)
                self.served.is_started.set()
            with self.served.changed:
                self.served.changed.notify_all()
            self._wake.wait(min(filter(None, (poll, config_poll, 1.0))))
            self._wake.clear()

    def _look(self, due: bool) -> None:
        """Refreshes all models: side by side at the start, one after another beside requests."""
        steps = [
            partial(self._guard, f"model {config.name}", partial(self._refresh, config, due))
            for config in self._configs
        ]
        if self.served.is_started.is_set() or len(steps) < 2:
            for step in steps:
                step()
            return
        with ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="load") as pool:
            for future in [pool.submit(step) for step in steps]:
                future.result()

    def _guard(self, what: str, step: Callable[[], None]) -> None:
        """Takes a step of a look; a failure is reported once, not at every look."""
        try:
            step()
        except Exception as error:  # the folder is being moved or can't be read: what serves stays
            line = f"{what}: {first_line(error)}"
            metrics.FAILURES.add("versions", type(error).__name__)
            if line != self._last_error:
                self._last_error = line
                self._report(line)

    def _reread_configs(self) -> None:
        assert self._reread is not None
        configs = list(self._reread())
        if configs == self._read:  # a reload by request holds until the file says something new
            return
        self._read = configs
        with self.served.changed:
            self._apply(configs)
        for config in configs:
            self._refresh(config, due=True)
        self._set_labels()

    def _refresh(self, config: ModelConfig, due: bool) -> None:
        """Loads what is wanted and not here, then unloads what is here and not wanted."""
        model = self.served.models[config.name]
        if due or model.wanted is None:
            wanted = config.wanted()
            with self.served.changed:
                model.wanted = wanted
        wanted = model.wanted or []
        for number in reversed(wanted):
            if not self._stopping.is_set():
                self._try_load(model, number)
        if not model.available():
            self._fall_back(model)
        serving = set(model.available())
        if serving & set(wanted):
            self._unload(model, serving - set(wanted))
        self._unload(model, set())

    def _fall_back(self, model: Model) -> None:
        """At a start with a broken newest version: the newest that can be loaded serves."""
        for number in reversed(model.config.everything()):
            if self._stopping.is_set() or self._try_load(model, number):
                return

    def _remove_unlisted(self) -> None:
        listed = {config.name for config in self._configs}
        for name, model in list(self.served.models.items()):
            if name not in listed:
                model.labels = {}
                self._unload(model, set(model.available()))

    def _try_load(self, model: Model, number: int) -> bool:
        """Loads a version, unless it is here or broken and not due; returns whether it serves."""
        name = model.config.name
        earlier = model.versions.get(number)
        if earlier and (earlier.state in (AVAILABLE, UNLOADING)):
            return earlier.state == AVAILABLE
        place = version_place(model.config.base_path, number)
        stamp = stamp_of(place)
        version = Version(number, failed_stamp=stamp, seen_stamp=stamp)
        if earlier and earlier.error:
            changed = stamp != earlier.failed_stamp
            still = stamp == earlier.seen_stamp
            earlier.seen_stamp = stamp
            if not (changed and still) and time.monotonic() < earlier.next_try:
                return False
            version.tries = 1 if changed else earlier.tries + 1
        with self.served.changed:
            model.versions[number] = version
        try:
            with metrics.LOAD_LATENCY.measure(str(place)), fetched(place) as path:
                loaded = self._load(path)
        except Exception as error:  # whatever is wrong with a version, the others go on serving
            text = first_line(error)
            metrics.LOADS.add(str(place), "fail")
            if version.tries <= self._policy.retries:
                version.next_try = time.monotonic() + max(self._policy.retry_seconds, 0.0)
            with self.served.changed:
                version.error, version.state = text, END
            if not earlier or earlier.error != text:
                self._report(f"model {name}: version {number} is broken and not served: {text}")
            return False
        metrics.LOADS.add(str(place), "success")
        with self.served.changed:
            version.model, version.state = loaded, AVAILABLE
        if self.served.is_started.is_set():
            self._report(f"model {name}: version {number} serves")
        return True

    def _unload(self, model: Model, numbers: set[int]) -> None:
        """Takes versions out of service, and frees those whose last request has ended."""
        with self.served.changed:
            for number in numbers:
                model.versions[number].state = UNLOADING
            drained = [v for v in model.versions.values() if v.state == UNLOADING and not v.in_flight]
        for version in sorted(drained, key=lambda version: version.number):
            loaded, version.model = version.model, None
            try:
                if loaded is not None:
                    loaded.close()
            finally:
                with self.served.changed:
                    version.state = END
            self._report(f"model {model.config.name}: version {version.number} ended")


def lower_priority() -> None:
    """Lets requests go before this thread's loading and warming up, where the system knows threads' priorities."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


def _first_error(model: Model) -> str:
    numbers = sorted(model.versions, reverse=True)
    return f"; version {numbers[0]}: {model.versions[numbers[0]].error}" if numbers else ""
