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


def default_values(config: Config) -> dict[str, str | int]:
    """Returns every runtime parameter with its default; the default's type is the parameter's.

    All but the data's version have the names of the fields of `Parameters`.
    """
    return {
        DATA_DIR: config.kubeflow.data_dir,
        SPANS: "",
        DATA_VERSION: "",
        DESTINATION: config.kubeflow.destination,
        "seed": config.seed,
        "retrieval_positions": config.retrieval.max_positions,
        "ranker_positions": config.ranker.max_positions,
        "forgotten": "",
    }


def runtime_parameters(config: Config) -> "Parameters":
    """Returns the parameters that the pipeline is defined with: for each value the cluster's placeholder."""
    from tfx.orchestration.data_types import RuntimeParameter

    from tfx_pipeline.parameters import Parameters

    placeholders = {
        name: RuntimeParameter(name, ptype=type(default), default=default)
        for name, default in default_values(config).items()
    }
    return Parameters(data_digest=placeholders.pop(DATA_VERSION), **placeholders)
