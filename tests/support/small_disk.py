"""A disk of few kilobytes, to see what happens when it is full; skips where mounting is not allowed."""

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest


@contextlib.contextmanager
def small_disk(folder: Path, kilobytes: int, *, read_only: bool = False) -> Iterator[Path]:
    """Mounts an empty tmpfs on `folder`, which is made if absent."""
    folder.mkdir(exist_ok=True)
    options = f"size={kilobytes}k" + (",ro" if read_only else "")
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


def grow(folder: Path, kilobytes: int) -> None:
    """Gives a disk more room."""
    subprocess.run(["mount", "-o", f"remount,size={kilobytes}k", str(folder)], check=True)


def free(folder: Path) -> int:
    """Bytes that still fit."""
    return shutil.disk_usage(folder).free


def fill(folder: Path, leave: int = 0) -> None:
    """Writes until no more than `leave` bytes fit."""
    (folder / "filler").write_bytes(bytes(max(0, free(folder) - leave)))
