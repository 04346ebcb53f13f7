"""Keeps TensorFlow's and gRPC's own messages out of the terminal: it shows ours."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO


@contextmanager
def divert_noise(log_file: Path | None) -> Iterator[TextIO]:
    """Sends what libraries write to stderr into `log_file`; enter it before TensorFlow is imported.

    Without a file their messages are turned down, all but the fatal ones.

    Yields:
        The terminal's stderr, for our own lines.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    terminal = os.fdopen(os.dup(2), "w", buffering=1, encoding="utf-8", errors="replace")
    try:
        if log_file is None:
            os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
            os.environ.setdefault("GRPC_VERBOSITY", "NONE")
        else:
            # A warning of TensorFlow's can quote a tensor, which a listener sent; its errors don't.
            os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
            log_file.parent.mkdir(parents=True, exist_ok=True)
            with log_file.open("ab") as log:
                os.dup2(log.fileno(), 2)
        yield terminal
    finally:
        with suppress(OSError):  # the reader may be gone, as after `| tee`
            sys.stderr.flush()
        with suppress(OSError):
            terminal.close()
        os.dup2(kept, 2)
        os.close(kept)
