"""Plain TensorFlow: features, towers, ranker, index, the composed recommender, metrics, baselines.

Importing this package (every other package of Upnext does) is the one place that selects Keras 2:
TensorFlow Recommenders refuses Keras 3, and the choice holds only before TensorFlow is imported.
"""

import os

os.environ["TF_USE_LEGACY_KERAS"] = "1"
