"""Does the steps of a Dockerfile in folders, without a container engine: FROM, ARG, ENV, COPY, RUN, USER …

Each stage is an overlay over a clean root, and each RUN is a shell in a chroot, in the mount namespace of the
caller. Only what our Dockerfile uses is understood; anything else is an error, never skipped.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Final

from dockerfile_parse import DockerfileParser

PASSED: Final = ("http_proxy", "https_proxy", "no_proxy", "PIP_CERT", "PIP_DEFAULT_TIMEOUT", "SSL_CERT_FILE")
"""What the steps take from the caller's environment, as engines pass proxies and certificates."""
BOUND: Final = ("/etc/resolv.conf", "/etc/hosts", "/etc/ssl/certs", "/etc/apt/apt.conf.d")
"""What the steps see of this machine's configuration while they run; it does not end up in the image."""
PATH: Final = "/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin"


@dataclass
class Stage:
    """What a stage has come to: its root, and what a container of it would start with."""

    name: str
    root: Path
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": PATH})
    arguments: dict[str, str] = field(default_factory=dict)
    folder: str = "/"
    user: str = "0:0"
    command: list[str] = field(default_factory=list)

    def inside(self, path: str) -> Path:
        """A path of the stage's, as this machine sees it."""
        return self.root / os.path.normpath(os.path.join(self.folder, path)).lstrip("/")


def instructions(dockerfile: Path) -> list[tuple[str, str]]:
    """The instructions of a Dockerfile with their values, continued lines joined, comments left out."""
    with dockerfile.open("rb") as file:
        steps = DockerfileParser(fileobj=file, env_replace=False).structure
    return [(step["instruction"], step["value"]) for step in steps if step["instruction"] != "COMMENT"]


def copied(path: str, patterns: list[str]) -> bool:
    """Whether a path of the context is there for COPY, by the lines of .dockerignore: the last match wins."""
    kept = True
    for pattern in patterns:
        if _matches(path, pattern.lstrip("!")):
            kept = pattern.startswith("!")
    return kept


def _matches(path: str, pattern: str) -> bool:
    """Whether a pattern names the path or a folder above it: `*` stays within a name, `**/` is any folders."""
    parts = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    regex = "".join(parts.get(part, re.escape(part)) for part in re.split(r"(\*\*/|\*\*|\*|\?)", pattern))
    return re.fullmatch(f"{regex}(?:/.*)?", path) is not None


class Build:
    """The stages of a Dockerfile, done one after the other under `work`."""

    def __init__(
        self, dockerfile: Path, base: Path, work: Path, say: Callable[[str], None], *, again: bool = False
    ) -> None:
        """Prepares the build.

        Args:
            dockerfile: its folder is the context, with a `.dockerignore` in it.
            base: the root that stands for every image named by FROM.
            work: an empty folder for the stages; `base` and it on one file system that takes overlays.
            say: is told each step before it is done.
            again: `work` holds what a build has left: nothing is run or copied again.
        """
        self.dockerfile, self.context, self.base, self.work, self.say = (
            dockerfile, dockerfile.parent, base, work, say,
        )  # fmt: skip
        self.again = again
        ignore = self.context / ".dockerignore"
        self.patterns = [
            line for line in ignore.read_text().splitlines() if line and not line.startswith("#")
        ]
        self.stages: list[Stage] = []
        self.arguments: dict[str, str] = {}

    def run(self) -> Stage:
        """Does every step; returns the last stage."""
        for instruction, value in instructions(self.dockerfile):
            self.say(f"{instruction} {value}")
            getattr(self, f"_{instruction.lower()}")(value)
        return self.stages[-1]

    @property
    def stage(self) -> Stage:
        return self.stages[-1]

    def _expand(self, value: str) -> str:
        known = {**self.stage.arguments, **self.stage.environment} if self.stages else self.arguments
        return Template(value).substitute(known)

    def _arg(self, value: str) -> None:
        name, equals, default = value.partition("=")
        if equals or name in os.environ:  # as `--build-arg NAME` takes the caller's value
            (self.stage.arguments if self.stages else self.arguments)[name] = os.environ.get(name, default)

    def _from(self, value: str) -> None:
        image, _, name = Template(value).substitute(self.arguments).partition(" AS ")
        folder = self.work / (name or "final")
        layers = {part: folder / part for part in ("upper", "work", "root")}
        for layer in layers.values():
            layer.mkdir(parents=True, exist_ok=self.again)
        options = f"lowerdir={self.base},upperdir={layers['upper']},workdir={layers['work']}"
        subprocess.run(["mount", "-t", "overlay", "overlay", "-o", options, layers["root"]], check=True)
        self.say(f"  {image} is here: {self.base}")
        self.stages.append(Stage(name or "final", layers["root"]))

    def _env(self, value: str) -> None:
        pairs = (word.partition("=") for word in shlex.split(self._expand(value)))
        self.stage.environment.update((name, value) for name, _, value in pairs)

    def _label(self, value: str) -> None:
        pass

    def _workdir(self, value: str) -> None:
        self.stage.folder = self._expand(value)
        self.stage.inside(".").mkdir(parents=True, exist_ok=True)

    def _user(self, value: str) -> None:
        self.stage.user = value

    def _cmd(self, value: str) -> None:
        self.stage.command = json.loads(value)

    def _copy(self, value: str) -> None:
        if self.again:
            return
        *sources, target = shlex.split(self._expand(value))
        place = self.stage.inside(target)
        if sources[0].startswith("--from="):
            named = sources.pop(0).removeprefix("--from=")
            (origin,) = (stage.root for stage in self.stages if stage.name == named)
            for source in sources:
                place.mkdir(parents=True, exist_ok=True)
                tree = origin / source.lstrip("/")
                subprocess.run(["cp", "--archive", f"{tree}/.", place], check=True)
            return
        files = [file for source in sources for file in self._files(source)]
        if not files:
            raise FileNotFoundError(f"COPY {value}: .dockerignore leaves nothing of it")
        for file in files:
            if (self.context / sources[0]).is_dir():
                to = place / file.relative_to(self.context / sources[0])
            else:
                to = place / file.name
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, to)

    def _files(self, source: str) -> list[Path]:
        path = self.context / source
        every = path.rglob("*") if path.is_dir() else [path]
        return [
            file for file in every
            if file.is_file() and copied(str(file.relative_to(self.context)), self.patterns)
        ]  # fmt: skip

    def _run(self, value: str) -> None:
        if self.again:
            return
        stage = self.stage
        passed = {name: os.environ[name] for name in PASSED if name in os.environ}
        environment = {**passed, **stage.arguments, **stage.environment}
        binds = [
            f"mount --bind {path} {stage.root}{path}" for path in BOUND if (stage.root / path[1:]).exists()
        ]
        script = "\n".join([
            "set -e", "mount --make-rprivate /", *binds,
            f"mount -t proc proc {stage.root}/proc", f"mount --rbind /dev {stage.root}/dev",
            f"exec chroot {stage.root} env -i {settings(environment)} "
            f"sh -c {shlex.quote(f'cd {stage.folder} && {value}')}",
        ])  # fmt: skip
        subprocess.run(["unshare", "--mount", "--pid", "--fork", "sh", "-c", script], check=True)


def settings(environment: dict[str, str]) -> str:
    """An environment as words for `env -i`."""
    return " ".join(shlex.quote(f"{name}={value}") for name, value in environment.items())
