"""Hours of the clock on a breast, seen from the front: on the right one, outer is at 9."""

import re

HOUR = re.compile(r"(?<![\d.:/])(1[0-2]|[1-9])(?::00|(?=[ ]*(?:o.?[ ]?clock|ocl|oc\b)))", re.I)
OUTER = {"right": (7, 8, 9, 10, 11), "left": (1, 2, 3, 4, 5)}


def quadrant(value: str, side: str) -> str:
    """ICD-O-3 topography of `@hour`; of 3, 6, 9 and 12, between two quadrants, the overlapping site."""
    if not value.startswith("@"):
        return value
    hour = int(value[1:])
    if hour in (3, 6, 9, 12) or side not in OUTER:
        return "C50.8"
    upper, outer = hour in (10, 11, 1, 2), hour in OUTER[side]
    return {(True, True): "C50.4", (True, False): "C50.2", (False, True): "C50.5", (False, False): "C50.3"}[
        upper, outer
    ]
