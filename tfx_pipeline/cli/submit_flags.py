"""`upnext submit`: its flags, and the command."""

import argparse
import os
from pathlib import Path
from typing import Final

from listening_log.errors import UsageError
from tfx_pipeline.terminal.console import Console

HOST_ENV: Final = "KF_PIPELINES_ENDPOINT"
"""The SDK's own name for the server's address."""


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Adds the flags of `upnext submit`, and the command as `function`."""
    parser.add_argument("file", metavar="FILE", help="what `upnext compile` wrote")
    parser.add_argument(
        "--host", default="", metavar="URL", help=f"Kubeflow Pipelines, with its path; default: ${HOST_ENV}"
    )
    parser.add_argument(
        "--name", default="", metavar="NAME", help="name of the pipeline there; default: the file's"
    )
    parser.add_argument(
        "--experiment", default="", metavar="NAME", help="made if absent; default: the pipeline's name"
    )
    parser.add_argument(
        "--namespace", default="", metavar="NAME", help="yours, where Kubeflow serves several users"
    )
    parser.add_argument(
        "--param",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="one runtime parameter; may be repeated",
    )
    many = parser.add_mutually_exclusive_group()
    many.add_argument(
        "--recurring",
        metavar="CRON",
        help="a schedule: '0 3 * * *' is 03:00 every day, in UTC unless the server has another zone",
    )
    many.add_argument(
        "--backfill",
        nargs=2,
        metavar=("FROM", "TO"),
        help="a run for each span from FROM to TO, one after the other",
    )
    parser.add_argument("--no-cache", action="store_true", help="run all stages, whatever ran before")
    parser.add_argument("--dry-run", action="store_true", help="print the requests and send nothing")
    parser.add_argument(
        "--wait", action="store_true", help="wait until the run has ended; exit code 1 if it failed"
    )
    parser.set_defaults(function=submit)


def submit(args: argparse.Namespace, console: Console) -> int:
    """Sends the pipeline to Kubeflow."""
    if args.recurring is not None and not args.recurring.strip():
        raise UsageError("--recurring: expected a schedule, as in '0 3 * * *'")
    from tfx_pipeline.kubeflow.submit.submission import Submission
    from tfx_pipeline.kubeflow.submit.submitting import submit as send

    send(
        Submission(
            file=Path(args.file),
            host=args.host or os.environ.get(HOST_ENV, ""),
            name=args.name,
            experiment=args.experiment,
            namespace=args.namespace,
            params=tuple(args.param),
            cron=args.recurring or "",
            backfill=_parse_spans(args.backfill) if args.backfill else None,
            caching=not args.no_cache,
            wait=args.wait,
            dry_run=args.dry_run,
        ),
        console.out,
    )
    return 0


def _parse_spans(words: list[str]) -> tuple[int, int]:
    first, last = words
    if not (first.isascii() and first.isdigit() and last.isascii() and last.isdigit()):
        raise UsageError(f"--backfill {first} {last}: expected two numbers of spans, as in 1 7")
    return int(first), int(last)
