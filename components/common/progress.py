"""Progress of a stage, for those who listen to the logger `upnext.progress`."""

import logging

_LOGGER = logging.getLogger("upnext.progress")
_LOGGER.setLevel(logging.INFO)


def report(stage: str, **facts: object) -> None:
    """Reports where `stage` is: `epoch` and `epochs` with `metrics`, `step` and `steps`, or a `note`."""
    _LOGGER.info("%s %s", stage, facts, extra={"progress": {"stage": stage, **facts}})
