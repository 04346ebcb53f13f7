"""The runtime parameters of the compiled pipeline: what a submitter may set, run by run."""

from typing import TYPE_CHECKING, Final

from tfx_pipeline.config.tree import Config

if TYPE_CHECKING:
    from tfx_pipeline.parameters import Parameters

DATA_DIR: Final = "data_dir"
SPANS: Final = "spans"
DATA_VERSION: Final = "data_version"
"""Part of the cache's key: another value reads the log, and who is forgotten, anew."""
DESTINATION: Final = "destination"
SEED: Final = "seed"
RETRIEVAL_POSITIONS: Final = "retrieval_positions"
RANKER_POSITIONS: Final = "ranker_positions"
FORGOTTEN: Final = "forgotten"


def default_values(config: Config) -> dict[str, str | int]:
    """Returns every runtime parameter with its default; the default's type is the parameter's."""
    return {
        DATA_DIR: config.kubeflow.data_dir,
        SPANS: "",
        DATA_VERSION: "",
        DESTINATION: config.kubeflow.destination,
        SEED: config.seed,
        RETRIEVAL_POSITIONS: config.retrieval.max_positions,
        RANKER_POSITIONS: config.ranker.max_positions,
        FORGOTTEN: "",
    }


def runtime_parameters(config: Config) -> "Parameters":
    """Returns the parameters that the pipeline is defined with: for each value the cluster's placeholder."""
    from tfx.orchestration.data_types import RuntimeParameter

    from tfx_pipeline.parameters import Parameters

    placeholders = {
        name: RuntimeParameter(name, ptype=type(default), default=default)
        for name, default in default_values(config).items()
    }
    return Parameters(
        data_dir=placeholders[DATA_DIR],
        data_digest=placeholders[DATA_VERSION],
        destination=placeholders[DESTINATION],
        seed=placeholders[SEED],
        retrieval_positions=placeholders[RETRIEVAL_POSITIONS],
        ranker_positions=placeholders[RANKER_POSITIONS],
        spans=placeholders[SPANS],
        forgotten=placeholders[FORGOTTEN],
    )
