import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient

from listening_log.errors import UserError
from surfaces import live
from surfaces.app import create_app
from surfaces.live import Built, LiveApp


class World:
    """What an application is made of: a number, and whether it can be made."""

    def __init__(self) -> None:
        self.number = 1
        self.broken: Exception | None = None
        self.built: list[int] = []
        self.closed: list[int] = []

    def stamp(self) -> int:
        return self.number

    def build(self) -> Built:
        if self.broken:
            raise self.broken
        number, router = self.number, APIRouter()
        router.add_api_route("/number", lambda: number)
        self.built.append(number)
        return Built(create_app([router]), lambda: self.closed.append(number))


def test_what_is_new_is_served_without_a_restart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "GRACE_SECONDS", 0.0)
    world = World()
    app = LiveApp(world.build, world.stamp)
    client = TestClient(app)
    assert (client.get("/number").json(), app.refresh()) == (1, False)
    world.number = 2
    assert app.refresh()
    assert client.get("/number").json() == 2
    assert (world.built, world.closed) == ([1, 2], [1])


@pytest.mark.parametrize(
    "fault", [UserError("half a push"), KeyError("title")], ids=["foreseen", "unforeseen"]
)
def test_what_cannot_be_made_leaves_the_old_one_in_place(
    monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    world = World()
    app = LiveApp(world.build, world.stamp)
    world.number, world.broken = 2, fault
    assert not app.refresh()
    world.broken = None
    assert not app.refresh()  # the same state is tried again later
    assert TestClient(app).get("/number").json() == 1
    monkeypatch.setattr(live, "RETRY_SECONDS", 0.0)
    assert app.refresh()
    assert TestClient(app).get("/number").json() == 2


def test_the_watcher_looks_while_the_server_runs() -> None:
    world = World()
    with TestClient(LiveApp(world.build, world.stamp, seconds=0.01)) as client:
        world.number = 2
        for _ in range(1000):
            if client.get("/number").json() == 2:
                break
        assert client.get("/number").json() == 2
