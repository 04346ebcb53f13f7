"""What the stage Production hands on: the models in production, as far as training and evaluation need them."""

from tfx.utils import io_utils

from components.common.records import Production
from components.pushed.pushed_models import PushedModels
from listening_log.tables.spans import Spans
from models import names


def copy_production_models(destination: str, spans: Spans, out_uri: str, *, earlier: bool) -> None:
    """Copies what is needed of the version in production to `out_uri`, and writes its record.

    Args:
        destination: folder of the pushed models.
        spans: those that the run reads.
        out_uri: folder to write: `upnext/` as it is served, and of the other two what training starts from.
        earlier: only a version counts that has not learnt from the newest of the spans.

    Raises:
        UserError: `destination` is not mounted.
    """
    pushed = PushedModels(destination)
    version = pushed.in_production(spans.newest if earlier else None)
    record = Production()
    if version:
        record = Production(version=version, last_span=pushed.last_span(version))
        upnext = pushed.model(names.STOCK, names.UPNEXT, version).path
        io_utils.copy_dir(str(upnext), f"{out_uri}/{names.UPNEXT}")
        for model in (names.RETRIEVAL, names.RANKER):
            trained = pushed.model(names.STOCK, model, version).trained
            io_utils.copy_dir(str(trained), f"{out_uri}/{model}")
    record.write(out_uri)
