"""The local model server, its client and the batch ranker. No TFX, no Beam."""

import models  # noqa: F401  selects Keras 2 before TensorFlow is imported
