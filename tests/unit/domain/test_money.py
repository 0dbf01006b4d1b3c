"""Money is written exactly, whatever the number."""

import pytest

from engine.domain.money import Money


@pytest.mark.parametrize(
    ("minor", "said"),
    [
        (0, "0.00 EUR"),
        (5, "0.05 EUR"),
        (-1, "-0.01 EUR"),
        (-123_456, "-1,234.56 EUR"),
        (2**53 + 1, "90,071,992,547,409.93 EUR"),
        (10**40 + 1, f"{10**38:,}.01 EUR"),
        (10**400, "an amount of 1,329 bits EUR"),
        (-(10**5000), "-an amount of 16,610 bits EUR"),
    ],
    ids=["none", "cents", "below", "thousands", "no-float", "long", "absurd", "unwritable"],
)
def test_any_amount_is_written_without_rounding(minor: int, said: str) -> None:
    assert str(Money(minor=minor, currency="EUR")) == said
