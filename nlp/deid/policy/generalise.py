"""Coarser values: ages over 89 are 90, ZIP codes are their first three digits."""

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from nlp.deid.policy import knowledge
from nlp.deid.policy.cells import Cells

ZIP = re.compile(r"\d{5}(-\d{4})?")
YEARS = {
    **dict.fromkeys(("a", "yr", "yrs", "year", "years"), 1),
    **dict.fromkeys(("mo", "month", "months"), 12),
    **dict.fromkeys(("wk", "week", "weeks"), 52),
    **dict.fromkeys(("d", "day", "days"), 365),
}
OLDEST = 90  # who is over 89 is 90 or older


def zip3(cells: Cells) -> pa.Array:
    return cells.each(lambda values: [_zip3(value) for value in values])


def ages(cells: Cells, asked: np.ndarray | None) -> pa.Array:
    """Numbers in years, months, weeks or days, capped; where an age was asked for, numbers without unit too."""
    nothing = pa.nulls(len(cells.values), pa.string())
    named, coded = cells.beside.get("unit", nothing), _unit_code(cells, nothing)
    per_year = np.maximum(_per_year(named), _per_year(coded))
    if asked is not None:
        bare = pc.is_in(pc.coalesce(named, pc.coalesce(coded, pa.scalar(""))), pa.array(["", "1", "{#}"]))
        per_year[asked & (per_year == 0) & np.asarray(bare)] = 1
    whole = pa.types.is_integer(cells.values.type)
    most = np.iinfo(np.int64).max if whole else np.finfo(np.float64).max
    limit = np.where(per_year > 0, OLDEST * per_year, most).astype(np.int64 if whole else np.float64)
    return pc.min_element_wise(cells.values, pa.array(limit, cells.values.type), skip_nulls=False)


def _per_year(units: pa.Array) -> np.ndarray:
    """How many of the unit make a year; 0: it is no unit of time."""
    known = {unit: YEARS.get((unit or "").strip("{}").lower(), 0) for unit in units.unique().to_pylist()}
    return np.array([known[unit] for unit in units.to_pylist()], dtype=np.int64)


def _unit_code(cells: Cells, nothing: pa.Array) -> pa.Array:
    """Of a quantity; beside an integer stands the code of what was observed."""
    code = cells.beside.get("code", nothing)
    return code if pa.types.is_string(code.type) else nothing


def _zip3(text: str) -> str | None:
    if not ZIP.fullmatch(text):
        return None
    return "000" if text[:3] in knowledge.small_areas() else text[:3]
