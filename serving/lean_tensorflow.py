"""TensorFlow for a process that only runs SavedModels: without its public interface, and by its own kernels.

`import tensorflow` reads some 3,500 modules, Keras and pandas among them; a session and the loader of SavedModels
need 700, in a quarter of the time.
"""

import importlib.util
import os
import sys
from typing import Final

_ONEDNN: Final = "TF_ENABLE_ONEDNN_OPTS"


def skip_public_interface() -> None:
    """Makes `import tensorflow.x` run `tensorflow.x` alone; does nothing where TensorFlow is imported already.

    From then on `tensorflow` itself has no attributes: nothing in the process may use `tf.x`.
    """
    turn_off_onednn()
    spec = importlib.util.find_spec("tensorflow")
    if "tensorflow" not in sys.modules and spec is not None:
        sys.modules["tensorflow"] = importlib.util.module_from_spec(spec)


def turn_off_onednn() -> None:
    """Has TensorFlow compute by its own kernels; does nothing where it is imported already, or where someone chose.

    For the few rows of a request oneDNN's take longer to prepare and to hand to threads than to compute: they took a
    fifth more CPU, and 23 switches between threads a request in place of 3.
    """
    if "tensorflow.python" not in sys.modules:
        os.environ.setdefault(_ONEDNN, "0")


def same_kernels() -> dict[str, str]:
    """The environment in which another process computes by the kernels of this one, to the last bit.

    oneDNN's round in another order, and a search may then find another candidate.
    """
    is_imported = "tensorflow.python" in sys.modules
    return {_ONEDNN: os.environ.get(_ONEDNN, "1" if is_imported else "0")}


def register_scann() -> None:
    """Registers ScaNN's ops, as importing its package does, which needs the public interface."""
    from tensorflow.python.framework.load_library import load_op_library

    package = importlib.util.find_spec("scann")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("the model searches with ScaNN, which isn't installed")
    # The path as ScaNN itself writes it: TensorFlow loads a library of one path once.
    folder = package.origin.rpartition("/")[0]
    load_op_library(f"{folder}/scann_ops/cc/_scann_ops.so")
