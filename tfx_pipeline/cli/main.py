"""The command `upnext`. Exit codes: 0 done, 1 data or run failed, 2 wrong usage, 3 a gate said no."""

import errno
import sys
from collections.abc import Callable, Sequence
from functools import partial
from threading import Event
from typing import Final

from listening_log.errors import UserError, first_line
from serving.errors import ServerError
from tfx_pipeline.cli.parser import Command, make_parser
from tfx_pipeline.terminal.console import Console
from tfx_pipeline.terminal.exit_codes import FAILED, exit_code_of
from tfx_pipeline.terminal.stopping import end_process, stopped_by_signals

_ERRNOS_OF_THE_DISK: Final = {
    errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO,
}  # fmt: skip


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command.

    Args:
        argv: its words; the process's own if None.

    Returns:
        The exit code. A failure is one line on stderr, never a traceback.
    """
    console = Console()
    if argv is None:  # a process that ends here keeps what libraries say last out of the terminal
        end = partial(end_process, console)
        with stopped_by_signals(end) as stop:
            return _run(sys.argv[1:], console, stop, end)
    try:
        return _run(argv, console, Event(), lambda: None)
    finally:
        console.restore()


def _run(argv: Sequence[str], console: Console, stop: Event, end: Callable[[], None]) -> int:
    try:
        flags = vars(make_parser().parse_args(argv))
        command: Command = flags.pop("command")
        code = command(console, **flags)
        try:
            console.out.flush()
        except BrokenPipeError:  # whoever read along has gone: what was done is done
            console.drop_output()
    except BaseException as error:
        if stop.is_set() or isinstance(error, KeyboardInterrupt):  # whatever a library makes of the interrupt
            end()
            console.tell("stopped")
            return FAILED
        if isinstance(error, BrokenPipeError):  # whoever read our output has gone
            console.drop_output()
        elif isinstance(error, UserError | ServerError):
            console.tell(" ".join(str(error).split()))
        elif isinstance(error, Exception):
            console.tell(_describe(error, console))
        else:
            raise
        return exit_code_of(error)
    return code


def _describe(error: Exception, console: Console) -> str:
    """An error that nobody foresaw in a line: what the machine says, or where its traceback is."""
    if isinstance(error, OSError) and error.errno in _ERRNOS_OF_THE_DISK:
        return f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror)
    if isinstance(error, MemoryError):
        line = "there is not enough memory"
    else:
        kind, text = type(error).__name__, first_line(error)
        line = f"this should not have failed: {kind if text == kind else f'{kind}: {text[:200]}'}"
    log = console.record(error)
    return f"{line} (details: {log})" if log else line


if __name__ == "__main__":
    sys.exit(main())
