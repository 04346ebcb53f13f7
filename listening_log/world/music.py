"""Which tracks a session plays: one mixture of motives, drawn for everyone at once and known exactly.

What comes next depends on the listener (as of that day), the surface, the track before and whether it was
skipped. `play_sessions` draws from that law, `next_track_chances` says it: an upper bound for any model.
"""

from dataclasses import dataclass

import numpy as np

from listening_log.world.items import Catalogue
from listening_log.world.listeners import ARTIST_CHANCE, FAVOURITE_CHANCE, FAVOURITES, Listeners
from listening_log.world.sessions import SURFACE_CHANCE, Sessions

# Motives: the artist's next track, the favourites' next, a related artist, a favourite, an artist of
# one's own, a chart.
ALBUM, RING, RELATED, FAVOURITE, ARTIST, CHART = range(6)
_AFTER_A_TRACK = np.array(
    [
        [0.12, 0.26, 0.22, 0.24, 0.11, 0.05],  # home
        [0.12, 0.46, 0.04, 0.31, 0.06, 0.01],  # library
        [0.38, 0.10, 0.18, 0.16, 0.12, 0.06],  # search
        [0.05, 0.05, 0.58, 0.10, 0.09, 0.13],  # radio
    ]
)
_AT_THE_START = np.array(
    [
        [0, 0, 0, 0.50, 0.30, 0.20],
        [0, 0, 0, 0.80, 0.16, 0.04],
        [0, 0, 0, 0.30, 0.40, 0.30],
        [0, 0, 0, 0.25, 0.45, 0.30],
    ]
)
_AFTER_A_SKIP = np.array([0.35, 0.6, 0.8, 1.6, 1.4, 1.2])
_PULL = 3.0  # of taste, when a related artist is chosen
_SKIP_BASE, _SKIP_TASTE, _SKIP_FAMILIAR = 0.1, 3.4, 1.2


@dataclass(frozen=True)
class Plays:
    """The tracks of all sessions, in the order of the sessions."""

    track: np.ndarray  # [e] int32
    skipped: np.ndarray  # [e] bool


def motive_chances() -> np.ndarray:
    """[surfaces, states, motives]; states: start, after a track, after a favourite, and both after a skip."""
    after = np.stack([_AFTER_A_TRACK] * 4, axis=1)
    after[:, 2:] *= _AFTER_A_SKIP
    after[:, (0, 2), RING] = 0.0
    chance = np.concatenate([_AT_THE_START[:, None], after], axis=1)
    return chance / chance.sum(axis=2, keepdims=True)


def _state(in_ring: np.ndarray, skipped: np.ndarray) -> np.ndarray:
    return 1 + in_ring + 2 * skipped


def play_sessions(
    catalogue: Catalogue, listeners: Listeners, sessions: Sessions, rng: np.random.Generator
) -> Plays:
    """Plays every session's `length` tracks, step by step, all sessions at once."""
    longest_first = np.argsort(-sessions.length, kind="stable")
    lengths = sessions.length[longest_first]
    place = (np.cumsum(sessions.length) - sessions.length)[longest_first]
    player = _Player(catalogue, listeners, sessions, longest_first)
    track = np.empty(int(sessions.length.sum()), np.int32)
    skipped = np.empty(len(track), bool)
    step = 0
    while active := int(np.searchsorted(-lengths, -step, side="left")):
        at = place[:active] + step
        track[at], skipped[at] = player.step(active, rng)
        step += 1
    return Plays(track, skipped)


class _Player:
    """The state of all sessions between two steps."""

    def __init__(self, catalogue: Catalogue, listeners: Listeners, sessions: Sessions, order: np.ndarray):
        who = sessions.listener[order]
        self.catalogue = catalogue
        self.day = sessions.day[order]
        self.favourites = _slots_on(self.day, listeners.favourites, listeners.favourite_change, who)
        self.artists = _slots_on(self.day, listeners.artists, listeners.artist_change, who)
        self.taste = taste_on(self.day, listeners, catalogue.days, who)
        self.genre_reach = np.cumsum(listeners.genre_share, axis=1)[who]
        self.country = listeners.country[who]
        self.motive_row = sessions.surface[order] * 5
        self.last: tuple[np.ndarray, np.ndarray] | None = None
        self.motive_reach = np.cumsum(motive_chances(), axis=2).reshape(-1, 6)[:, :-1]

    def step(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """The next track of the first `n` sessions, and whether it is skipped."""
        before = None
        ring = np.zeros(n, np.int64)
        row = self.motive_row[:n]
        if self.last is not None:
            before, skipped = self.last[0][:n], self.last[1][:n]
            same = self.favourites[:n] == before[:, None]
            ring = same.argmax(axis=1)
            in_ring = same[np.arange(n), ring]
            row = row + _state(in_ring, skipped)
        motive = (rng.random(n)[:, None] >= self.motive_reach[row]).sum(axis=1)
        track = self._draw(motive, ring, before, rng)
        familiar = (motive == RING) | (motive == FAVOURITE)
        liking = np.einsum("ij,ij->i", self.taste[:n], self.catalogue.track_vector[track])
        self.last = track, rng.random(n) < skip_chances(liking, familiar)
        return self.last

    def _draw(
        self, motive: np.ndarray, ring: np.ndarray, before: np.ndarray | None, rng: np.random.Generator
    ) -> np.ndarray:
        n, catalogue, day = len(motive), self.catalogue, self.day
        track = np.full(n, -1, np.int32)
        chance, fresh = rng.random(n), rng.random(n)
        artist = np.empty(n, np.int32)

        if before is not None:
            at = np.flatnonzero(motive == ALBUM)
            following = next_of_artist(catalogue, before[at], day[at])
            track[at] = np.where(following == before[at], -1, following)
        at = np.flatnonzero(motive == RING)
        track[at] = self.favourites[at, (ring[at] + 1) % FAVOURITES]
        at = np.flatnonzero(motive == FAVOURITE)
        track[at] = self.favourites[at, _slot(FAVOURITE_CHANCE, chance[at])]

        if before is not None:
            at = np.flatnonzero(motive == RELATED)
            artist[at] = self._related(before[at], at, rng)
        at = np.flatnonzero(motive == ARTIST)
        artist[at] = self.artists[at, _slot(ARTIST_CHANCE, rng.random(at.size))]
        at = np.flatnonzero((motive == RELATED) | (motive == ARTIST))
        track[at] = catalogue.by_artist.pick(artist[at], day[at], chance[at], fresh[at])

        at = np.flatnonzero(motive == CHART)
        if before is None:
            genre = (rng.random(at.size)[:, None] >= self.genre_reach[at, :-1]).sum(axis=1)
        else:
            genre = catalogue.artist_genre[catalogue.track_artist[before[at]]]
        track[at] = catalogue.by_genre.pick(genre, day[at], chance[at], fresh[at])

        heard = catalogue.artist_countries[catalogue.track_artist[track]] >> self.country[:n] & 1
        at = np.flatnonzero((track < 0) | (heard == 0))
        track[at] = self.favourites[at, _slot(FAVOURITE_CHANCE, rng.random(at.size))]
        if before is not None:
            at = np.flatnonzero(track == before)
            track[at] = next_of_artist(catalogue, track[at], day[at])
        return track

    def _related(self, before: np.ndarray, at: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        source = self.catalogue.track_artist[before]
        weight = related_weights(self.catalogue, source, self.taste[at])
        column = (rng.random(len(at))[:, None] * weight.sum(1, keepdims=True) >= np.cumsum(weight, 1)).sum(1)
        return self.catalogue.related[source, np.minimum(column, weight.shape[1] - 1)]


def _slot(slot_chance: np.ndarray, chance: np.ndarray) -> np.ndarray:
    return np.searchsorted(np.cumsum(slot_chance)[:-1], chance, side="right")


def _slots_on(day: np.ndarray, slots: np.ndarray, change: np.ndarray, who: np.ndarray) -> np.ndarray:
    """What stands in the slots of listeners `who` [n] on `day` [n]."""
    return np.where(day[:, None] >= change[who], slots[who, 1], slots[who, 0])


def taste_on(day: np.ndarray, listeners: Listeners, days: int, who: np.ndarray) -> np.ndarray:
    """The taste of listeners `who` [n] on `day` [n]: [n, DIMENSION] float32."""
    joined = listeners.joined[who]
    passed = ((day - joined) / np.maximum(days - joined, 1)).astype(np.float32)[:, None]
    return listeners.taste[who, 0] * (1 - passed) + listeners.taste[who, 1] * passed


def skip_chances(liking: np.ndarray, familiar: np.ndarray | bool) -> np.ndarray:
    """How likely a track is skipped, by its cosine to the taste and whether it is played as a favourite."""
    return 1 / (1 + np.exp(_SKIP_TASTE * liking + _SKIP_FAMILIAR * np.asarray(familiar) - _SKIP_BASE))


def next_of_artist(catalogue: Catalogue, track: np.ndarray, day: np.ndarray) -> np.ndarray:
    """The track after `track`, by release, of what its artist has out; after the last, the first. All [n]."""
    artist = catalogue.track_artist[track]
    start = catalogue.by_artist.start[artist]
    return start + (track - start + 1) % catalogue.by_artist.count(artist, day)


def related_weights(catalogue: Catalogue, artist: np.ndarray, taste: np.ndarray) -> np.ndarray:
    """How strongly each artist [n] leads to its related ones for tastes [n, DIMENSION]: [n, r]."""
    vectors = catalogue.artist_vector[catalogue.related[artist]]
    return catalogue.related_weight[artist] * np.exp(_PULL * np.einsum("nrd,nd->nr", vectors, taste))


def next_track_chances(
    catalogue: Catalogue,
    listeners: Listeners,
    row: int,
    day: int,
    *,
    before: int | None = None,
    skipped: bool = False,
    surface: int | None = None,
    kept: bool = False,
) -> np.ndarray:
    """The chance of every track to be played next by the listener in `row`: [tracks] float64, sums to 1.

    `before` is the track before within the session (None: a session starts), `skipped` whether it was
    skipped, `surface` an index into SURFACES (None: not known). With `kept`, the chance of being played next
    and not skipped (sums to less than 1).
    """
    who, on = np.array([row]), np.array([day])
    favourites = _slots_on(on, listeners.favourites, listeners.favourite_change, who)[0]
    artists = _slots_on(on, listeners.artists, listeners.artist_change, who)[0]
    taste = taste_on(on, listeners, catalogue.days, who)[0]
    of_favourites = np.bincount(favourites, FAVOURITE_CHANCE, catalogue.tracks)
    artist_ask = np.bincount(artists, ARTIST_CHANCE, len(catalogue.artist_genre))
    motives = motive_chances()
    motives = np.tensordot(SURFACE_CHANCE, motives, 1) if surface is None else motives[surface]
    chance, familiar = np.zeros(catalogue.tracks), np.zeros(catalogue.tracks)

    if before is None:
        motive, following = motives[0], -1
        genre_ask = listeners.genre_share[row].astype(np.float64)
        genre_ask /= genre_ask.sum()
        artist_ask = motive[ARTIST] * artist_ask
    else:
        ring = np.flatnonzero(favourites == before)
        motive = motives[1 + (len(ring) > 0) + 2 * skipped]
        source = catalogue.track_artist[before]
        genre_ask = np.bincount([catalogue.artist_genre[source]], minlength=catalogue.genres)
        following = int(next_of_artist(catalogue, np.array([before]), on)[0])
        chance[following] += motive[ALBUM] * (following != before)
        if len(ring):
            familiar[favourites[(ring[0] + 1) % FAVOURITES]] += motive[RING]
        weight = related_weights(catalogue, source[None], taste[None])[0]
        related_ask = np.bincount(catalogue.related[source], weight / weight.sum(), len(artist_ask))
        artist_ask = motive[ARTIST] * artist_ask + motive[RELATED] * related_ask

    familiar += motive[FAVOURITE] * of_favourites
    chance += catalogue.by_artist.pick_chances(artist_ask, day, catalogue.tracks)
    chance += catalogue.by_genre.pick_chances(motive[CHART] * genre_ask, day, catalogue.tracks)
    chance *= catalogue.artist_countries[catalogue.track_artist] >> listeners.country[row] & 1
    chance += max(0.0, 1 - chance.sum() - familiar.sum()) * of_favourites
    if before is not None:
        for part in (chance, familiar):
            again, part[before] = part[before], 0.0
            part[following] += again
    if not kept:
        return chance + familiar
    liking = catalogue.track_vector @ taste
    return chance * (1 - skip_chances(liking, False)) + familiar * (1 - skip_chances(liking, True))
