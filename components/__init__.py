"""TFX components of Upnext's own, one folder or file each."""

import models  # noqa: F401  selects Keras 2 before TensorFlow is imported
