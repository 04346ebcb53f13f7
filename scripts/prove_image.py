"""Proves the image without a container engine: does the Dockerfile's steps in a clean root, then runs in it.

Needs root, debootstrap, 11 GB of disk and half an hour, most of it for pip. The root that stands for the base
image is Debian by debootstrap with a Python 3.10 of this machine in /usr/local: not the image that the
Dockerfile names.

    sudo .venv/bin/python scripts/prove_image.py --work FOLDER --python PREFIX [--whole]
"""

import argparse
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from image_checks import Container, checks
from image_steps import Build, Stage

ROOT: Final = Path(__file__).resolve().parent.parent
# what python:3.10-slim-bookworm has besides Debian's smallest system: certificates, and what Python links to
PACKAGES: Final = (
    "ca-certificates", "netbase", "tzdata", "libbz2-1.0", "libexpat1", "libffi8", "libgdbm6", "liblzma5",
    "libncursesw6", "libreadline8", "libsqlite3-0", "libssl3", "libuuid1", "zlib1g",
)  # fmt: skip


def clean_root(root: Path, python: Path) -> None:
    """Makes the root that stands for the base image, unless it is there."""
    if (root / "usr/local/bin/python").exists():
        return
    if not (root / "usr/bin/dpkg").exists():
        packages = ",".join(PACKAGES)
        command = ["debootstrap", "--variant=minbase", f"--include={packages}", "bookworm", str(root)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    skip = shutil.ignore_patterns("test", "tests", "__pycache__", "*.a")
    for folder in ("include", "lib"):
        shutil.copytree(
            python / folder, root / "usr/local" / folder, symlinks=True, dirs_exist_ok=True, ignore=skip
        )
    shutil.copy2(python / "bin/python3.10", root / "usr/local/bin/python3.10")
    subprocess.run(["chroot", root, "ldconfig"], check=True)
    (root / "usr/local/bin/python").symlink_to("python3.10")


def size(path: Path) -> int:
    """MB that a folder takes."""
    return int(subprocess.check_output(["du", "-sxm", str(path)], text=True).split()[0])


def largest(stage: Stage, count: int = 15) -> str:
    """The folders of site-packages that take the most."""
    packages = stage.inside("/opt/upnext/lib/python3.10/site-packages")
    sizes = sorted(((size(path), path.name) for path in packages.iterdir()), reverse=True)
    return ", ".join(f"{name} {megabytes}" for megabytes, name in sizes[:count])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--work", required=True, type=Path, help="folder for roots and stages; kept")
    parser.add_argument("--python", required=True, type=Path, help="prefix of a Python 3.10 of this machine")
    parser.add_argument("--whole", action="store_true", help="run a small world through the pipeline too")
    parser.add_argument("--again", action="store_true", help="check what an earlier build left in FOLDER")
    parser.add_argument("--in-namespace", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.in_namespace:  # the mounts go away with the process that made them
        again = [sys.executable, __file__, *sys.argv[1:], "--in-namespace"]
        return subprocess.run(["unshare", "--mount", "--propagation", "private", *again]).returncode
    started = time.monotonic()

    def say(line: str) -> None:
        sys.stdout.write(f"[{time.monotonic() - started:5.0f} s] {line}\n")
        sys.stdout.flush()

    work = options.work.resolve()
    say(f"a clean root: {work / 'base'}")
    clean_root(work / "base", options.python.resolve())
    stages = work / "stages"
    stage = Build(ROOT / "Dockerfile", work / "base", stages, say, again=options.again).run()
    say(f"image: {size(work / 'base')} MB of the base, {size(stage.root.parent / 'upper')} MB of ours")
    say(f"site-packages, MB: {largest(stage)}")
    container = Container(stage, stages / "volume")
    failed = 0
    for check in checks(options.whole):
        try:
            say(f"ok    {check.__doc__} {check(container) or ''}")
        except (AssertionError, subprocess.SubprocessError) as error:
            failed += 1
            say(f"WRONG {check.__doc__} {error} {getattr(error, 'output', '')}")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
