"""A DJ's session: what was played in it and said, and what the listener wished, as it is kept between requests."""

from pydantic import BaseModel, Field


class KeptSegment(BaseModel):
    """A segment that was answered."""

    request_id: str
    theme: str
    items: list[str]


class Steers(BaseModel):
    """What the listener wished; it holds until they wish otherwise.

    Attributes:
        talk: how much is said: 0 nothing, 1 a sentence, 2 the usual, 3 more.
        energy: below 0 calmer, above 0 livelier, so many steps.
        first_year: 0 = any.
        last_year: 0 = any.
        only: item tokens of which an item must have one.
        without: item tokens of which an item must have none.
        heard: False for unheard items alone, True for heard ones alone.
    """

    talk: int = 2
    energy: int = 0
    first_year: int = 0
    last_year: int = 0
    only: list[str] = Field(default_factory=list)
    without: list[str] = Field(default_factory=list)
    heard: bool | None = None


class Session(BaseModel):
    """What is kept.

    Attributes:
        began: unix seconds of the first request.
        seed: of all that is left to chance.
        segments: in order.
        steers: of the listener.
        said: sentences, by digest: none is said twice.
        lines: how often each template was used, by its text's digest.
    """

    began: int
    seed: str
    segments: list[KeptSegment] = Field(default_factory=list)
    steers: Steers = Field(default_factory=Steers)
    said: list[str] = Field(default_factory=list)
    lines: dict[str, int] = Field(default_factory=dict)

    @property
    def items(self) -> list[str]:
        """All items so far."""
        return [item for segment in self.segments for item in segment.items]

    @property
    def themes(self) -> list[str]:
        """All themes so far."""
        return [segment.theme for segment in self.segments]
