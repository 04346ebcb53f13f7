"""`PushedModels`: the folder that model servers read, and the one owner of how it is laid out.

    <folder>/<build>/models.config               the models of the build, as a server wants them listed
    <folder>/<build>/<model>/<version>/          a SavedModel and its `assets.extra` (`model_folder`)
    <folder>/<build>/<model>/.staging-<version>  a model on its way in or out, which servers ignore

All six models of a push have one version number. Each is copied to a hidden folder beside its place, is written
through to the disk and then renamed, `upnext` last: whoever finds a version of `upnext` finds the other two. A
push that ends before its time leaves hidden folders or versions that not all six have; `sweep` clears them away,
and the next push takes a higher number.
"""

import contextlib
import logging
import re
import shutil
import time
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Final

from components.pushed.model_folder import ModelFolder, Origin
from listening_log.errors import UserError
from listening_log.storage import atomic
from models import names
from serving.model_configs import config_text
from serving.versions import is_version, version_path, versions

CONFIG_FILE: Final = "models.config"
PLACES: Final = tuple((build, model) for model in names.MODELS for build in names.BUILDS)
"""Build and model, in the order in which they appear."""

_STAGING: Final = ".staging-"
_LOG = logging.getLogger("upnext")


class PushedModels:
    """The models that were pushed to a folder.

    Args:
        folder: on a mounted file system; made by the first push.

    Raises:
        UserError: the folder is on no mounted file system.
    """

    def __init__(self, folder: str | Path) -> None:
        _require_mounted(folder)
        self.folder = Path(folder)

    def base_path(self, build: str, model: str) -> Path:
        """The folder of a model's versions."""
        return self.folder / build / model

    def config_path(self, build: str) -> Path:
        """The file that lists a build's models for a server."""
        return self.folder / build / CONFIG_FILE

    def model(self, build: str, model: str, version: int) -> ModelFolder:
        """The folder of a model of a version that is there."""
        return ModelFolder(version_path(self.base_path(build, model), version))

    def versions(self) -> list[int]:
        """The versions that all builds of all models have, oldest first."""
        return sorted(set.intersection(*(set(versions(self.base_path(*place))) for place in PLACES)))

    def newest(self) -> int:
        """The newest version that all builds of all models have, 0 for none."""
        return max(self.versions(), default=0)

    def served(self, build: str, model: str) -> ModelFolder:
        """What a server would serve of a model: its highest version.

        Raises:
            UserError: there is none.
        """
        numbers = versions(self.base_path(build, model))
        if not numbers:
            home = self.folder.parent
            raise UserError(f"{home} holds no pushed model `{model}`: run `upnext run --home {home}` first")
        return self.model(build, model, numbers[-1])

    def origin(self, version: int) -> Origin:
        """Where a version came from; a run's own push is its own origin.

        Raises:
            UserError: the record can't be read.
        """
        origin = self.model(names.SCANN, names.UPNEXT, version).origin()
        return origin or Origin(models_of=version, instead_of=version)

    def last_span(self, version: int) -> int:
        """The newest span that a version has learnt from."""
        return self.model(names.STOCK, names.UPNEXT, version).last_span()

    def in_production(self, before_span: int | None = None) -> int:
        """The newest whole version, 0 for none; given a span, the newest whose log ended before it.

        A version that has learnt from the newest span can't be measured on it fairly, nor can a run start from
        it and still give the same result when it is repeated. Of one that was pushed again the first version
        counts while it is there: nothing new was learnt, so what was made of it need not be made again.
        """
        if before_span is not None and before_span <= 1:  # no log ends before the first one
            return 0
        numbers = self.versions()
        earlier = (v for v in reversed(numbers) if before_span is None or self.last_span(v) < before_span)
        version = next(earlier, 0)
        first = self.origin(version).models_of if version else 0
        return first if first in numbers else version

    def write_config(self, build: str) -> Path:
        """Writes a build's `models.config`, unless it is right already; the folder may have moved.

        Raises:
            OSError: it can't be written.
        """
        path = self.config_path(build)
        bases = {model: self.base_path(build, model).resolve() for model in names.MODELS}
        text = config_text(bases)  # TF Serving wants absolute paths
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            atomic.write_text(path, text)
        return path

    def push(
        self,
        models_dir: str | Path,
        keep: int,
        now: float | None = None,
        protected: Collection[int] = (),
    ) -> int:
        """Publishes `models_dir/<build>/<model>/`.

        Args:
            models_dir: folder of the composed models.
            keep: how many of the newest versions stay.
            now: unix time that the version is taken from (for tests).
            protected: versions that stay, however old they are.

        Returns:
            The version: the time in seconds, or one more than the highest number there.

        Raises:
            UserError: `models_dir` is on no mounted file system, a model is missing, or the disk is full.
                Nothing is left of a push that fails.
        """
        _require_mounted(models_dir)
        sources = {(build, model): ModelFolder(Path(models_dir) / build / model) for build, model in PLACES}
        return self._publish(sources, keep, now, None, protected)

    def push_again(self, version: int, keep: int, now: float | None = None) -> int:
        """Publishes the models of an earlier version under a new number; the earlier version stays.

        Args:
            version: the earlier one.
            keep: as in `push`.
            now: as in `push`.

        Returns:
            The new version.

        Raises:
            UserError: as `push`.
        """
        origin = Origin(
            models_of=self.origin(version).models_of, instead_of=self.origin(self.newest()).instead_of
        )
        sources = {place: self.model(*place, version) for place in PLACES}
        return self._publish(sources, keep, now, origin, {version})

    def sweep(self) -> None:
        """Removes what a push that was killed has left: hidden folders, and versions that not all six have.

        Nobody else may push meanwhile.
        """
        for build in names.BUILDS:
            for path in self.folder.glob(f"{build}/.{CONFIG_FILE}.*"):
                path.unlink(missing_ok=True)
        for place in PLACES:
            for path in self.base_path(*place).glob(f"{_STAGING}*"):
                shutil.rmtree(path)
        self._remove_all_but(self.versions())

    def _publish(
        self,
        sources: Mapping[tuple[str, str], ModelFolder],
        keep: int,
        now: float | None,
        origin: Origin | None,
        protected: Collection[int],
    ) -> int:
        target = self.folder.resolve()
        for source in sources.values():
            if not source.is_saved_model:
                raise UserError(f"nothing to push: {source.path} holds no SavedModel")
        try:
            self.sweep()
            numbers = (int(path.name) for place in PLACES for path in self._version_folders(*place))
            version = max([int(time.time() if now is None else now), *(number + 1 for number in numbers)])
            staged = [_stage(sources[place], target.joinpath(*place), version, origin) for place in PLACES]
            for build in names.BUILDS:  # names no version: it may be there before the first one
                self.write_config(build)
            for path in staged:
                path.rename(path.with_name(str(version)))
                atomic.sync(path.parent)
        except OSError as error:
            with contextlib.suppress(OSError):
                self.sweep()
            raise UserError(f"cannot push to {target}: {_reason(error)}") from error
        try:
            self._prune(max(keep, 1), protected)
        except (OSError, UserError):  # what was pushed is served; what is old goes another time
            _LOG.warning("old versions under %s could not be removed", target, exc_info=True)
        return version

    def _prune(self, keep: int, protected: Collection[int]) -> None:
        """Removes what is older than the newest `keep` models; those that were pushed again count once."""
        newest_of: dict[int, int] = {}
        for version in reversed(self.versions()):
            if len(newest_of) < keep:
                newest_of.setdefault(self.origin(version).models_of, version)
        self._remove_all_but({*newest_of.values(), *protected})

    def _remove_all_but(self, kept: Collection[int]) -> None:
        """Removes the other versions. `upnext` goes first: whoever finds a version of it finds the other two."""
        for place in reversed(PLACES):
            for path in self._version_folders(*place):
                if int(path.name) not in kept:
                    hidden = path.with_name(f"{_STAGING}old-{path.name}")
                    path.rename(hidden)
                    shutil.rmtree(hidden)

    def _version_folders(self, build: str, model: str) -> Iterable[Path]:
        """The versions of a model, whole or not."""
        return [path for path in self.base_path(build, model).glob("*") if is_version(path.name)]


def _require_mounted(folder: str | Path) -> None:
    if "://" in str(folder):
        raise UserError(
            f"cannot keep pushed models in {folder}: a mounted folder is needed, renames must be atomic"
        )


def _stage(source: ModelFolder, base_path: Path, version: int, origin: Origin | None) -> Path:
    staged = base_path / f"{_STAGING}{version}"
    base_path.mkdir(parents=True, exist_ok=True)
    shutil.copytree(source.path, staged)
    if origin:
        ModelFolder(staged).write_origin(origin)
    atomic.sync_tree(staged)
    for parent in (base_path, *base_path.parents[:3]):  # their names, where the first push made them
        atomic.sync(parent)
    return staged


def _reason(error: OSError) -> str:
    """What went wrong, in a few words. `shutil` collects errors as (source, target, text), a file each."""
    if isinstance(error, shutil.Error) and error.args and error.args[0]:
        return re.sub(r"^\[Errno \d+\] ([^:]*).*", r"\1", str(error.args[0][0][-1]))
    return error.strerror or str(error)
