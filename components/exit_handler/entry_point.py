"""What a container starts: TFX's own entry point, and notes of how the stage ended.

python -m components.exit_handler.entry_point STAGE --executor_class_path … --json_serialized_invocation_args …
"""

import json
import logging
import sys
from collections.abc import Callable, Sequence
from typing import Final

from listening_log.errors import last_line, one_line

INVOCATION: Final = "--json_serialized_invocation_args"

_LOG = logging.getLogger("upnext")


def main(argv: Sequence[str]) -> None:
    """Runs one stage.

    Args:
        argv: the stage's name, then what TFX's entry point takes.
    """
    from absl import app
    from tfx.orchestration.kubeflow.v2.container import kubeflow_v2_run_executor as tfx_entry_point

    stage, *words = argv

    def run() -> None:
        app.run(
            tfx_entry_point.main,
            argv=["run_executor", *words],
            flags_parser=tfx_entry_point._parse_flags,
        )

    run_with_notes(stage, outputs(words), run)


def outputs(words: Sequence[str]) -> dict[str, str]:
    """Folders of the stage's outputs by name, from the executor input among `words`."""
    try:
        executor_input = json.loads(words[list(words).index(INVOCATION) + 1])
        channels = executor_input["outputs"]["artifacts"]
        return {name: channel["artifacts"][0]["uri"] for name, channel in channels.items()}
    except (ValueError, LookupError, TypeError):
        return {}


def run_with_notes(stage: str, folders: dict[str, str], run: Callable[[], None]) -> None:
    """Runs a stage between two notes; that a note cannot be left stops nothing."""
    from components.common.stage_state import StageState
    from components.exit_handler import run_notes
    from components.exit_handler.run_notes import Note

    folder = next((run_notes.run_folder(stage, uri) for uri in folders.values()), None)

    def note(state: StageState, line: str = "") -> None:
        if folder is None:
            return
        try:
            run_notes.write(folder, Note(stage, state, line, folders))
        except Exception:
            _LOG.warning("cannot note in %s that %s %s", folder, stage, state, exc_info=True)

    note(StageState.START)
    try:
        run()
    except SystemExit as end:
        note(StageState.FAILED, f"ended with {end.code}") if end.code else note(StageState.DONE)
        raise
    except BaseException as error:
        note(StageState.FAILED, line_of(error))
        raise
    note(StageState.DONE)


def line_of(error: BaseException) -> str:
    """One line of what went wrong: the user's own error, else the last line of what was raised."""
    from components.common.beam_errors import user_error_in

    user_error = user_error_in(error)
    return last_line(error) if user_error is None else one_line(user_error)


if __name__ == "__main__":
    main(sys.argv[1:])
