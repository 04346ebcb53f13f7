"""`upnext submit`: its flags, and the command."""

import argparse
import os
from pathlib import Path
from typing import Any, Final

from listening_log.errors import UsageError
from tfx_pipeline.terminal.console import Console

HOST_ENV: Final = "KF_PIPELINES_ENDPOINT"
"""The SDK's own name for the server's address."""


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of `upnext submit`, named after the fields of a `Submission`, and the command."""
    parser.add_argument("file", type=Path, metavar="FILE", help="what `upnext compile` wrote")
    for flag, metavar, text in (
        ("--host", "URL", f"Kubeflow Pipelines, with its path; default: ${HOST_ENV}"),
        ("--name", "NAME", "name of the pipeline there; default: the file's"),
        ("--experiment", "NAME", "made if absent; default: the pipeline's name"),
        ("--namespace", "NAME", "yours, where Kubeflow serves several users"),
    ):
        parser.add_argument(flag, default="", metavar=metavar, help=text)
    text = "one runtime parameter; may be repeated"
    parser.add_argument(
        "--param", dest="params", action="append", default=[], metavar="NAME=VALUE", help=text
    )
    many = parser.add_mutually_exclusive_group()
    text = "a schedule: '0 3 * * *' is 03:00 every day, in UTC unless the server has another zone"
    many.add_argument("--recurring", dest="cron", type=_schedule, metavar="CRON", help=text)
    text = "a run for each span from FROM to TO, one after the other"
    many.add_argument("--backfill", nargs=2, type=_span, metavar=("FROM", "TO"), help=text)
    for flag, field, text in (
        ("--dry-run", "dry_run", "print the requests and send nothing"),
        ("--wait", "wait", "wait until the run has ended; exit code 1 if it failed"),
    ):
        parser.add_argument(flag, dest=field, action="store_true", help=text)
    text = "run all stages, whatever ran before"
    parser.add_argument("--no-cache", dest="caching", action="store_false", help=text)
    parser.set_defaults(command=submit)


def submit(console: Console, *, host: str, **fields: Any) -> int:
    """Sends the pipeline to Kubeflow."""
    from tfx_pipeline.kubeflow.submit.submission import Submission
    from tfx_pipeline.kubeflow.submit.submitting import submit as send

    send(Submission(host=host or os.environ.get(HOST_ENV, ""), **fields), console.out)
    return 0


def _schedule(text: str) -> str:
    if not text.strip():
        raise UsageError("--recurring: expected a schedule, as in '0 3 * * *'")
    return text


def _span(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise UsageError(f"--backfill {text}: expected two numbers of spans, as in 1 7")
    return int(text)
