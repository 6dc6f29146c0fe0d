"""Encounters of the UCI diabetes file as features: the stay, its diagnoses, the patient's earlier stays by order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import yaml

from contract.errors import InputError

DIED = ("11", "19", "20", "21")
"""Discharge dispositions. Hospice (13, 14) stays in: those patients live, and some of them do come back."""
GROUPS: Mapping[str, Sequence[tuple[int, int]]] = yaml.safe_load(
    Path(__file__).with_name("uci_groups.yaml").read_text(encoding="utf-8")
)
NUMBERS = (
    "time_in_hospital", "num_lab_procedures", "num_procedures", "num_medications", "number_outpatient",
    "number_emergency", "number_inpatient", "number_diagnoses",
)  # fmt: skip
KINDS = (
    "race", "gender", "admission_type_id", "discharge_disposition_id", "admission_source_id", "payer_code",
    "medical_specialty", "max_glu_serum", "A1Cresult", "change", "diabetesMed",
)  # fmt: skip
DRUGS = (
    "metformin", "repaglinide", "nateglinide", "glimepiride", "glipizide", "glyburide", "pioglitazone",
    "rosiglitazone", "acarbose", "insulin",
)  # fmt: skip
DIAGNOSES = ("diag_1", "diag_2", "diag_3")
DOSE = {"No": 0.0, "Down": 1.0, "Steady": 2.0, "Up": 3.0}
LEAST = 50  # training encounters that a kind must have to be told

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Encounters:
    """In the order of patient and encounter. `frame` holds all rows, the dead too: they are history."""

    frame: pd.DataFrame
    judged: npt.NDArray[np.bool_]  # left alive, and of the file that is asked about

    @property
    def patients(self) -> npt.NDArray[np.int64]:
        return np.asarray(self.frame["patient_nbr"][self.judged], np.int64)

    @property
    def label(self) -> Floats:
        return np.asarray(self.frame["readmitted"][self.judged] == "<30", np.float64)


def read(file: Path) -> pd.DataFrame:
    frame = pd.read_csv(file, dtype=str, keep_default_na=False)
    needed = {"encounter_id", "patient_nbr", "age", "readmitted", *NUMBERS, *KINDS, *DRUGS, *DIAGNOSES}
    if missing := sorted(needed - set(frame.columns)):
        raise InputError(
            f"{file.name} lacks {', '.join(missing[:5])}; expected the columns of the UCI file as published."
        )
    for name in ("encounter_id", "patient_nbr", *NUMBERS):
        frame[name] = pd.to_numeric(frame[name])
    return frame.drop_duplicates("encounter_id")


def encounters(frame: pd.DataFrame, earlier: pd.DataFrame | None = None) -> Encounters:
    """`earlier`: another file, whose encounters are history of the same patients where their ids are lower."""
    both = frame.assign(asked=True)
    if earlier is not None:
        known = earlier[~earlier["encounter_id"].isin(frame["encounter_id"])]
        both = pd.concat([both, known.assign(asked=False)])
    both = both.sort_values(["patient_nbr", "encounter_id"], kind="stable").reset_index(drop=True)
    alive = ~both["discharge_disposition_id"].isin(DIED)
    return Encounters(both, np.asarray(both["asked"] & alive, bool))


def plain(found: Encounters) -> dict[str, Floats]:
    """Numbers, doses, groups of diagnoses and history, of each judged encounter; nothing is learned."""
    frame = found.frame
    out: dict[str, Floats] = {name: _numbers(frame[name]) for name in NUMBERS}
    out["age"] = frame["age"].str.extract(r"(\d+)")[0].to_numpy(np.float64) + 5
    out |= {f"drug/{name}": _numbers(frame[name].map(DOSE)) for name in DRUGS}
    out["drugs"] = np.sum([out[f"drug/{name}"] > 0 for name in DRUGS], 0, dtype=np.float64)
    out["drugs/changed"] = np.sum([np.isin(out[f"drug/{name}"], (1, 3)) for name in DRUGS], 0, dtype=np.float64)
    out |= _diagnoses(frame)
    out |= _history(frame, out)
    visits = out["number_inpatient"] + out["number_emergency"]
    out["visits"], out["visits/days"] = visits, visits * out["time_in_hospital"]
    out["medications/day"] = out["num_medications"] / out["time_in_hospital"]
    out["tests/day"] = out["num_lab_procedures"] / out["time_in_hospital"]
    return {name: values[found.judged] for name, values in out.items()}


def kinds(frame: pd.DataFrame) -> dict[str, npt.NDArray[np.object_]]:
    """Words of each encounter that are told as kinds or by how often their like came back; '?' is a kind too."""
    words = {name: frame[name].to_numpy(object) for name in KINDS}
    words |= {name: frame[name].str.split(".").str[0].to_numpy(object) for name in DIAGNOSES}
    source, left = frame["admission_source_id"], frame["discharge_disposition_id"]
    words["way"] = (source + "/" + left).to_numpy(object)
    words["pair"] = (frame["diag_1"].str[:3] + "/" + frame["diag_2"].str[:3]).to_numpy(object)
    words["ward"] = (frame["medical_specialty"] + "/" + frame["admission_type_id"]).to_numpy(object)
    words["left"] = (left + "/" + frame["number_inpatient"].clip(upper=4).astype(str)).to_numpy(object)
    return words


def _numbers(values: object) -> Floats:
    return np.asarray(values, np.float64)


def _diagnoses(frame: pd.DataFrame) -> dict[str, Floats]:
    """3: first diagnosis is of the group, else how many of the others are."""
    number = {name: pd.to_numeric(frame[name].str.split(".").str[0], errors="coerce") for name in DIAGNOSES}
    out: dict[str, Floats] = {}
    for group, spans in GROUPS.items():
        within = [np.any([number[name].between(low, high) for low, high in spans], 0) for name in DIAGNOSES]
        out[f"diagnosis/{group}"] = _numbers(np.sum(within, 0))
        out[f"first/{group}"] = within[0].astype(np.float64)
    sugar = frame[list(DIAGNOSES)].apply(lambda column: column.str.startswith("250."))
    harm = frame[list(DIAGNOSES)].apply(lambda column: column.str.match(r"250\.[4-9]"))
    supply = frame[list(DIAGNOSES)].apply(lambda column: column.str.startswith(("V", "E")))
    out["diabetes"], out["diabetes/harm"], out["supplementary"] = (
        _numbers(each.sum(axis=1)) for each in (sugar, harm, supply)
    )
    return out


def _history(frame: pd.DataFrame, told: Mapping[str, Floats]) -> dict[str, Floats]:
    """Of the patient's encounters with lower ids. What became of them (`readmitted`) is not read."""
    whose = frame["patient_nbr"]
    out: dict[str, Floats] = {"history/stays": _numbers(frame.groupby("patient_nbr").cumcount())}
    for name in (*NUMBERS, "drug/insulin"):
        column = pd.Series(told[name])
        out[f"history/last {name}"] = _numbers(column.groupby(whose).shift())
    for name in ("time_in_hospital", "num_medications", "number_inpatient"):
        out[f"history/change {name}"] = told[name] - out[f"history/last {name}"]
    first = frame["diag_1"].str[:3]
    out["history/same diagnosis"] = _numbers(first == first.groupby(whose).shift())
    left = frame["discharge_disposition_id"].groupby(whose).shift()
    out["history/left home"] = _numbers(np.where(left.isna(), np.nan, left == "1"))
    return out
