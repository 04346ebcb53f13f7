"""The records that stages write for each other, in the order of the pipeline.

The docstring of each says which stage writes it; `FILE` is its name in the stage's artifact. Those of the trainers
stand in `components.trainer.training_records`: an edit of a model's settings must not run the other stages again.
"""

import math
from typing import ClassVar, Final

from pydantic import Field
from typing_extensions import Self

from components.common.record import Figure, Part, Record


class SplitPlan(Part):
    """How the log was split, and why so."""

    kind: str
    reason: str
    first_cut: int | None
    """Unix seconds; None where each listener's last events are held out."""
    second_cut: int | None


class ContextShape(Part):
    """The columns that say where and how an item was played."""

    columns: list[str]
    slots: int
    """Context tokens that an event has."""


class ListenerShape(Part):
    """The columns of `users` that say who plays."""

    columns: list[str]


class SpanRange(Part):
    """The first and the last of the log's spans that were read."""

    first: int
    last: int


class SpanEvents(SpanRange):
    """The spans that were read, with the number of events in each."""

    begin: int
    """Time of the newest span's first event, unix seconds."""
    events: dict[int, int]


class SplitFigures(Part):
    """What was written to one split."""

    windows: int
    targets: int
    outcomes: dict[str, int]
    """Targets of each outcome."""


class Summary(Record):
    """What example generation learnt of the log."""

    FILE: ClassVar[str] = "summary.json"

    split: SplitPlan
    time_features: bool
    """Whether the log's times are times of day, or only say what came first."""
    policies: dict[str, int]
    """How many events each cleaning policy changed or dropped."""
    places: dict[str, str]
    """File and row of the first of these events, by policy."""
    events: int
    listeners: int
    items: int
    items_played: int
    outcomes: dict[str, int]
    heads: list[str]
    """Those that the outcomes of `train` can teach."""
    context: ContextShape
    item_columns: dict[str, float] = Field(default_factory=dict)
    """Columns of events that follow from the item, with the share of events that agree: item data, no context."""
    listener: ListenerShape
    span: tuple[int, int]
    """Times of the first and the last event, unix seconds."""
    spans: SpanEvents
    splits: dict[str, SplitFigures]


class SpanFigures(Part):
    """What one span contains."""

    rows: int
    events: int
    days: int
    items: int
    """Distinct items that were played."""
    policies: dict[str, int]
    columns: list[str]


class SpanValidation(Record):
    """SpanValidator: how the newest span compares with those before it."""

    FILE: ClassVar[str] = "span_validation.json"

    newest: int | None
    """None where there is nothing to compare with."""
    spans: dict[int, SpanFigures]
    distances: dict[str, dict[str, Figure]]
    """The `drift` and `skew` of each feature."""


class Production(Record):
    """Production: the version that was in production before the newest span."""

    FILE: ClassVar[str] = "production.json"

    version: int = 0
    """0 where nothing was pushed before the span."""
    last_span: int = 0


class SearchPoint(Part):
    """What one way to search an index finds, and what it takes for one query."""

    leaves_searched: int = 0
    """0: not in leaves."""
    reorder: int = 0
    """Items rescored exactly; 0: all are."""
    recall_at_200: Figure = math.nan
    milliseconds: Figure = math.nan


class Index(Record):
    """IndexBuilder: the kind of the searcher, how many of the nearest items it finds, and how it was chosen."""

    FILE: ClassVar[str] = "index.json"

    kind: str
    items: int
    queries: int
    recall_at_10: Figure = math.nan
    recall_at_100: Figure = math.nan
    recall_at_200: Figure = math.nan
    leaves: int = 0
    """0: there are none."""
    anisotropy: Figure = math.nan
    """The threshold of the quantiser's loss; NaN: none."""
    chosen: SearchPoint = SearchPoint()
    curve: tuple[SearchPoint, ...] = ()
    """The same index with fewer and with more leaves searched."""
    exact_milliseconds: Figure = math.nan
    """What exact search takes for one query in the build without ScaNN."""
    partitions: SearchPoint | None = None
    """How the build without ScaNN searches; None: exactly."""


TWO_STAGE: Final = "two_stage"
"""Name of both models together, as `upnext` serves them, among the models of an evaluation."""
TRANSFORMER: Final = "transformer"
"""Name of the ranker without its evidence."""
MEMORIES: Final = "memories"
"""Name of the ranker's evidence alone, in the shares that were chosen for it."""
RECENT_POPULARITY: Final = "recent_popularity"
"""Name of the baseline that ranks by the plays of the newest seven days; there is none where times are order only."""


class Ranking(Part):
    """How well a model ranks."""

    hr_at_10: Figure = math.nan
    ndcg_at_10: Figure = math.nan
    mrr: Figure = math.nan


class SliceRanking(Ranking):
    """How well the two-stage whole ranks some of the targets."""

    targets: int
    recall_at_200: Figure = math.nan
    """Share of them among the candidates of retrieval."""


class Difference(Part):
    """By how much NDCG@10 is above another model's, with the bootstrap's interval."""

    difference: Figure = math.nan
    low: Figure = math.nan
    high: Figure = math.nan


class ProductionSlice(Difference):
    """NDCG@10 on some of the targets, of the new model and of the one in production."""

    targets: int
    ndcg_at_10: Figure = math.nan
    production: Figure = math.nan


class BesideProduction(Part):
    """The new model beside the one in production."""

    version: int
    last_span: int
    slices: dict[str, ProductionSlice]


class Evaluation(Record):
    """RankingEvaluator: quality on `test`, of the models and of the baselines."""

    FILE: ClassVar[str] = "evaluation.json"

    targets: int
    listeners: int
    exclude_seen: bool
    metrics: dict[str, Ranking]
    """By model: `TWO_STAGE`, `ranker`, its parts `TRANSFORMER` and `MEMORIES`, `retrieval` and the baselines."""
    retrieval_recall: dict[str, Figure]
    """Share of the targets among the candidates, without and with the neighbours of the history."""
    against: dict[str, Difference]
    """The two-stage whole beside baselines, by the baseline's name."""
    slices: dict[str, SliceRanking]
    """The two-stage whole on some of the targets: new and known items, short and long histories."""
    production: BesideProduction | None
    """None where nothing was in production before the newest span."""


class ModelSpans(Record):
    """Spans that a model has learnt from: the part of its information that models of every age have."""

    FILE: ClassVar[str] = "upnext.json"

    spans: SpanRange


class ModelInfo(ModelSpans):
    """Composer: what a client needs to know of a served model, in its `assets.extra`."""

    model: str
    k: int | None
    """How many items it answers; None for as many as were sent."""
    max_length: int
    items: int
    heads: list[str]
    item_tokens: dict[str, int]
    """How many tokens the items' columns have."""
    context_tokens: list[str]
    """Those of listeners and requests that the model knows, the most frequent first."""
    context_columns: list[str]
    listener_columns: list[str]
    time_features: bool
    data_span: tuple[int, int]
    spans: SpanEvents
    quality: Ranking


class Agreement(Part):
    """Shares of the answers that are the same."""

    server_agreement: Figure = math.nan
    """Answers of a fresh server, over gRPC and REST, and of the models in this process."""
    neutral_agreement: Figure = math.nan
    """Answers of `contextual` with neutral values and of `serving_default`."""
    stock_agreement: Figure = math.nan
    """Share of the ten best items of the `scann` build that the `stock` build has among its own."""
    histories: int = 0


class ServingCheck(Record):
    """ServingCheck: whether the models answer through a server as they do in process."""

    FILE: ClassVar[str] = "serving_check.json"

    ok: bool
    figures: Agreement
    reasons: list[str]
    """What differs, or why no server answered."""


class Gate(Part):
    """One floor that a figure must clear."""

    name: str
    figure: Figure
    floor: float
    strict: bool = False
    """The figure must be above the floor; otherwise it may be level with it."""
    passed: bool

    @classmethod
    def judge(cls, name: str, figure: float, floor: float, *, strict: bool = False) -> Self:
        """Judges a figure; one that could not be taken does not pass."""
        passed = figure > floor if strict else figure >= floor
        return cls(name=name, figure=figure, floor=floor, strict=strict, passed=passed)

    @property
    def refusal(self) -> str:
        """The gate's name, figure and floor on one line."""
        relation = "above" if self.strict else "at least"
        figure = f"{self.figure:.4f}" if math.isfinite(self.figure) else "no figure"
        return f"gate {self.name!r} said no: {figure}, must be {relation} {self.floor:.4f}"


class Gates(Record):
    """Bless: every gate between a trained model and a push."""

    FILE: ClassVar[str] = "gates.json"

    blessed: bool
    gates: list[Gate]
    tfma: dict[str, Figure] | None = None
    """TFMA's figures over the whole split; None where it did not run."""

    @property
    def refusals(self) -> list[str]:
        """A line for each gate that said no."""
        return [gate.refusal for gate in self.gates if not gate.passed]


class Push(Record):
    """Push: what was published where."""

    FILE: ClassVar[str] = "push.json"

    version: int
    destination: str


class RunReport(Record):
    """ExitHandler: how a run on a cluster ended."""

    FILE: ClassVar[str] = "report.json"

    run: str
    ended: str
    """`failed`, `refused` (a gate said no), `pushed`, or `done` where nothing says more."""
    stage: str
    """The one that failed or refused, "" for none."""
    line: str
