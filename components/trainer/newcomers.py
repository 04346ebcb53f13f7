"""Listeners that a first fit leaves out, who stand for those of whom nothing has been learnt.

Where each listener's last events are left out and histories are short, a model learns by heart what the same
listeners played before: `eval` goes on rising when others are served worse already.
"""

from typing import Final

import tensorflow as tf

from components.common.records import Summary
from listening_log.windows.splits import LEAVE_LAST_OUT
from models import names

ONE_IN: Final = 20
"""One listener in so many is a newcomer."""
ENOUGH: Final = 1000
"""Targets of newcomers that say something."""
SHORT_HISTORY: Final = 20
"""Where listeners have fewer plays on average, histories are short."""
_USER: Final = {names.USER_ID: tf.io.FixedLenFeature([1], tf.string)}


def leaves_newcomers_out(summary: Summary) -> bool:
    """Whether a first fit on this log leaves newcomers out; a cut in time makes some itself."""
    if summary.split.kind != LEAVE_LAST_OUT:
        return False
    targets = summary.splits[names.TRAIN].targets
    return ENOUGH * ONE_IN <= targets < SHORT_HISTORY * summary.listeners


def are_newcomers(serialized: tf.Tensor) -> tf.Tensor:
    """Marks the windows of newcomers, by a hash of the listener's id.

    Args:
        serialized: string [W] windows.

    Returns:
        bool [W].
    """
    users = tf.io.parse_example(serialized, _USER)[names.USER_ID][:, 0]
    # the shards are of a hash of the id too: another one, so that every shard has newcomers
    return tf.strings.to_hash_bucket_fast(tf.strings.join(["newcomer ", users]), ONE_IN) == 0
