from tfx_pipeline.local.upstreams import with_upstreams

UPSTREAMS = {"a": [], "b": ["a"], "c": ["a"], "d": ["b", "c"], "e": ["d"]}


def test_a_stage_comes_with_all_that_it_needs_and_no_more():
    assert with_upstreams(["d"], UPSTREAMS) == {"a", "b", "c", "d"}
    assert with_upstreams(["b", "c"], UPSTREAMS) == {"a", "b", "c"}
    assert with_upstreams([], UPSTREAMS) == set()
