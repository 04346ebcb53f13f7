"""Progress of a stage, for whoever listens to the logger `upnext.progress`."""

import logging
from typing import Any

_LOGGER = logging.getLogger("upnext.progress")
_LOGGER.setLevel(logging.INFO)


def report(stage: str, **facts: Any) -> None:
    """Tells where `stage` is: `epoch` and `epochs` with `metrics`, `step` and `steps`, or a `note`."""
    _LOGGER.info("%s %s", stage, facts, extra={"progress": {"stage": stage, **facts}})
