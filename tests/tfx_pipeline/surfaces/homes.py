"""A HOME with a pushed catalogue and a last run, without models; and `upnext surfaces` over it as a process."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from listening_log.cleaning.catalog import read_catalog
from models import names
from serving.catalog_asset import write_catalog
from tests.conftest import ROOT
from tests.serving.running import OPENER
from tfx_pipeline.home.layout import Home
from tfx_pipeline.home.run_record import RunRecord


def make_home(folder: Path, data: Path) -> Home:
    """A HOME whose last run read `data` and pushed version 1."""
    home = Home(folder / "home")
    home.path.mkdir()
    RunRecord(data_dir=str(data)).write(home.path)
    push_catalogue(home, data, 1)
    return home


def push_catalogue(home: Home, data: Path, version: int) -> None:
    """Makes a version of `upnext` that has its catalogue and no model."""
    write_catalog(
        home.serving / names.SCANN / names.UPNEXT / str(version) / names.EXTRA_ASSETS,
        read_catalog(str(data)).table,
    )


class Surfaces:
    """`upnext surfaces` as a process; the output is read from files."""

    def __init__(self, home: Home, *words: str) -> None:
        self.out, self.err = home.path / "out.txt", home.path / "err.txt"
        command = [
            sys.executable,
            "-m",
            "tfx_pipeline.cli.main",
            "surfaces",
            "--home",
            str(home),
            "--port",
            "0",
        ]
        with self.out.open("wb") as out, self.err.open("wb") as err:
            self.process = subprocess.Popen(
                [*command, *words], env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=out, stderr=err
            )

    def wait_until_ready(self, seconds: float = 120) -> None:
        end = time.monotonic() + seconds
        while "ready: " not in self.out.read_text():
            assert self.process.poll() is None, self.err.read_text()
            assert time.monotonic() < end, "it is not ready"
            time.sleep(0.05)

    def get(self, path: str, body: object = None) -> tuple[int, Any]:
        """GETs or, with a body, POSTs; returns the status and the JSON."""
        url = self.out.read_text().split("ready: ")[1].strip() + path
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, content, {"content-type": "application/json"})
        try:
            with OPENER.open(request, timeout=30) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Sends a signal; returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(60)
