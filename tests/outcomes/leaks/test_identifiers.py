"""What an identifier shows: numbers in it, its order, length and ends."""

import numpy as np

from outcomes.leaks.identifiers import signs


def test_numbers_hex_order_and_ends() -> None:
    found = signs(np.array(["E9-0012", "E10-0007", None, "00ff"], object))
    assert found["first number"].tolist()[:2] == [9.0, 10.0]
    assert found["last number"].tolist()[:2] == [12.0, 7.0]
    assert np.isnan(found["length"][2])
    assert found["as hex"][3] == 255.0
    assert found["as a word"].tolist()[:2] == [2.0, 1.0]
    assert found["first letter"][0] == found["first letter"][1] == ord("E")
