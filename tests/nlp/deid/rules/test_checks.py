"""Checksums and ranges that rules ask for."""

import pytest

from nlp.deid.rules.checks import CHECKS


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        ("vin", "1HGCM82633A004352", "1HGCM82633A004353"),
        ("npi", "1234567893", "1234567894"),
        ("dea", "AB1234563", "AB1234564"),
        ("ric", "11010519491231002X", "110105194912310021"),
        ("dni", "12345678Z", "12345678A"),
        ("day", "12/31/2020", "13/32/2020"),
        ("compact_day", "20200229", "20210229"),
        ("us_day", "7/13", "3/5"),
        ("ip", "10.0.0.255", "10.0.0.256"),
        ("ssn", "123-45-6789", "000-45-6789"),
        ("over89", "90", "89"),
    ],
)
def test_a_check_tells_good_from_bad(check: str, good: str, bad: str) -> None:
    assert CHECKS[check](good)
    assert not CHECKS[check](bad)
