"""Tests of texts, made on distinct values only: dates, codes of required bindings, targets of references."""

import re
from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

CLOCK = r"([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?"
DAY = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
MOMENT = rf"{DAY}T{CLOCK}(Z|[+-](0\d|1[0-4]):[0-5]\d)"
PARTIAL = rf"\d{{4}}(-(0[1-9]|1[0-2]))?|{DAY}"
FORMATS = {  # as the R4 data types say; a time of day needs a zone
    "date": rf"^({PARTIAL})$",
    "dateTime": rf"^({PARTIAL}|{MOMENT})$",
    "instant": rf"^{MOMENT}$",
    "time": rf"^{CLOCK}$",
}
TYPED = re.compile(r"(?:^|/)([A-Z][A-Za-z]+)(?:/[^/?]+(?:/_history/[^/]+)?|\?.*)$")

Test = Callable[[pa.Array], pa.BooleanArray]
"""Distinct values without null -> which of them are wrong."""


def wrong(values: pa.Array, test: Test) -> pa.BooleanArray | None:
    """Which values are wrong (null is not), or None when all are right."""
    return among(values, distinct(values), test)


def distinct(values: pa.Array) -> pa.Array:
    """Without null. Rows of a person or visit say the same one after the other: a run counts as one."""
    return pc.drop_null(pc.unique(pc.run_end_encode(values).values if len(values) else values))


def among(values: pa.Array, distinct: pa.Array, test: Test) -> pa.BooleanArray | None:
    """Like `wrong`, where the distinct values are known."""
    bad = distinct.filter(test(distinct)) if len(distinct) else distinct
    return pc.is_in(values, bad) if len(bad) else None


def misdated(kind: str) -> Test:
    def test(texts: pa.Array) -> pa.BooleanArray:
        shaped = pc.match_substring_regex(texts, FORMATS[kind])
        if kind == "time":
            return pc.invert(shaped)
        days = pc.if_else(pc.and_(shaped, pc.greater_equal(pc.binary_length(texts), 10)), texts, None)
        return pc.or_(pc.invert(shaped), _no_day(pc.utf8_slice_codeunits(days, 0, 10)))

    return test


def _no_day(days: pa.Array) -> pa.BooleanArray:
    """The 30th of February and its like; null is no such day."""
    try:
        days.cast(pa.date32())
    except pa.ArrowInvalid:
        pass
    else:
        return pa.repeat(pa.scalar(False), len(days))
    last = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}
    month, day = (pc.utf8_slice_codeunits(days, *part).cast(pa.int8()) for part in ((5, 7), (8, 10)))
    year = pc.utf8_slice_codeunits(days, 0, 4).cast(pa.int16())
    limit = pc.if_else(pc.is_in(month, pa.array([4, 6, 9, 11], pa.int8())), last[4], 31)
    leap = pc.and_(_divides(year, 4), pc.or_(pc.invert(_divides(year, 100)), _divides(year, 400)))
    limit = pc.if_else(pc.equal(month, 2), pc.if_else(leap, 29, 28), limit)
    return pc.fill_null(pc.or_(pc.greater(day, limit), pc.equal(year, 0)), False)


def _divides(year: pa.Array, by: int) -> pa.BooleanArray:
    return pc.equal(pc.subtract(year, pc.multiply(pc.divide(year, by), by)), 0)


def out_of_years(first: int, last: int) -> Test:
    """Dates are compared as text, which orders years of four digits."""

    def test(texts: pa.Array) -> pa.BooleanArray:
        years = pc.utf8_slice_codeunits(texts, 0, 4)
        early_or_late = pc.or_(pc.less(years, f"{first:04d}"), pc.greater(years, f"{last:04d}"))
        return pc.and_(early_or_late, pc.match_substring_regex(texts, r"^\d{4}(-|$)"))

    return test


def outside(codes: frozenset[str]) -> Test:
    allowed = pa.array(sorted(codes), pa.string())
    return lambda texts: pc.invert(pc.is_in(texts, allowed))


def mistargeted(targets: tuple[str, ...]) -> Test:
    """References that name a type, and none of `targets`; fragments, urn:uuid and unknown forms name none."""
    usual = rf"(^|/)({'|'.join(targets)})/[A-Za-z0-9\-.]+$"  # most are; only the rest are taken apart

    def test(texts: pa.Array) -> pa.BooleanArray:
        odd = texts.filter(pc.invert(pc.match_substring_regex(texts, usual)))
        return pc.is_in(texts, pa.array([t for t in odd.to_pylist() if _type(t) not in ("", *targets)], pa.string()))

    return test


def _type(reference: str) -> str:
    found = TYPED.search(reference)
    return found[1] if found and not reference.startswith(("#", "urn:")) else ""
