"""Every name that two parts of Upnext share: features, tokens, outcomes, signatures, outputs.

A string that stands in two files is a bug to come; it stands here instead.
"""

from typing import Final

# Features of a window example (one window of a listener's history, oldest event first).
USER_ID: Final = "user_id"  # bytes [1]
WINDOW_START: Final = "window_start"  # int64 [1]: the first event's place in the whole history
ITEM_IDS: Final = "item_ids"  # bytes [n]
TIMESTAMPS: Final = "timestamps"  # int64 [n], unix seconds; 0 = unknown
OUTCOMES: Final = "outcomes"  # int64 [n], the codes below
TARGETS: Final = (
    "targets"  # int64 [n]: not 0 where this split may ask "was this event foreseen?"; codes in `all`
)
LISTENER: Final = "listener"  # bytes [any]: tokens that hold for the listener (country=SE)
CONTEXT: Final = "context"  # bytes [n * slots]: tokens of each event (surface=home), "" = none

# Features of a catalogue example.
ITEM_ID: Final = "item_id"  # bytes [1]
TITLE: Final = "title"  # bytes [1], "" = none
DESCRIPTION: Final = "description"  # bytes [1], "" = none
ITEM_TOKENS: Final = "item_tokens"  # bytes [any]: kind=…, creator=…, genre=…, explicit=1, country=…
DURATION_MS: Final = "duration_ms"  # int64 [1], 0 = unknown
RELEASE_DAY: Final = "release_day"  # int64 [1], days since 1970-01-01; RELEASE_UNKNOWN = unknown
RELEASE_UNKNOWN: Final = -1_000_000

TALK_KINDS: Final = (
    "audiobook",
    "chapter",
    "episode",
    "podcast",
    "show",
)  # the other kinds are music, films …

# Features that Transform adds.
GAP: Final = "gap"  # int64, quantile bucket of the seconds since the event before, 0 = unknown
HOUR: Final = "hour"  # int64, 1 + hour of the day (UTC), 0 = unknown
WEEKDAY: Final = "weekday"  # int64, 1 + day of the week (UTC), 0 = unknown
CONTENT: Final = "content"  # int64 [any], 1 + index of a content token of an item

# What a batch of windows has beside GAP, HOUR, WEEKDAY, CONTEXT and LISTENER (`models.layers.Batch`).
ITEM: Final = "item"  # int32 [B, T], item index, 0 = none
OUTCOME: Final = "outcome"  # int32 [B, T], what came of the event, the codes below
SEEN_OUTCOME: Final = "seen_outcome"  # int32 [B, T], the outcomes that the history shows, all 0 when served
TARGET: Final = "target"  # int32 [B, T], 1 where this split may ask for the event

# Outcomes of an event.
UNKNOWN: Final = 0
COMPLETED: Final = 1
PARTIAL: Final = 2
SKIPPED: Final = 3
OUTCOME_NAMES: Final = ("unknown", "completed", "partial", "skipped")

# Splits of the window examples. ALL holds each event once, for the final fit; KNOWN is its part before `test`.
# LEARNT and NEWCOMERS are parts of TRAIN: of the listeners that a first fit learns from, and of those it leaves out.
TRAIN: Final = "train"
EVAL: Final = "eval"
TEST: Final = "test"
ALL: Final = "all"
KNOWN: Final = "known"
LEARNT: Final = "learnt"
NEWCOMERS: Final = "newcomers"
TARGET_OF: Final = {TRAIN: 1, EVAL: 2, TEST: 3}  # the code of a target in ALL: the split that asks for it
CATALOG: Final = "catalog"

# Served models, signatures, inputs and outputs (docs/guide/serve-with-tf-serving.md).
RETRIEVAL: Final = "retrieval"
RANKER: Final = "ranker"
UPNEXT: Final = "upnext"
MODELS: Final = (RETRIEVAL, RANKER, UPNEXT)  # the order of a push: `upnext` last
SCANN: Final = "scann"
STOCK: Final = "stock"
BUILDS: Final = (SCANN, STOCK)
SERVING_DEFAULT: Final = "serving_default"
CONTEXTUAL: Final = "contextual"
CANDIDATE_IDS: Final = "candidate_ids"
REQUEST_TIME: Final = "request_time"
EXCLUDE_IDS: Final = "exclude_ids"
ONLY: Final = "only"
WITHOUT: Final = "without"
SCORES: Final = "scores"
P_COMPLETE: Final = "p_complete"
P_SKIP: Final = "p_skip"
CANDIDATES: Final = 200  # K of `retrieval`
ANSWERS: Final = 100  # K of `upnext`
NEIGHBOURS: Final = 100  # items that the evidence puts first, which `upnext` ranks beside the candidates

EXTRA_ASSETS: Final = "assets.extra"  # of a SavedModel: the folder of what TensorFlow itself does not read

# What Transform fits.
GAP_BUCKETS: Final = 16
HOURS: Final = 24
WEEKDAYS: Final = 7
TOKENS_VOCABULARY: Final = "tokens"  # of listeners and contexts, one vocabulary
CONTENT_VOCABULARY: Final = "content_tokens"  # of the catalogue

# The retrieval model's own signature: candidate vectors float32 [B, D] of `item_ids` string [B].
EMBED_ITEMS: Final = "embed_items"
VECTORS: Final = "vectors"
