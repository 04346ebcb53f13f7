import pytest

from surfaces.home.mix import TALK_SHARES, Tally, divergence, possible_shares


@pytest.mark.parametrize("share", TALK_SHARES)
def test_a_page_keeps_as_near_to_the_mix_as_whole_items_can(share: float) -> None:
    tally = Tally()
    for count in range(1, 60):
        tally = tally.plus(tally.wants_talk(share))
        assert abs(tally.talk - share * count) <= 0.5 + 1e-9


def test_the_divergence_is_none_of_the_mix_itself_and_finite_of_its_opposite() -> None:
    assert divergence(0.35, 0.35) == pytest.approx(0)
    assert divergence(1.0, 0.0) == pytest.approx(4.605, abs=1e-3)  # the logarithm of 100
    assert divergence(0.6, 0.5) < divergence(0.6, 0.2)


@pytest.mark.parametrize(
    ("talk", "music", "shares"),
    [
        (99, 99, TALK_SHARES),
        (12, 99, TALK_SHARES[:3]),  # a quarter of 48
        (99, 10, TALK_SHARES[-1:]),
        (1, 9, TALK_SHARES[:3]),
        (99, 1, [0.99]),
        (0, 9, [0.0]),
        (9, 0, [1.0]),
        (0, 0, [0.0]),
    ],
)
def test_only_mixes_for_which_there_are_items_can_be_chosen(
    talk: int, music: int, shares: list[float]
) -> None:
    assert list(possible_shares(talk, music, most=48)) == list(shares)
