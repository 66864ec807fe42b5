from __future__ import annotations

import pytest

from groundstop.documents import RateInterval, percent, rate_words


def a_rate(violated: int, n: int, undetermined: int = 0) -> RateInterval:
    return RateInterval(
        violated=violated, n=n, undetermined=undetermined, lower=0.004, upper=0.996, level=0.95, method="x"
    )


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (0, "0 %"),
        (1, "100 %"),
        (0.1, "10 %"),
        (0.696, "70 %"),
        (0.9, "90 %"),
        (0.952, "95.2 %"),
        (0.00056, "0.056 %"),
    ],
)
def test_a_rate_in_per_cent_has_as_many_digits_as_tell_it_from_its_neighbours(
    rate: float, words: str
) -> None:
    assert percent(rate) == words


def test_a_rate_is_told_with_its_count_and_its_interval() -> None:
    assert rate_words(a_rate(14, 40)) == "14 of 40 (0.4 % to 99.6 %)"
    assert rate_words(a_rate(14, 40, 2)) == "14 of 40, 2 undetermined (0.4 % to 99.6 %)"


def test_what_was_not_measured_has_no_interval() -> None:
    assert rate_words(a_rate(0, 0)) == "not measured"
