import tensorflow as tf

from models import names
from models.request_features import RequestFeatures
from tests.models import tiny


def features(max_length: int = 3, use_times: bool = True) -> RequestFeatures:
    return RequestFeatures(tiny.catalog(), tiny.transform, max_length, use_times=use_times)


def read(rows, times=None, request_time=None, **kwargs):
    item_ids = tf.constant(rows, tf.string)
    times = tf.constant(times, tf.int64) if times else tf.zeros([len(rows), 0], tf.int64)
    request_time = tf.constant(request_time or [0] * len(rows), tf.int64)
    return features(**kwargs)(item_ids, times, request_time, tf.fill([len(rows), 0], ""))


def test_empty_and_unknown_ids_are_ignored_wherever_they_stand():
    batch, last = read([["", "i00", "nothing", "i01"], ["i02", "", "", ""]])

    assert batch[names.ITEM].numpy().tolist() == [[1, 2, 0], [3, 0, 0]]
    assert last.numpy().tolist() == [2, 1]


def test_the_newest_events_are_kept():
    batch, last = read([["i00", "i01", "i02", "i03", "i04"]])

    assert batch[names.ITEM].numpy().tolist() == [[3, 4, 5, 0]]
    assert last.numpy().tolist() == [3]


def test_an_empty_history_is_a_request_alone():
    batch, last = read([["", ""]])

    assert batch[names.ITEM].numpy().tolist() == [[0]]
    assert last.numpy().tolist() == [0]


def test_times_stay_with_their_events_and_the_request_comes_last():
    batch, _ = read([["", "i00", "i01"]], times=[[0, 0, 50]], request_time=[60])

    assert batch[names.GAP].numpy().tolist() == [[0, 1, 1]]


def test_times_are_neutral_where_the_log_has_only_an_order():
    batch, _ = read([["i00", "i01"]], times=[[40, 50]], request_time=[60], use_times=False)

    assert batch[names.GAP].numpy().tolist() == [[0, 0, 0]]


def test_a_plain_request_reads_as_one_with_neutral_times_and_tokens():
    rows = [["", "i00", "i01", "i02", "i03"], ["i04", "nothing", "", "", ""], [""] * 5]
    neutral, last = read(rows)

    batch, plain_last = features().plain(tf.constant(rows))

    assert plain_last.numpy().tolist() == last.numpy().tolist()
    assert batch.keys() == neutral.keys()
    for name, values in neutral.items():
        assert batch[name].dtype == values.dtype
        assert batch[name].numpy().tolist() == values.numpy().tolist()


def test_a_transform_that_knows_something_of_no_times_runs_for_a_plain_request():
    def transform(raw):
        transformed = tiny.transform(raw)
        hour = transformed[names.HOUR]
        return {**transformed, names.HOUR: hour.with_values(hour.values + 7)}

    read_plain = RequestFeatures(tiny.catalog(), transform, 3, use_times=True).plain

    batch, _ = read_plain(tf.constant([["i00"]]))

    assert batch[names.HOUR].numpy().tolist() == [[7, 7]]


def test_a_request_of_no_width_is_a_request_alone():
    batch, last = read([[], []])

    assert batch[names.ITEM].numpy().tolist() == [[0], [0]]
    assert last.numpy().tolist() == [0, 0]
