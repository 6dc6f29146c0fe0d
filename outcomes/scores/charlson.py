"""Comorbidity by codes of diagnoses known at the prediction (Charlson 1987, Quan 2005)."""

from functools import lru_cache

import numpy as np

from outcomes.cohort import Cohort
from outcomes.known import latest
from outcomes.scores.scored import Doubles, knowledge
from outcomes.timeline import Timeline

SYSTEMS = {"ICD10CM": "icd10", "ICD10": "icd10", "ICD9CM": "icd9", "SNOMED": "snomed"}
TOLD = ("", "REASON", "BILLED", "END")  # parts behind a code that still say that the person has, or had, it


def comorbidity(timeline: Timeline, cohort: Cohort, weights: str = "charlson") -> Doubles:
    """(m,) sum of weights (`charlson` or `lace`); NaN: no diagnosis of a known system is in the timeline."""
    groups = [_group(code) for code in timeline.codes]
    if not any(_read(code) for code in timeline.codes):
        return np.full(len(cohort), np.nan)
    rows = knowledge("charlson")
    has = {}
    for row in rows:
        wanted = np.array([row["name"] in group for group in groups], bool)[timeline.code]
        has[row["name"]] = latest(timeline, cohort, wanted) >= 0
    for row in rows:
        if "graver" in row:  # of the two the graver counts
            has[row["graver"]] = has[row["graver"]] & ~has[row["name"]]
    parts = [has[row["name"]] * float(row.get(weights, 0)) for row in rows]
    return np.asarray(np.sum(parts, axis=0))


def _read(code: str) -> bool:
    """Whether the site tells diagnoses in a system whose comorbidities are known."""
    system = code.split("//", 1)[0]
    return SYSTEMS.get(system, "").startswith("icd") or bool(_group(code))


@lru_cache(maxsize=200_000)
def _group(code: str) -> frozenset[str]:
    system, _, rest = code.partition("//")
    plain, _, told = rest.partition("//")
    kind = SYSTEMS.get(system)
    if kind is None or told not in TOLD:
        return frozenset()
    bare = plain.replace(".", "").upper()
    found = (row["name"] for row in knowledge("charlson") for start in row.get(kind, ()) if _is(kind, bare, start))
    return frozenset(found)


def _is(kind: str, code: str, start: str) -> bool:
    return code == start if kind == "snomed" else code.startswith(start)
