"""One task in a process of its own, with the command and the arguments of its container."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from listening_log.errors import UserError
from tfx_pipeline.kubeflow.spec import Spec, artifacts

EXECUTOR_INPUT: Final = "{{$}}"
_LOG_END_BYTES: Final = 4000  # searched for what went wrong


class TaskError(Exception):
    """A task's process failed. The message is the last line that it wrote."""


def run_container(container: Spec, executor_input: Spec, log: Path) -> Spec:
    """Runs a container's command in an empty folder, as an image starts in one.

    Args:
        container: `command`, `args` and `env` of the specification.
        executor_input: takes the place of `{{$}}`.
        log: file for all that the process writes.

    Returns:
        The content of the process's output file.

    Raises:
        TaskError: the process failed, or wrote no output file.
        UserError: the arguments hold a placeholder that is not known here.
    """
    words = [_fill(word, executor_input) for word in [*container["command"], *container.get("args", [])]]
    variables = {variable["name"]: variable.get("value", "") for variable in container.get("env", [])}
    # the image's `python` is the one that runs this
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    output_file = Path(executor_input["outputs"]["outputFile"])
    output_file.parent.mkdir(parents=True, exist_ok=True)
    for output in artifacts(executor_input["outputs"]).values():  # as Kubeflow's launcher does
        Path(output["artifacts"][0]["uri"]).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="upnext-task-") as folder, log.open("wb") as stream:
        process = subprocess.Popen(
            words, cwd=folder, env={**os.environ, **variables, "PATH": path}, stdout=stream, stderr=stream,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            code = process.wait()
        except BaseException:
            process.terminate()
            process.wait()
            raise
    if code:
        raise TaskError(last_line(log) or f"exit code {code}")
    if not output_file.is_file():
        raise TaskError("it wrote no output file")
    return json.loads(output_file.read_text(encoding="utf-8"))


def _fill(word: str, executor_input: Spec) -> str:
    if word == EXECUTOR_INPUT:
        return json.dumps(executor_input)
    if "{{$" in word:
        raise UserError(f"the compiled pipeline has a placeholder that is not known here: {word[:80]}")
    return word


def last_line(log: Path) -> str:
    """Returns the last line of a log that isn't blank: of a traceback, the exception."""
    content = log.read_bytes()[-_LOG_END_BYTES:].decode("utf-8", "replace")
    return next((line.strip() for line in reversed(content.splitlines()) if line.strip()), "")
