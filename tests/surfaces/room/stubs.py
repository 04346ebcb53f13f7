"""Destinations that answer by the contract with little thought: for tests of the page alone."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends

from surfaces.common import facts
from surfaces.common.answers import shown
from surfaces.common.errors import WrongRequestError
from surfaces.common.moment import Moment
from surfaces.common.visit import Visit
from surfaces.service.service import Service
from surfaces.service.visit_query import visit_query
from surfaces.store.records import StoredPlay

Json = dict[str, Any]


def router(service: Service) -> APIRouter:
    """All six destinations, events and health, in the shape of the contract."""
    routes = APIRouter()
    playlists: dict[str, str] = {}

    def items(visit: Visit, start: int, count: int, unheard: bool = False) -> list[Json]:
        exclude = visit.plays.heard if unheard else ()
        places = service.models.recommend(
            visit.plays, visit.wish(service.catalogue, exclude=exclude), 100
        ).places
        chosen = [p for p in places if visit.eligible(service.catalogue)[p]][start : start + count]
        last = [facts.AfterItem(item_id=service.catalogue.item_ids[p]) for p in visit.plays.items[-1:]]
        return [
            shown(
                service.catalogue.item(place),
                [
                    facts.Ranked(model="upnext", place=start + rank),
                    *([facts.Unheard()] if place not in visit.plays.heard else []),
                    *last,
                ],
            ).model_dump(mode="json")
            for rank, place in enumerate(chosen, 1)
        ]

    def visited(body: Json) -> Visit:
        return service.visit(body["user_id"], Moment.parse(body.get("at")))

    @routes.get("/v1/home")
    def home(visit: Annotated[Visit, Depends(visit_query(service, "home"))]) -> Json:
        titles = ("Made for you", "Talk to try", "Popular where you are")
        shelves = [
            {"id": f"s{n}", "title": title, "propensity": 0.5, "items": items(visit, 12 * n, 12)}
            for n, title in enumerate(titles)
        ]
        return {"request_id": "r1", "shelves": shelves}

    @routes.get("/v1/search")
    def search(
        q: str, visit: Annotated[Visit, Depends(visit_query(service, "search"))], limit: int = 20
    ) -> Json:
        hits = [p for p, title in enumerate(service.catalogue.titles) if q.lower() in title.lower()][:limit]
        because = [facts.Matches(words=(q,), text="title")]
        results: list[Json] = [
            {**shown(item, because).model_dump(mode="json"), "type": "item"} for item in service.items(hits)
        ]
        results += [
            {"type": "creator", "creator": name, "title": name, "because": []}
            for name in service.catalogue.creators.values
            if q.lower() in name.lower()
        ]
        return {"request_id": "r2", "results": results}

    @routes.get("/v1/discover-weekly")
    def weekly(visit: Annotated[Visit, Depends(visit_query(service, "discover-weekly"))]) -> Json:
        return {"week": visit.moment.week, "items": items(visit, 0, 30, unheard=True)}

    @routes.get("/v1/daylist")
    def daylist(visit: Annotated[Visit, Depends(visit_query(service, "daylist"))]) -> Json:
        part = visit.moment.part_of_day
        return {
            "title": f"folk {visit.moment.weekday} {part}",
            "words": [{"word": "folk", "items": 31}],
            "part_of_day": part,
            "items": items(visit, 0, 50),
        }

    @routes.post("/v1/dj")
    def dj(body: Annotated[Json, Body()]) -> Json:
        visit, say = visited(body), body.get("say")
        themes = ["An old favourite's neighbours"] if not say else [f"You said: {say}"]
        spoken = [{"text": f"Here are three for {visit.user_id}.", "facts": []}]
        segments = [{"theme": theme, "spoken": spoken, "items": items(visit, 3, 3)} for theme in themes]
        return {"session": body.get("session") or "d1", "segments": segments}

    @routes.post("/v1/playlists")
    def playlist(body: Annotated[Json, Body()]) -> Json:
        prompt = body["prompt"].strip()
        if not prompt:
            raise WrongRequestError("prompt: say what the playlist shall be")
        earlier = body.get("playlist")
        key = earlier or f"p{len(playlists)}"
        playlists[key] = f"{playlists[key]}; {prompt}" if earlier else prompt
        return {
            "playlist": key,
            "title": playlists[key].title(),
            "understood": {"genres": [prompt.split()[0]], "count": 8},
            "not_understood": prompt.split()[3:],
            "items": items(visited(body), 0, 8),
        }

    @routes.post("/v1/events", status_code=202)
    def events(body: Annotated[list[Json], Body()]) -> Json:
        service.store.add_plays([StoredPlay(**event) for event in body])
        return {"accepted": len(body)}

    @routes.get("/v1/healthz")
    def health() -> Json:
        return {"status": "ok"}

    return routes
