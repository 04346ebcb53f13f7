"""A SavedModel whose answers are known beforehand, in `upnext`'s shapes, quick to write and to load."""

import shutil
from pathlib import Path
from typing import Final

from models import names

MODEL: Final = names.UPNEXT


def write_model(path: Path, version: int) -> None:
    """Writes a model that answers each row with its last item, 100 times, scored by the version."""
    import tensorflow as tf

    class Echo(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.version = tf.Variable(float(version))
            spec = tf.TensorSpec([None, None], tf.string, names.ITEM_IDS)
            self.answer = tf.function(self._answer).get_concrete_function(spec)

        def _answer(self, item_ids: tf.Tensor) -> dict[str, tf.Tensor]:
            last = tf.repeat(item_ids[:, -1:], names.ANSWERS, axis=1)
            scores = tf.fill([tf.shape(item_ids)[0], names.ANSWERS], self.version.read_value())
            return {names.ITEM_IDS: last, names.SCORES: scores}

    model = Echo()
    tf.saved_model.save(model, str(path), signatures={names.SERVING_DEFAULT: model.answer})


class Pushes:
    """The base path of the model, to which versions are pushed as a pipeline does: whole, by a rename."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.newest = 0
        base.mkdir(parents=True, exist_ok=True)

    def write(self) -> Path:
        """Writes the next version beside the base path's versions, under a name that servers pass over."""
        self.newest += 1
        staged = self.base / f".{self.newest}.staging"
        write_model(staged, self.newest)
        return staged

    def push(self) -> int:
        """Pushes the next version; returns its number."""
        self.write().rename(self.base / str(self.newest))
        return self.newest

    def corrupt(self) -> Path:
        """Pushes a version whose graph is cut off; returns its folder."""
        staged = self.write()
        graph = staged / "saved_model.pb"
        graph.write_bytes(graph.read_bytes()[:-200])
        return staged.rename(self.base / str(self.newest))

    def copy_half(self) -> Path:
        """Copies the next version as a slow copy does, but for its variables; returns what is to be copied."""
        staged = self.write()
        target = self.base / str(self.newest)
        target.mkdir()
        shutil.copy(staged / "saved_model.pb", target)
        return staged

    def copy_rest(self, staged: Path) -> None:
        """Copies what `copy_half` left out."""
        shutil.copytree(staged, self.base / str(self.newest), dirs_exist_ok=True)
        shutil.rmtree(staged)
