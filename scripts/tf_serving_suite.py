"""Runs TensorFlow Serving's own end-to-end suite, unchanged, against `python -m serving.model_server`.

    git clone --depth 1 --branch 2.16.1 https://github.com/tensorflow/serving SERVING
    python scripts/tf_serving_suite.py SERVING

All its tests but those of TensorFlow Lite, TensorFlow Text and the profiler, in one run. Ends with the suite's code.
"""

import os
import re
import runpy
import shlex
import sys
import tempfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
SUITE: Final = "model_servers/tensorflow_model_server_test.py"
SKIPPED: Final = re.compile("tflite|tf_text|profiler", re.IGNORECASE)


def lay_out(checkout: Path, folder: Path) -> Path:
    """Lays the checkout out as the suite's build does, with our server in the binary's place.

    Args:
        checkout: of TensorFlow Serving.
        folder: an empty one.

    Returns:
        The folder of the package `tensorflow_serving` there.
    """
    package = folder / "tf_serving" / "tensorflow_serving"
    servers = package / "model_servers"
    servers.mkdir(parents=True)
    for source, target in (("tensorflow_serving", package), ("tensorflow_serving/model_servers", servers)):
        for path in (checkout / source).resolve().iterdir():
            if not (target / path.name).exists():
                (target / path.name).symlink_to(path)
    command = (
        f"PYTHONPATH={shlex.quote(str(ROOT))} exec {shlex.quote(sys.executable)} -m serving.model_server"
    )
    binary = servers / "tensorflow_model_server"
    binary.write_text(f'#!/bin/sh\n{command} "$@"\n')
    binary.chmod(0o755)
    return package


def main(checkout: Path) -> None:
    """Runs the suite; it ends the process."""
    source = (checkout / "tensorflow_serving" / SUITE).read_text(encoding="utf-8")
    tests = [name for name in re.findall(r"def (test\w+)", source) if not SKIPPED.search(name)]
    with tempfile.TemporaryDirectory() as folder:
        package = lay_out(checkout, Path(folder))
        os.environ.update(TEST_SRCDIR=folder, TF_USE_LEGACY_KERAS="1", no_proxy="*")
        import tensorflow as tf
        import tensorflow_serving

        # one test wants two devices, which can't be had once another has used TensorFlow in this process
        (device,) = tf.config.list_physical_devices("CPU")
        tf.config.set_logical_device_configuration(device, [tf.config.LogicalDeviceConfiguration()] * 2)
        tensorflow_serving.__path__.append(str(package))
        os.chdir(folder)
        sys.argv = [SUITE, *(f"TensorflowModelServerTest.{name}" for name in tests)]
        runpy.run_path(str(package / SUITE), run_name="__main__")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
