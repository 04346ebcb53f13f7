"""How one version of a model fares, in the states of TF Serving."""

from dataclasses import dataclass

from serving.loaded_model import LoadedModel

# States of tensorflow_serving/apis/get_model_status.proto.
LOADING, AVAILABLE, UNLOADING, END = "LOADING", "AVAILABLE", "UNLOADING", "END"


@dataclass
class Version:
    """One version of a model and how it fares."""

    number: int
    state: str = LOADING
    error: str = ""
    model: LoadedModel | None = None
    in_flight: int = 0
    tries: int = 1
    next_try: float = float("inf")  # of a broken one, by the monotonic clock
    failed_stamp: frozenset[object] = frozenset()  # what its folder looked like when it failed
    seen_stamp: frozenset[object] = frozenset()  # what it looked like at the last look
