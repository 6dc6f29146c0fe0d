"""What the timeline says beside its events: values that cannot be, and facts that two sources tell."""

from itertools import combinations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from etl.units.canonical import Found
from etl.units.values import Compared, meant, suspicious
from schemas.quality import DUPLICATES, IMPLAUSIBLE

SAME = ["subject_id", "code", "value"]
DAYS = ("day", "month", "year")


def implausible(events: pa.Table, compared: Compared) -> pa.Table:
    """phi/implausible of timeline rows; `compared` stands row by row beside them."""
    rows = suspicious(compared)
    if not len(rows):
        return IMPLAUSIBLE.empty()
    found = events.take(pa.array(rows))
    which, numbers = compared.which[rows].tolist(), found["numeric_value"].to_pylist()
    ways = [compared.ways[each] for each in which]
    said = {
        (each, number): meant(compared.ways[each], number)
        for each, number in set(zip(which, numbers, strict=True))
        if compared.ways[each].found is not Found.CONTRADICTS
    }
    guesses = [said.get(pair) for pair in zip(which, numbers, strict=True)]
    rules = [
        "contradicts" if way.found is Found.CONTRADICTS else "wrong-unit" if guess else "impossible"
        for way, guess in zip(ways, guesses, strict=True)
    ]
    value = compared.value[rows].astype(np.float32)
    beside = {"would_be": pa.array(value, mask=np.isnan(value)), "rule": pa.array(rules, pa.string())}
    beside |= {"meant": pa.array(guesses, pa.string())}
    beside["canonical_unit"] = pa.array([way.known.unit if way.known else None for way in ways], pa.string())
    return pa.table(
        [beside.get(c, found[c] if c in found.column_names else None) for c in _names()], IMPLAUSIBLE.schema
    )


def _names() -> list[str]:
    return [column.name for column in IMPLAUSIBLE.columns]


def duplicates(events: pa.Table) -> pa.Table:
    """phi/duplicates of timeline rows: the nth such fact of one source beside the nth of the other."""
    sources = sorted(name for name in events["source"].unique().to_pylist() if name)
    if len(sources) < 2:
        return DUPLICATES.empty()
    facts = _facts(events)
    found = [pair for one, other in combinations(sources, 2) for pair in _pairs(facts, one, other)]
    if not found:
        return DUPLICATES.empty()
    rows = pa.Table.from_pandas(pd.concat(found), schema=DUPLICATES.schema, preserve_index=False)
    people = pc.index_in(rows["subject_id"], events["subject_id"].unique())
    return rows.take(
        pc.sort_indices(rows.append_column("_", people), [(n, "ascending") for n in ("_", *DUPLICATES.order)])
    )


def _facts(events: pa.Table) -> pd.DataFrame:
    """Events that might be told twice: with a time and a source."""
    timed = events.filter(pc.and_(events["time"].is_valid(), events["source"].is_valid()))
    names = ["subject_id", "time", "code", "canonical_value", "precision", "source", "fhir_id"]
    facts: pd.DataFrame = timed.select(names).to_pandas()
    number = timed["canonical_value"].cast(pa.float64()).combine_chunks()
    delivered = timed["numeric_value"].cast(pa.float64()).combine_chunks()
    said = [f"{v:.5g}" if v is not None else None for v in pc.coalesce(number, delivered).to_pylist()]
    text = pc.utf8_lower(timed["text_value"].cast(pa.large_string())).to_pylist()
    facts["value"] = [n if n is not None else t or "" for n, t in zip(said, text, strict=True)]
    facts["day"] = facts["time"].to_numpy().astype("datetime64[D]").astype("datetime64[us]")
    facts["vague"] = facts["precision"].isin(DAYS)
    return facts


def _pairs(facts: pd.DataFrame, one: str, other: str) -> list[pd.DataFrame]:
    left, right = facts[facts["source"] == one], facts[facts["source"] == other]
    exact = _matched(left, right, "time")
    left, right = left.drop(exact["row"]), right.drop(exact["row_other"])
    byday = _matched(left, right, "day")
    byday = byday[byday["vague"] | byday["vague_other"]]
    return [_named(pairs, agree) for pairs, agree in ((exact, "time"), (byday, "day")) if len(pairs)]


def _matched(left: pd.DataFrame, right: pd.DataFrame, when: str) -> pd.DataFrame:
    keys = [*SAME, when]
    sides = []
    for side in (left, right):
        side = side.assign(row=side.index)
        sides.append(side.assign(nth=side.groupby(keys).cumcount()))
    pairs: pd.DataFrame = sides[0].merge(sides[1], on=[*keys, "nth"], suffixes=("", "_other"))
    return pairs


def _named(pairs: pd.DataFrame, agree: str) -> pd.DataFrame:
    kinds = pairs["fhir_id"].str.partition("/")[0]
    renamed = pairs.rename(columns={"source_other": "other_source", "fhir_id_other": "other_fhir_id"})
    return renamed.assign(agree=agree, type=kinds)[[column.name for column in DUPLICATES.columns]]
