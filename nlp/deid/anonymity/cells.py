"""Small cells of a summary: those under 11 are not told, nor what would let them be worked out.

The CMS cell size suppression policy: no cell of 1 to 10 may be shown, nor a percentage or total from which one follows.
"""

from collections.abc import Mapping

LEAST = 11


def suppressed(counts: Mapping[str, int], total: int | None = None, least: int = LEAST) -> dict[str, int | None]:
    """Counts by value, None where one is withheld. 0 is no secret.

    `total`: where the sum is known (every person has one of these values) one withheld cell is the difference, so that
    the next smallest goes with it, until what is withheld together hides `least` persons in two cells at least.
    """
    hidden = {name for name, count in counts.items() if 0 < count < least}
    if total is not None:
        rest = total - sum(counts.values())
        for name in sorted(counts.keys() - hidden, key=lambda name: (counts[name], name)):
            if not hidden or _hides(hidden, counts, rest, least):
                break
            if counts[name]:
                hidden.add(name)
    return {name: None if name in hidden else count for name, count in counts.items()}


def _hides(hidden: set[str], counts: Mapping[str, int], rest: int, least: int) -> bool:
    together = [counts[name] for name in hidden] + ([rest] if rest > 0 else [])
    return len(together) > 1 and sum(together) >= least


def told(count: int, least: int = LEAST) -> int | None:
    """One count by itself."""
    return None if 0 < count < least else count
