"""A run on this machine whose HOME says what it was asked for and how it ended."""

from collections.abc import Callable

from listening_log.errors import UserError
from serving.errors import ServerError
from tfx_pipeline.home.layout import Home
from tfx_pipeline.home.run_record import RunRecord, note_end
from tfx_pipeline.local.machine_errors import describe_machine_error
from tfx_pipeline.terminal.exit_codes import REFUSED, exit_code_of


def record_run(home: Home, record: RunRecord, run: Callable[[], int]) -> int:
    """Runs something, with its temporary files in HOME.

    Args:
        home: where `run.json` and what the run leaves go.
        record: what the run was asked for.
        run: returns the exit code.

    Returns:
        The exit code.

    Raises:
        UserError: what befell the machine, in one line. Other errors are the run's own.
    """
    try:
        record.write(home.path)
        with home.temporary():
            code = run()
    except BaseException as error:
        shown = _readable(error, home)
        is_stopped = isinstance(error, KeyboardInterrupt)
        note_end(home, exit_code_of(shown), "stopped" if is_stopped else f"failed: {shown}")
        if shown is error:
            raise
        raise shown from error
    note_end(home, code, "refused by a gate" if code == REFUSED else "done")
    return code


def _readable(error: BaseException, home: Home) -> BaseException:
    """Returns the error as its user should read it: what befell the machine in one line."""
    if isinstance(error, UserError | ServerError | KeyboardInterrupt):
        return error
    reason = describe_machine_error(error, home)
    return UserError(reason) if reason else error
