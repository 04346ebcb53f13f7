"""The pipeline's parameters where it runs on this machine."""

from pathlib import Path

from components.pushed.pushed_models import PushedModels
from listening_log.cleaning.forgotten import Forgotten
from listening_log.tables.spans import Spans
from tfx_pipeline.config.tree import Config
from tfx_pipeline.home.layout import Home
from tfx_pipeline.parameters import Parameters


def local_parameters(
    data_dir: Path, data_digest: str, home: Home, config: Config, spans: Spans, *, earlier: bool = True
) -> Parameters:
    """What this run of the pipeline differs in: its log, whom HOME leaves out, and what HOME serves.

    Args:
        data_dir: folder of the log's tables, absolute.
        data_digest: of the tables' contents.
        home: where models are pushed, by its absolute path.
        config: all settings.
        spans: those of the log that are read.
        earlier: the version in production is one whose log ended before these spans.
    """
    forgotten = str(home.forgotten_file)
    return Parameters(
        data_dir=str(data_dir),
        data_digest=data_digest,
        destination=str(home.serving),
        seed=config.seed,
        retrieval_positions=config.retrieval.max_positions,
        ranker_positions=config.ranker.max_positions,
        spans=str(spans),
        forgotten=forgotten if home.forgotten_file.exists() else "",
        forgotten_digest=Forgotten.load(forgotten).digest,
        production=PushedModels(home.serving).in_production(spans.newest if earlier else None),
    )
