"""Configuration, the one pipeline definition, its runners and the command line."""

import models  # noqa: F401  selects Keras 2 before TensorFlow is imported
