"""All destinations over one `Service`, as one application."""

from fastapi import FastAPI

from surfaces.app import create_app
from surfaces.controls import routes as controls
from surfaces.daylist import routes as daylist
from surfaces.discover_weekly import routes as discover_weekly
from surfaces.dj import routes as dj
from surfaces.dj.speech.speaker import Rephrase
from surfaces.events import routes as events
from surfaces.health import routes as health
from surfaces.home import routes as home
from surfaces.playlists import routes as playlists
from surfaces.room import routes as room
from surfaces.search import routes as search
from surfaces.service.service import Service


def all_destinations(service: Service, rephrase: Rephrase | None = None) -> FastAPI:
    """Mounts every destination and the room; each has its own folder.

    Args:
        service: over which they work.
        rephrase: of the DJ's sentences, behind its checker; None leaves them as they are.
    """
    destinations = (events, controls, health, home, discover_weekly, daylist, playlists, room, search)
    routers = [destination.router(service) for destination in destinations]
    return create_app([*routers, dj.router(service, rephrase)])
