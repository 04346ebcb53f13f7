"""What is checked inside the image: as its own user, with a read-only root, without a network.

Each check's docstring is the line that it proves. The pipeline's parts are asked through the commands that
`upnext compile`, run in the image itself, wrote for Kubeflow.
"""

import json
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import yaml
from image_steps import Stage, settings

STAGE: Final = "LogSchema_executor"  # the cheapest stage: it writes a schema that it gets as a parameter
STACK: Final = (
    "models, tensorflow as tf, tf_keras, tensorflow_recommenders, scann, apache_beam, kfp, tensorflow_serving.apis, "
    "tensorflow_data_validation, tensorflow_model_analysis, tensorflow_transform, tfx.v1"
)
TOOLS: Final = ("pytest", "mypy", "hypothesis", "ruff", "dockerfile_parse", "kubernetes_validate")


class Container:
    """Starts commands as an engine would with `--read-only --user --network none` and two mounted folders."""

    def __init__(self, stage: Stage, volume: Path) -> None:
        """`volume`: a folder of this machine's, mounted writable where the image's work folder is."""
        self.stage, self.volume = stage, volume
        shutil.rmtree(self.volume, ignore_errors=True)
        self.volume.mkdir()
        self.user = int(stage.user.split(":")[0])
        subprocess.run(["chown", stage.user, volume], check=True)

    def run(self, *command: str, seconds: int = 600) -> str:
        """What a command of the image's prints (both streams).

        Raises:
            subprocess.CalledProcessError: it failed.
        """
        root, home = self.stage.root, self.stage.inside(".")
        inside = f"cd {shlex.quote(self.stage.folder)} && exec {shlex.join(command)}"
        script = "\n".join([
            "set -e", "ip link set lo up", f"mount --bind {root} {root}", f"cd {root}",  # cd: into the new mount
            f"mount -o remount,bind,ro {root}", f"mount --bind {self.volume} {home}",
            f"mount -t tmpfs -o mode=1777 tmpfs {root}/tmp", f"mount -t tmpfs -o mode=1777 tmpfs {root}/dev/shm",
            f"mount -t proc proc {root}/proc",
            f"exec chroot --userspec={self.stage.user} --groups= {root} "
            f"env -i {settings(self.stage.environment)} sh -c {shlex.quote(inside)}",
        ])  # fmt: skip
        apart = ["unshare", "--mount", "--pid", "--fork", "--net", "--kill-child", "sh", "-c", script]
        done = subprocess.run(
            apart, check=True, timeout=seconds, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        return done.stdout.strip()

    def fails(self, *command: str) -> str:
        """What a command prints that has to fail."""
        try:
            printed = self.run(*command)
        except subprocess.CalledProcessError as error:
            return str(error.output)
        raise AssertionError(f"{shlex.join(command)} did not fail: {printed}")


Check = Callable[[Container], str | None]


def ordinary_user(container: Container) -> str:
    """It runs as an ordinary user, named by number:"""
    printed = container.run("id")
    assert container.user > 0
    assert f"uid={container.user}" in printed
    assert "root" not in printed
    return printed


def read_only(container: Container) -> None:
    """The root is read-only and the work folder, which is empty at first, is writable."""
    assert container.run("ls", "-A") == ""
    container.run("sh", "-c", "touch file && rm file")
    assert "Read-only file system" in container.fails("touch", "/opt/upnext/file")
    assert "Read-only file system" in container.fails("touch", "/var/file")


def no_compiler(container: Container) -> None:
    """Neither a compiler nor a tool of development is in it."""
    for name in ("cc", "gcc", "g++", "c++", "clang", "ld"):
        container.fails("sh", "-c", f"command -v {name}")
    for module in TOOLS:
        container.fails("python", "-c", f"import {module}")


def default_command(container: Container) -> None:
    """Its default command prints the help of `upnext`."""
    assert "usage: upnext" in container.run(*container.stage.command)


def packages_agree(container: Container) -> str:
    """Every package finds the versions that it asks for (`pip check`):"""
    return container.run("/usr/local/bin/python", "-m", "pip", "--python", "/opt/upnext/bin/python", "check")


def stack_loads(container: Container) -> str:
    """The whole stack is imported, ours from site-packages, with Keras 2:"""
    code = (
        f"import time; start = time.time(); import {STACK}; assert '/opt/upnext/lib/' in models.__file__; "
        "assert tf.keras.Model.__module__.startswith('tf_keras.'); "
        "print(tf.__version__, round(time.time() - start), 's')"
    )
    return container.run("python", "-W", "ignore", "-c", code).splitlines()[-1]


def compiles(container: Container) -> None:
    """`upnext compile` writes the pipeline."""
    container.run("upnext", "compile", "--out", "compiled.yaml")


def entry_point(container: Container) -> str:
    """TFX's entry point, called as the compiled pipeline says, executes a stage and writes its output file:"""
    compiled = next(yaml.safe_load_all((container.volume / "compiled.yaml").read_text()))
    spec = compiled["deploymentSpec"]["executors"][STAGE]["container"]
    text = (Path(__file__).parent.parent / "components/schema/log.pbtxt").read_text()
    folder = f"{container.stage.folder}/{STAGE}"
    artifact = {
        "name": "1",
        "type": {"instanceSchema": "title: tfx.Schema\ntype: object\n"},
        "uri": f"{folder}/schema",
    }
    executor_input: dict[str, Any] = {
        "inputs": {"parameterValues": {"schema_text": text}},
        "outputs": {
            "artifacts": {"schema": {"artifacts": [artifact]}},
            "outputFile": f"{folder}/executor_output.json",
        },
    }
    container.run("mkdir", "-p", f"{folder}/schema")  # as whoever starts TFX's stages does on a file system
    arguments = [json.dumps(executor_input) if word == "{{$}}" else word for word in spec["args"]]
    container.run(*spec["command"], *arguments)
    output = json.loads((container.volume / STAGE / "executor_output.json").read_text())
    assert (container.volume / STAGE / "schema/schema.pbtxt").stat().st_size > 0
    return f"{shlex.join(spec['command'])} → {output['artifacts']['schema']['artifacts'][0]['uri']}"


def whole_run(container: Container) -> str:
    """A small world goes through the whole pipeline, and the pushed models answer:"""
    world = ["--users", "250", "--items", "500", "--days", "40", "--seed", "3"]
    container.run("upnext", "data", "make", "--out", "log", *world)
    short = ["--set", "retrieval.max_epochs=6", "--set", "ranker.max_epochs=6"]
    container.run("upnext", "run", "--data", "log", "--home", "home", *short, seconds=3600)
    return container.run("upnext", "recommend", "--home", "home", "-k", "1", "--history", "track-0001")


def checks(whole: bool) -> list[Check]:
    """The checks in their order; `whole` adds a run of the pipeline."""
    quick: list[Check] = [
        ordinary_user, read_only, no_compiler, default_command, packages_agree, stack_loads, compiles, entry_point,
    ]  # fmt: skip
    return [*quick, whole_run] if whole else quick
