import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from listening_log.importers.writing.seen_ids import SeenIds

IDS = st.lists(st.one_of(st.none(), st.text(max_size=2)), max_size=20)


@settings(deadline=None, max_examples=100)
@given(st.lists(IDS, max_size=5))
def test_an_id_is_new_once(batches: list[list[str | None]]) -> None:
    seen, known = SeenIds(), set[str]()
    for ids in batches:
        expected = [row for row, id_ in enumerate(ids) if id_ and id_ not in known and ids.index(id_) == row]
        assert seen.add(pa.array(ids, pa.string())).tolist() == expected
        known |= {id_ for id_ in ids if id_}
    assert len(seen) == len(known)
