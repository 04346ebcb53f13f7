"""TensorFlow without its public interface, for a process that only runs SavedModels.

`import tensorflow` reads some 3,500 modules, Keras and pandas among them; a session and the loader of SavedModels
need 700, in a quarter of the time.
"""

import importlib.util
import sys


def skip_public_interface() -> None:
    """Makes `import tensorflow.x` run `tensorflow.x` alone; does nothing where TensorFlow is imported already.

    From then on `tensorflow` itself has no attributes: nothing in the process may use `tf.x`.
    """
    spec = importlib.util.find_spec("tensorflow")
    if "tensorflow" not in sys.modules and spec is not None:
        sys.modules["tensorflow"] = importlib.util.module_from_spec(spec)


def register_scann() -> None:
    """Registers ScaNN's ops, as importing its package does, which needs the public interface."""
    from tensorflow.python.framework.load_library import load_op_library

    package = importlib.util.find_spec("scann")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("the model searches with ScaNN, which isn't installed")
    # The path as ScaNN itself writes it: TensorFlow loads a library of one path once.
    folder = package.origin.rpartition("/")[0]
    load_op_library(f"{folder}/scann_ops/cc/_scann_ops.so")
