"""Window examples as they lie on disk, and the requests that ask for their targets."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from models import names


@dataclass(frozen=True)
class Window:
    """One window's raw features, oldest event first."""

    user: str
    items: list[str]
    times: list[int]
    outcomes: list[int]
    targets: list[int]
    listener: list[str]
    context: list[list[str]]  # the tokens of each event


@dataclass
class Requests:
    """Requests with the answers that the log gives, a row each."""

    users: list[str] = field(default_factory=list)
    histories: list[list[str]] = field(default_factory=list)
    times: list[list[int]] = field(default_factory=list)
    request_time: list[int] = field(default_factory=list)
    context: list[list[str]] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)

    def add(self, window: Window, place: int) -> None:
        """The request that the event at `place` of a window answered."""
        self.users.append(window.user)
        self.histories.append(window.items[:place])
        self.times.append(window.times[:place])
        self.request_time.append(window.times[place])
        self.context.append([*window.listener, *window.context[place]])
        self.targets.append(window.items[place])


def read_windows(examples_uri: str, split: str) -> list[Window]:
    """All windows of a split in the order of the files."""
    import tensorflow as tf

    files = sorted(map(str, (Path(examples_uri) / f"Split-{split}").iterdir()))
    windows = []
    for record in tf.data.TFRecordDataset(files, compression_type="GZIP"):
        features = tf.train.Example.FromString(record.numpy()).features.feature
        texts = {
            key: [value.decode() for value in features[key].bytes_list.value]
            for key in (names.USER_ID, names.ITEM_IDS, names.LISTENER, names.CONTEXT)
        }
        numbers = {
            key: list(features[key].int64_list.value)
            for key in (names.TIMESTAMPS, names.OUTCOMES, names.TARGETS)
        }
        context = np.array(texts[names.CONTEXT], object).reshape(len(texts[names.ITEM_IDS]), -1)
        windows.append(
            Window(
                texts[names.USER_ID][0],
                texts[names.ITEM_IDS],
                numbers[names.TIMESTAMPS],
                numbers[names.OUTCOMES],
                numbers[names.TARGETS],
                texts[names.LISTENER],
                context.tolist(),
            )
        )
    return windows
