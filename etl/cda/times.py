"""HL7 timestamps (YYYY up to YYYYMMDDhhmmss.s, with offset) as FHIR dates and dateTimes of the same precision."""

import re
from datetime import datetime

TIME = re.compile(
    r"^(?P<year>\d{4})(?:(?P<month>\d\d)(?:(?P<day>\d\d)(?:(?P<hour>\d\d)(?:(?P<minute>\d\d)"
    r"(?:(?P<second>\d\d)(?:\.(?P<part>\d{1,9}))?)?)?)?)?)?(?P<zone>[+-]\d{4}|[+-]\d\d|Z)?$"
)

FIRST = {"month": 1, "day": 1, "hour": 0, "minute": 0, "second": 0}


def fhir_time(said: str) -> str:
    """Nothing where it is no HL7 timestamp, or no moment of the calendar. An hour is its first second."""
    found = TIME.match(said.strip())
    if not found or not _possible(found):
        return ""
    date = "-".join(part for part in found.group("year", "month", "day") if part)
    if not found["hour"]:
        return date
    part = f".{found['part']}" if found["part"] else ""
    return f"{date}T{found['hour']}:{found['minute'] or '00'}:{found['second'] or '00'}{part}{_zone(found['zone'])}"


def _possible(found: re.Match[str]) -> bool:
    month, day, *clock = (int(found[name] or least) for name, least in FIRST.items())
    try:
        datetime(int(found["year"]), month, day, clock[0], clock[1], clock[2])
    except ValueError:
        return False
    return True


def _zone(said: str | None) -> str:
    if not said or said == "Z":
        return said or ""
    return f"{said[:3]}:{said[3:] or '00'}"
