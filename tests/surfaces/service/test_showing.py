from dataclasses import replace
from pathlib import Path

from surfaces.common.moment import Moment
from surfaces.service.showing import Shown, impressions
from surfaces.store.records import Impression
from tests.surfaces import worlds


def test_what_is_shown_names_the_visit_and_the_push(tmp_path: Path) -> None:
    service = worlds.service(tmp_path, worlds.catalogue([{"item_id": "a"}]))
    visit = service.visit("ann", Moment.parse("2026-11-26T08:30:00Z"))
    items = [Shown(1, "a", "new", 0.5), Shown(2, "b")]
    assert impressions(replace(service, model_version="7"), visit, "r", "home", items) == [
        Impression("r", 1, "ann", visit.moment.unix, "a", "home", "new", 0.5, "7"),
        Impression("r", 2, "ann", visit.moment.unix, "b", "home", "", None, "7"),
    ]
