"""A browser and the room that it looks at: Chromium, driven by Playwright, where both are installed."""

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI

from surfaces.app import create_app
from surfaces.destinations import all_destinations
from surfaces.room import routes
from surfaces.service.service import Service
from tests.surfaces.room import stubs
from tests.surfaces.room.rooms import room_service

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@dataclass(frozen=True)
class Room:
    """An application that runs: its address, and the service behind it."""

    address: str
    service: Service


@pytest.fixture
def room(page: Any, tmp_path: Path) -> Iterator[Room]:
    """The page over destinations that answer by the contract alone, in a new world."""
    service = room_service(tmp_path)
    yield from serve(create_app([stubs.router(service), routes.router(service)]), service, page)


@pytest.fixture
def whole_room(page: Any, tmp_path: Path) -> Iterator[Room]:
    """The page over the real destinations, in a new world."""
    service = room_service(tmp_path)
    yield from serve(all_destinations(service), service, page)


def serve(app: FastAPI, service: Service, page: Any) -> Iterator[Room]:
    """Serves an application on a free port of loopback while a test runs; the page leaves before it stops."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield Room(f"http://127.0.0.1:{listening.getsockname()[1]}", service)
    page.goto("about:blank")
    server.should_exit = True
    thread.join(10)
    service.store.close()


@pytest.fixture(scope="package")  # its driver runs an event loop in this thread while it is there
def chromium() -> Iterator[Any]:
    """A headless browser; what needs it is skipped where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright isn't installed")
    if CHROMIUM is None:
        pytest.skip("Chromium isn't installed (apt-get install chromium)")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """A wide page in a context of its own; it fails the test if the browser complains of anything."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, timezone_id="UTC", locale="en-GB")
    context.set_default_timeout(10_000)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None,
    )
    yield page
    context.close()
    assert complaints == []
