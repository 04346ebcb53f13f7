"""Which pushed version was in production before a span, and what of it the next training and evaluation need.

A version that has learnt from the newest span can't be measured on it fairly, nor can a run start from it and
still give the same result when it is repeated. So production is the newest version whose log ended earlier.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tfx.utils import io_utils

from components.common.artifacts import PRODUCTION_FILE
from components.pushed.origin import origin_of
from components.pushed.production_record import TRAINED, InProduction
from components.pushed.publish import complete_versions
from listening_log.errors import UserError
from listening_log.tables.spans import newest_span
from models import names


def version_in_production(destination: str | Path, spans: str, *, earlier: bool = True) -> int:
    """The newest whole version, 0 for none; with `earlier`, of those whose log ended before `spans` do.

    Of one that was pushed again the first version counts while it is there: nothing new was learnt, so what
    was made of it need not be made again.
    """
    folder, newest = Path(destination), newest_span(spans)
    versions = complete_versions(folder) if newest > 1 or not earlier else []
    fitting = (v for v in reversed(versions) if not earlier or _last_span(folder, v) < newest)
    version = next(fitting, 0)
    first = origin_of(folder, version).models_of if version else 0
    return first if first in versions else version


def take(destination: str, spans: str, out_uri: str, *, earlier: bool) -> None:
    """Copies what is needed of the version in production to `out_uri`, and writes `production.json`.

    `destination`, `spans` and `earlier` as in `version_in_production`.

    Raises UserError where the folder of the pushed models is not mounted.
    """
    if "://" in destination:
        raise UserError(f"cannot read what was pushed to {destination}: a mounted folder is needed")
    version, found = version_in_production(destination, spans, earlier=earlier), InProduction()
    if version:
        stock = Path(destination) / names.STOCK
        found = InProduction(version, _last_span(Path(destination), version))
        io_utils.copy_dir(str(stock / names.UPNEXT / str(version)), f"{out_uri}/{names.UPNEXT}")
        for model in (names.RETRIEVAL, names.RANKER):
            trained = stock / model / str(version) / "assets.extra" / TRAINED
            io_utils.copy_dir(str(trained), f"{out_uri}/{model}")
    io_utils.write_string_file(f"{out_uri}/{PRODUCTION_FILE}", json.dumps(asdict(found)))


def _last_span(destination: Path, version: int) -> int:
    info = destination / names.STOCK / names.UPNEXT / str(version) / "assets.extra" / names.MODEL_INFO_FILE
    told: dict[str, Any] = json.loads(info.read_text(encoding="utf-8"))
    return int(told["spans"]["last"])
