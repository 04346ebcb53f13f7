"""The DJ's answer: reads the session, the reactions and the wish, and puts the next segments together."""

import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from random import Random
from typing import Final

import numpy as np
from pydantic import BaseModel

from surfaces.common.answers import Answer, ShownItem, shown
from surfaces.common.errors import NotThereError, OvertakenError, TooLargeError
from surfaces.common.plays import Plays
from surfaces.common.visit import Visit
from surfaces.dj.knowing.desk import Desk
from surfaces.dj.knowing.reactions import reactions
from surfaces.dj.knowing.session import KeptSegment, Session
from surfaces.dj.reasons import reasons
from surfaces.dj.segments import Segment, answer_plans, fill, plan_segments, without_models
from surfaces.dj.speech.claims import SpokenFact
from surfaces.dj.speech.scene import Scene
from surfaces.dj.speech.speaker import Rephrase, Speaker, Spoken
from surfaces.dj.steering.steering import Steering, steer, without_away
from surfaces.service.controls import change_away
from surfaces.service.service import Service
from surfaces.service.showing import Shown, impressions
from surfaces.store.records import Impression, Kept

SURFACE: Final = "dj"
SEGMENTS: Final = 2
LONGEST_SAY: Final = 500
"""Characters of a wish."""
TRIES: Final = 3
"""How often an answer is made, where other requests go on with its session meanwhile."""


class Line(BaseModel):
    """A sentence, and the facts that it states, every one of which was checked."""

    text: str
    facts: list[SpokenFact]


class ShownSegment(BaseModel):
    """Items of a theme, and what is said before the first."""

    theme: str
    spoken: list[Line]
    items: list[ShownItem]


class DjAnswer(Answer):
    """The next segments of a session.

    Attributes:
        request_id: of this answer, for the plays that come of it.
        session: to go on with; "" where it could not be kept.
        segments: none where the wishes leave nothing that wasn't played in the session.
        understood: what was understood of the wish, by what it changes.
        not_understood: the parts of it that weren't, as they were said.
        unmet: wishes that were understood and that this catalogue can't meet.
    """

    request_id: str
    session: str
    segments: list[ShownSegment]
    understood: list[str]
    not_understood: list[str]
    unmet: list[str]


@dataclass(frozen=True)
class Dj:
    """The DJ over a service.

    Attributes:
        service: with the models, the store and the log.
        rephrase: of sentences, behind the checker; None leaves them as they are.
    """

    service: Service
    rephrase: Rephrase | None = None

    def go_on(self, visit: Visit, session_id: str = "", say: str = "", count: int = SEGMENTS) -> DjAnswer:
        """Begins a session or goes on with one.

        Args:
            visit: of the listener.
            session_id: of an earlier answer; "" begins a new one.
            say: what the listener wishes, in words.
            count: segments, 1 to 3; fewer where nothing is left.

        Raises:
            NotThereError: the listener has no such session.
            TooLargeError: the wish is too long.
            UnavailableError: the session can't be read now.
            OvertakenError: other requests went on with the session again and again meanwhile.
        """
        if len(say) > LONGEST_SAY:
            raise TooLargeError(f"say: at most {LONGEST_SAY} characters, not {len(say)}")
        for _ in range(TRIES - 1):
            with suppress(OvertakenError):
                return self._answer(visit, session_id, say, count)
        return self._answer(visit, session_id, say, count)

    def _answer(self, visit: Visit, session_id: str, say: str, count: int) -> DjAnswer:
        earlier = self._earlier(visit, session_id) if session_id else None
        session = (
            Session.model_validate(earlier.content)
            if earlier
            else Session(began=visit.moment.unix, seed=secrets.token_hex(8))
        )
        own = self._plays_of(visit, session)
        desk = self._desk(visit, session, own)
        steering = steer(say, desk, _current(desk, own))
        session = session.model_copy(update={"steers": steering.steers})
        desk = without_away(replace(desk, session=session), steering.lifted)
        if steering.lasting or steering.lifted:
            with visit.tolerated():
                change_away(self.service.store, visit.user_id, add=steering.lasting, remove=steering.lifted)
        segments = self._segments(desk, steering, count)
        answers = self._speak(desk, segments, steering)
        request_id = secrets.token_urlsafe(12)
        session.segments += [self._kept(request_id, segment) for segment in segments]
        with visit.tolerated():
            session_id = self.service.store.keep(visit.user_id, session.model_dump(), earlier)
            self.service.store.add_impressions(self._impressions(visit, request_id, segments))
        return DjAnswer(
            request_id=request_id,
            session=session_id,
            segments=answers,
            understood=[f"{wish}: {value}" if value else wish for wish, value in steering.wishes],
            not_understood=list(steering.not_understood),
            unmet=steering.unmet,
            **visit.shortfall,
        )

    def _earlier(self, visit: Visit, session_id: str) -> Kept:
        kept = self.service.store.kept(visit.user_id, session_id)
        content = kept.content if kept else {}
        if kept is None or "segments" not in content or "steers" not in content:
            raise NotThereError(f"session {session_id[:40]!r} isn't there: post without one to begin anew")
        return kept

    def _plays_of(self, visit: Visit, session: Session) -> Plays:
        """The plays that may be of the session's items; none where they can't be read."""
        request_ids = {segment.request_id for segment in session.segments}
        with visit.tolerated():
            # One that has just begun may be later than the moment of the request.
            stored = self.service.store.plays(visit.user_id)
            own = [p for p in stored if p.timestamp >= session.began or p.request_id in request_ids]
            return self.service.plays_of(own)
        return Plays()

    def _desk(self, visit: Visit, session: Session, own: Plays) -> Desk:
        catalogue = self.service.catalogue
        used = np.zeros(catalogue.size, bool)
        used[catalogue.places_of(session.items)] = True
        return Desk(
            catalogue=catalogue,
            visit=visit,
            popularity=self.service.log.popularity,
            timed=self.service.log.has_times,
            session=session,
            reactions=reactions(catalogue, session, own),
            used=used,
            random=Random(f"{session.seed}/{len(session.segments)}"),
        )

    def _segments(self, desk: Desk, steering: Steering, count: int) -> list[Segment]:
        plans = plan_segments(desk, steering.theme, count)
        with desk.visit.tolerated():
            answers = answer_plans(desk, plans, self.service.models)
            return fill(desk, plans, answers, count, by_models=True)
        return fill(desk, plans, without_models(desk, plans), count, by_models=False)

    def _speak(self, desk: Desk, segments: Sequence[Segment], steering: Steering) -> list[ShownSegment]:
        speaker = Speaker(desk.session, desk.random)
        spoken = []
        for number, segment in enumerate(segments):
            scene = Scene(
                catalogue=desk.catalogue,
                visit=desk.visit,
                popularity=desk.popularity,
                segment=segment.places,
                timed=desk.timed,
                skipped=frozenset(desk.reactions.skipped),
                wishes=() if number else steering.wishes,
            )
            reacted = () if number else desk.reactions.latest
            lines = speaker.introduce(scene, segment.plan.theme, segment.plan.topic, reacted)
            spoken.append((scene, lines))
        if self.rephrase:
            spoken = self._rephrased(speaker, spoken, self.rephrase)
        return [
            ShownSegment(
                theme=segment.plan.theme,
                spoken=[Line.model_validate({"text": one.text, "facts": list(one.facts)}) for one in lines],
                items=[
                    shown(desk.catalogue.item(place), reasons(desk, segment, place, rank))
                    for place, rank in zip(segment.places, segment.ranks, strict=True)
                ],
            )
            for segment, (_, lines) in zip(segments, spoken, strict=True)
        ]

    def _rephrased(
        self, speaker: Speaker, spoken: list[tuple[Scene, list[Spoken]]], rephrase: Rephrase
    ) -> list[tuple[Scene, list[Spoken]]]:
        """All sentences of an answer in other words, where there are some that hold."""
        others = iter(rephrase([line.text for _, lines in spoken for line in lines]))
        return [
            (scene, [speaker.reword(line, next(others, None), scene) for line in lines])
            for scene, lines in spoken
        ]

    def _kept(self, request_id: str, segment: Segment) -> KeptSegment:
        items = [self.service.catalogue.item_ids[place] for place in segment.places]
        return KeptSegment(request_id=request_id, theme=segment.plan.theme, items=items)

    def _impressions(self, visit: Visit, request_id: str, segments: Sequence[Segment]) -> list[Impression]:
        ids = self.service.catalogue.item_ids
        places = [(segment.plan.theme, place) for segment in segments for place in segment.places]
        items = [Shown(position, ids[place], theme) for position, (theme, place) in enumerate(places, 1)]
        return impressions(self.service, visit, request_id, SURFACE, items)


def _current(desk: Desk, own: Plays) -> int | None:
    """What is playing: the session's item that was played last, else the first of its last segment."""
    in_session = set(desk.catalogue.places_of(desk.session.items).tolist())
    for place in reversed(own.items.tolist()):
        if place in in_session:
            return int(place)
    if not desk.session.segments:
        return None
    places = desk.catalogue.places_of(desk.session.segments[-1].items)
    return int(places[0]) if len(places) else None
