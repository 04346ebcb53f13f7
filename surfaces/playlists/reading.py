"""`read`: the terms of a prompt as wishes; which negation, comparison and list each of them belongs to."""

from collections.abc import Sequence
from typing import Final

from surfaces.playlists.draft import Draft, Mode, like_of
from surfaces.playlists.phrases import Role
from surfaces.playlists.scanning import Term
from surfaces.playlists.vocabulary import Vocabulary

_WISHES: Final = frozenset({
    Role.GENRE, Role.CREATOR, Role.YEARS, Role.KIND, Role.MOOD, Role.ACTIVITY, Role.CONTENT, Role.HEARD,
    Role.POPULARITY, Role.EXPLICIT, Role.RECENT,
})  # fmt: skip
_SAID: Final = _WISHES | {Role.ITEM, Role.UNKNOWN, Role.ORDINAL}
"""What a negation may rule out."""
_NOUNS: Final = frozenset({Role.CONTENT, Role.KIND, Role.THINGS})
_AFTER_A_NOUN: Final = frozenset({
    Role.BY, Role.LIKE, Role.YEARS, Role.HEARD, Role.EXPLICIT, Role.POPULARITY, Role.RECENT, Role.MOST, Role.LEAST,
    Role.ACTIVITY, Role.MOOD, Role.GENRE, Role.CREATOR, Role.MINUTES,
})  # fmt: skip
"""What goes on saying which songs are meant: `no songs by her` rules out her, not songs."""
_PARTING: Final = frozenset({Role.BUT, Role.NOT, Role.NUMBER})
_BEFORE_A_COUNT: Final = frozenset(
    {"top", "me", "of", "about", "around", "exactly", "roughly", "just", "only", "to"}
)


def read(terms: Sequence[Term], vocabulary: Vocabulary, current: Sequence[int] = ()) -> Draft:
    """Reads terms in order.

    A negation goes on through `and`, `or` and `nor`, and ends with `but`, a sentence, a word that begins a new
    wish, or a comma that no `or` follows: `no rap, metal or country` rules out three, `no rap, jazz` one.

    Args:
        terms: of the prompt.
        vocabulary: of the catalogue.
        current: places of the list that the prompt refines, which `the third` speaks of.
    """
    reader = _Reader(terms, vocabulary, current)
    for at in range(len(terms)):
        reader.step(at)
    return reader.draft


class _Reader:
    def __init__(self, terms: Sequence[Term], vocabulary: Vocabulary, current: Sequence[int]) -> None:
        self.terms, self.vocabulary, self.current = terms, vocabulary, current
        self.draft = Draft()
        self.mode = Mode.WANT
        self.said = 0  # wishes since the mode began
        self.like = False
        self.compared: Role | None = None  # MOST or LEAST, before a number
        self.used: set[int] = set()  # terms that an earlier one took with it

    def step(self, at: int) -> None:
        """Reads the term at a place."""
        term = self.terms[at]
        if at in self.used:
            return
        if term.after_stop or (term.after_comma and not self._list_goes_on(at)):
            self._begin(Mode.WANT)
        match term.role:
            case Role.NOT | Role.REPLACE:
                self._begin(Mode.NOT)
            case Role.MORE:
                self._begin(Mode.MORE if self.current else Mode.WANT)
            case Role.LESS:
                self._begin(Mode.LESS)
            case Role.BUT:
                self._begin(Mode.WANT)
            case Role.GO_ON:
                if self.said:
                    self._begin(Mode.WANT)
            case Role.LIKE:
                self.like = True
            case Role.MOST | Role.LEAST:
                self.compared = term.role
            case Role.MINUTES:
                self._minutes(at)
            case Role.NUMBER:
                self._count(at)
            case Role.ORDINAL:
                self._ordinal(at)
            case Role.UNKNOWN:
                self._unknown(at)
            case Role.CREATOR | Role.ITEM if self.like or term.role is Role.ITEM:
                self._like(term)
            case role if role in _WISHES:
                self._wish(at)

    def _begin(self, mode: Mode) -> None:
        self.mode, self.said, self.like, self.compared = mode, 0, False, None

    def _wish(self, at: int) -> None:
        term = self.terms[at]
        self.like = False
        if term.role is Role.CONTENT and self.mode is not Mode.WANT and self._is_head(at):
            return
        if (
            term.role is Role.YEARS
            and self.mode is not Mode.WANT
            and self.said
            and self._role(at - 1) is Role.BY
        ):
            self._begin(Mode.WANT)  # `no rap from the 90s`: the list is from the 90s
        self.draft.take(term, self.mode)
        self.said += 1

    def _is_head(self, at: int) -> bool:
        """Whether a noun only carries what stands beside it."""
        if self.said and self._role(at - 1) in _SAID and not self.terms[at].after_comma:
            return True
        following = self._next(at)
        if following is None:
            return False
        term = self.terms[following]
        return term.role in _AFTER_A_NOUN and not (term.after_comma or term.after_stop)

    def _like(self, term: Term) -> None:
        item_id = self.vocabulary.catalogue.item_ids[int(term.number)] if term.role is Role.ITEM else ""
        if self.mode is Mode.NOT:
            self.draft.ban("item_ids" if item_id else "creators", item_id or term.text)
        elif self.mode is Mode.LESS and term.role is Role.CREATOR:
            self.draft.take(term, self.mode)
        else:
            self.draft.add("like", like_of(term, item_id))
        self.said += 1

    def _unknown(self, at: int) -> None:
        bound = at > 0 and self.terms[at - 1].role in (Role.BY, Role.LIKE)
        words = (self.terms[at - 1].words if bound else ()) + self.terms[at].words
        self.draft.not_understood.append(" ".join(word.written for word in words))
        self.said += 1

    def _minutes(self, at: int) -> None:
        term, compared = self.terms[at], self.compared
        self.compared = None
        previous, following = self._before(at), self._next(at)
        each = following is not None and self.terms[following].role is Role.EACH
        if compared is not None:
            beside = [n for n in (previous, following) if n is not None and self.terms[n].role in _NOUNS]
            each = each or bool(beside) or self.mode is Mode.NOT
        if each:
            upper = (compared is not Role.LEAST) != (self.mode is Mode.NOT and compared is not None)
            self.draft.settle("longest" if upper else "shortest", term.number, term)
        elif compared is Role.LEAST:
            self.draft.not_understood.append(self._with_comparison(at))
        else:
            self.draft.settle("minutes", term.number, term)

    def _count(self, at: int) -> None:
        term, compared = self.terms[at], self.compared
        self.compared = None
        following = at + 1
        while following < len(self.terms) and following <= at + 7 and not self._breaks(following):
            if self.terms[following].role in _NOUNS:
                break
            following += 1
        counted = following < len(self.terms) and self.terms[following].role in _NOUNS
        if at + 1 < len(self.terms) and not self._breaks(at + 1):  # ten comedies
            counted |= self.terms[at + 1].role is Role.GENRE
        before = self.terms[at - 1].words[-1].folded if at else ""
        alone = all(t.role in (Role.FILLER, Role.GO_ON, Role.BUT) for t in self.terms[at + 1 :])
        if term.number >= 1 and (
            counted or (alone and (compared or before in _BEFORE_A_COUNT)) or before == "top"
        ):
            self.draft.settle("items", int(term.number), term)
        else:
            self.draft.not_understood.append(term.written)

    def _breaks(self, at: int) -> bool:
        term = self.terms[at]
        return term.after_stop or term.role in _PARTING

    def _ordinal(self, at: int) -> None:
        """`the third`, `the last two`, `the first band`: of the list that is refined."""
        term, after = self.terms[at], at + 1
        count = 1
        if self._role(after) is Role.NUMBER:
            count = max(1, int(self.terms[after].number))
            self.used.add(after)
            after += 1
        creators = self._role(after) is Role.CREATORS or (
            after < len(self.terms) and self.terms[after].written == "show"
        )
        if creators or self._role(after) in _NOUNS:
            self.used.add(after)
        catalogue = self.vocabulary.catalogue
        listed: list[str] = [catalogue.item_ids[place] for place in self.current]
        if creators:
            listed = [c for c in dict.fromkeys(catalogue.creators.value(p) for p in self.current) if c]
        start = len(listed) - count if term.number < 0 else int(term.number) - 1
        chosen = listed[start : start + count] if start >= 0 else []
        self.said += 1
        if len(chosen) < count or (self.mode is Mode.WANT and not self.like):
            self.draft.not_understood.append(term.written)
        elif self.mode is Mode.NOT:
            self.draft.ban("creators" if creators else "item_ids", *chosen)
        elif creators:
            self._of_creators(chosen, term)
        else:
            self._of_items(chosen, term)

    def _of_creators(self, creators: Sequence[str], term: Term) -> None:
        for creator in creators:
            named = Term(Role.CREATOR, term.words, creator)
            if self.like:
                self._like(named)
            else:
                self.draft.take(named, self.mode)

    def _of_items(self, item_ids: Sequence[str], term: Term) -> None:
        for item_id in item_ids:
            place = self.vocabulary.catalogue.place_of(item_id)
            creator = "" if place is None else self.vocabulary.catalogue.creators.value(place)
            if self.mode is Mode.LESS and creator:
                self.draft.take(Term(Role.CREATOR, term.words, creator), self.mode)
            elif place is not None:
                self.draft.add("like", like_of(Term(Role.ITEM, term.words, number=place), item_id))

    def _list_goes_on(self, at: int) -> bool:
        """Whether a list that a negation began ends with `or`: `no rap, metal or country`."""
        for place in range(at, len(self.terms)):
            term = self.terms[place]
            if term.after_stop or term.role in (Role.NOT, Role.BUT, Role.GO_ON, Role.MORE, Role.LESS):
                return False
            if term.role is Role.OR:
                return True
            if term.role not in _SAID | {Role.FILLER, Role.BY}:
                return False
        return self.like and self.terms[at].role in (Role.CREATOR, Role.ITEM)

    def _role(self, at: int) -> Role | None:
        return self.terms[at].role if 0 <= at < len(self.terms) else None

    def _next(self, at: int) -> int | None:
        following = at + 1
        while self._role(following) is Role.FILLER:
            following += 1
        return following if following < len(self.terms) else None

    def _before(self, at: int) -> int | None:
        previous = at - 1
        while self._role(previous) in (Role.FILLER, Role.MOST, Role.LEAST):
            previous -= 1
        return previous if previous >= 0 else None

    def _with_comparison(self, at: int) -> str:
        return f"{self.terms[at - 1].written} {self.terms[at].written}"
