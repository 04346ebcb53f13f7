"""`Vocabulary`: the catalogue's own names, looked up by what a listener writes of them."""

from functools import cached_property
from typing import Final

from models import names
from surfaces.common.catalogue import Catalogue
from surfaces.common.text_vectors import TextVectors
from surfaces.common.wording.catalogue_names import names_of
from surfaces.common.wording.spelling import Lexicon
from surfaces.common.wording.words import key, split_words
from surfaces.playlists.phrases import phrases

_ALIASES: Final = {
    "rnb": "r&b", "rhythmandblues": "r&b", "edm": "electronic", "electronica": "electronic", "dnb": "drum and bass",
    "drumnbass": "drum and bass", "rocknroll": "rock and roll", "hiphopandrap": "hip hop", "docu": "documentary",
    "docs": "documentary", "docos": "documentary", "scifi": "sci-fi", "sciencefiction": "sci-fi", "romcom": "romance",
    "cartoon": "animation", "animated": "animation", "cartoons": "animation", "scary": "horror", "tech": "technology",
    "bossa": "bossa nova", "murder": "true crime", "crimestories": "true crime", "finance": "economics",
    "orchestra": "orchestral", "symphony": "orchestral", "symphonies": "orchestral", "noir": "film-noir",
    "rapping": "rap", "rapper": "rap", "rappers": "rap", "jazzy": "jazz", "kid": "childrens", "trance": "techno",
    "oldies": "retro",
}  # fmt: skip
"""What listeners call genres beside their names; each counts where the catalogue has the genre."""
_KINDS: Final = {"film": "movie", "films": "movie", "flick": "movie", "flicks": "movie", "cinema": "movie",
                 "band": "artist", "bands": "artist", "lp": "album", "lps": "album", "records": "album"}  # fmt: skip
_MUSIC: Final = frozenset({"", "track", "song", "music", "album", "artist", "single", "recording", "video"})


class Vocabulary:
    """What a catalogue's genres, creators, titles and kinds are called.

    Args:
        catalogue: whose names.
        vectors: which know common words, so that none is taken for a typo; None where none is known.
    """

    def __init__(self, catalogue: Catalogue, vectors: TextVectors | None = None) -> None:
        self.catalogue = catalogue
        self._vectors = vectors
        self._names = names_of(catalogue)
        self.genres, self.creators = self._names.genres, self._names.creators
        self._kind_of = {key(value): value for value in catalogue.kinds.values}

    @property
    def titles(self) -> Lexicon:
        """Titles by place."""
        return self._names.titles

    def prepare(self) -> "Vocabulary":
        """Makes all that lookups need, seconds for a large catalogue, so that no listener waits for it."""
        self._names.prepare()
        _ = self._families, self._places_by_title
        return self

    def is_common(self, word: str) -> bool:
        """Whether a folded word, or what it is the plural of, is common in itself, so that it is no typo."""
        if (word,) in phrases().known:
            return True
        return self._vectors is not None and any(map(self._vectors.is_common, (word, word.removesuffix("s"))))

    def genre(self, written: str, following: str = "") -> tuple[str, ...]:
        """The tags that a key names; () for none.

        It is the genre itself, else all of whose names it is a word: rock is indie rock and punk rock. In `indie pop`
        it is none of them, where the catalogue has indie rock alone: `following` is the key of the next word.
        """
        for form in _forms(written):
            hit = self.genres.exact(form) or self.genres.exact(key(_ALIASES.get(form, "")))
            if hit is not None:
                return (self.genres.names[hit.place],)
        for form in _forms(written):
            family = self._families.get(form, ())
            if following and self.genre(following):
                family = [name for name in family if key(name).endswith(form)]
            if family:
                return tuple(family)
        return ()

    def kind(self, written: str) -> str:
        """The kind of the catalogue that a key names, singular or plural; "" for none."""
        for form in (*_forms(written), _KINDS.get(written, "")):
            if form in self._kind_of:
                return self._kind_of[form]
        return ""

    def has_content(self, content: str) -> bool:
        """Whether the catalogue has music, or talk."""
        return content in self._contents

    def mood_tags(self, word: str, name: str) -> tuple[str, ...]:
        """The catalogue's tags for a mood or an activity: the listener's own word for a mood, if it is a tag."""
        if name not in phrases().activities:
            for form in _positive(key(word)):
                hit = self.genres.exact(form)
                if hit is not None:
                    return (self.genres.names[hit.place],)
        return self._fitting(name)

    def creator_with_word(self, written: str) -> str:
        """The only creator in whose name a key is a word; "" for none or several."""
        return self._names.creator_with_word(written)

    def titled(self, place: int) -> list[int]:
        """Places of all items with the title of one."""
        return self._places_by_title[key(self.catalogue.titles[place])]

    @cached_property
    def _contents(self) -> frozenset[str]:
        kinds = set(self.catalogue.kinds.values)
        talk = {"talk"} if kinds & set(names.TALK_KINDS) else set()
        music = {"music"} if not kinds or kinds & _MUSIC or (self.catalogue.kinds.codes < 0).any() else set()
        return frozenset(talk | music)

    @cached_property
    def _families(self) -> dict[str, list[str]]:
        families: dict[str, list[str]] = {}
        for genre in self.genres.names:
            words = tuple(word.folded for word in split_words(genre))
            if len(words) > 1 and words not in phrases().meanings:
                for word in {word for word in words if len(word) > 2}:
                    families.setdefault(word, []).append(genre)
        return families

    @cached_property
    def _places_by_title(self) -> dict[str, list[int]]:
        places: dict[str, list[int]] = {}
        for place, title in enumerate(self.catalogue.titles):
            places.setdefault(key(title), []).append(place)
        return places

    def _fitting(self, name: str) -> tuple[str, ...]:
        for tags in phrases().tags[name]:
            hits = [hit for tag in tags if (hit := self.genres.exact(key(tag))) is not None]
            if hits:
                return tuple(dict.fromkeys(self.genres.names[hit.place] for hit in hits))
        return ()


def _forms(written: str) -> tuple[str, ...]:
    """A key, and without its plural or its y: `ballads`, `comedies`, `folky`."""
    forms = [written]
    if len(written) > 4:
        if written.endswith("ies"):
            forms.append(f"{written[:-3]}y")
        if written.endswith("s"):
            forms.append(written[:-1])
        if written.endswith("es"):
            forms.append(written[:-2])
        if written.endswith("y"):
            forms += [written[:-1], written[:-2]] if written[-2] == written[-3] else [written[:-1]]
    return tuple(forms)


def _positive(written: str) -> tuple[str, ...]:
    """A key, and what it is the comparative of: `calmer`, `sadder`."""
    if not written.endswith("er"):
        return (written,)
    root = written[:-2]
    return (written, root, root[:-1]) if root[-2:-1] == root[-1:] else (written, root)
