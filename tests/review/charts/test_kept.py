"""What was read last is kept, up to its bytes."""

from review.charts.kept import Kept


def test_what_was_used_longest_ago_goes_first() -> None:
    made: list[str] = []

    def make(key: str, size: int = 4) -> str:
        made.append(key)
        return key * size

    kept: Kept[str] = Kept(10, len)
    for key in ("a", "b", "a", "c", "a", "b"):
        assert kept.get(key, lambda key=key: make(key)) == key * 4  # type: ignore[misc]
    assert made == ["a", "b", "c", "b"], "b was dropped for c, a was used in between"
    kept.get("d", lambda: make("d", 99))
    kept.get("d", lambda: make("d", 99))
    assert made[-2:] == ["d", "d"], "what is larger than all room is not kept"
    kept.get("b", lambda: make("b"))
    assert made[-1] == "d"
