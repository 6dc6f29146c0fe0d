"""Simulated Observations as a table: vital signs, laboratory results, coded answers, texts, blood pressure."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.fhir import resource_types

SEED = 11
PERSONS_EACH = 800  # observations of one person, about what Synthea gives
KINDS = {"vital": 0.4, "laboratory": 0.35, "coded": 0.1, "text": 0.05, "panel": 0.1}
CODES = ("8302-2", "29463-7", "39156-5", "8867-4", "2339-0", "2093-3", "2571-8", "6690-2", "718-7", "4544-3")
UNITS = ("cm", "kg", "kg/m2", "/min", "mg/dL", "mg/dL", "mg/dL", "10*3/uL", "g/dL", "%")
SECONDS = 10 * 365 * 86_400
BEGAN = np.datetime64("2014-01-01T00:00:00", "s")


def observations(count: int) -> pa.Table:
    """As many rows of phi/fhir/Observation, by person, as a CSV source would make them: no resource_json."""
    draw = np.random.default_rng(SEED)
    kinds = draw.choice(len(KINDS), count, p=list(KINDS.values()))
    codes = draw.integers(0, len(CODES), count)
    numbers = np.arange(count)
    visits = numbers // 12
    columns = {
        "id": _joined("0c3151bd-1cbf-4d64-b04d-", numbers),
        "subject_id": pa.array(numbers // PERSONS_EACH),
        "status": pa.array(["final", "amended", "corrected"]).take(pa.array((draw.random(count) > 0.98).astype(int))),
        "category": _lists(_category(kinds), np.ones(count, int)),
        "code": _concept("http://loinc.org", pa.array(CODES).take(pa.array(codes))),
        "subject": _reference("Patient/", numbers // PERSONS_EACH),
        "encounter": _reference("Encounter/visit-", visits),
        **_times(draw, count),
        **_values(draw, kinds, codes),
        "source": pa.repeat("simulated", count),
        "arrival": pa.repeat(0, count),
        "source_file": pa.repeat("observations.csv", count),
        "source_line": pa.array(numbers + 2),
    }
    types = {element.name: element.arrow for element in resource_types()["Observation"].elements}
    return pa.table({name: _as(column, types.get(name)) for name, column in columns.items()})


def _joined(lead: str, numbers: np.ndarray) -> pa.Array:
    return pc.binary_join_element_wise(lead, pa.array(numbers).cast(pa.string()), "")


def _reference(lead: str, numbers: np.ndarray) -> pa.StructArray:
    return pa.StructArray.from_arrays([_joined(lead, numbers)], ["reference"])


def _category(kinds: np.ndarray) -> pa.StructArray:
    names = pa.array(["vital-signs", "laboratory", "survey", "survey", "vital-signs"]).take(pa.array(kinds))
    return _concept("http://terminology.hl7.org/CodeSystem/observation-category", names)


def _concept(system: str, codes: pa.Array) -> pa.StructArray:
    display = pc.binary_join_element_wise("what the code means: ", codes, "")
    coding = pa.StructArray.from_arrays([pa.repeat(system, len(codes)), codes, display], ["system", "code", "display"])
    return pa.StructArray.from_arrays([_lists(coding, np.ones(len(codes), int)), display], ["coding", "text"])


def _lists(values: pa.Array, lengths: np.ndarray) -> pa.ListArray:
    return pa.ListArray.from_arrays(pa.array(np.append(0, np.cumsum(lengths)), pa.int32()), values)


def _times(draw: np.random.Generator, count: int) -> dict[str, pa.Array]:
    taken = np.sort(draw.integers(0, SECONDS, (count + 11) // 12)).repeat(12)[:count]
    moments = [pa.array(BEGAN + (taken + late)).cast(pa.string()) for late in (0, 3600)]
    texts = [pc.binary_join_element_wise(pc.replace_substring(each, " ", "T"), "Z", "") for each in moments]
    return {"effectiveDateTime": texts[0], "issued": texts[1]}


def _values(draw: np.random.Generator, kinds: np.ndarray, codes: np.ndarray) -> dict[str, pa.Array]:
    names = list(KINDS)
    count = len(kinds)
    numeric = np.isin(kinds, [names.index("vital"), names.index("laboratory")])
    text = _joined("a short answer, number ", draw.integers(0, 500, count))
    coded = _concept("http://snomed.info/sct", _joined("", draw.integers(10_000_000, 10_000_300, count)))
    panels = kinds == names.index("panel")
    return {
        "valueQuantity": _where(_quantity(draw.normal(100, 20, count), codes), numeric),
        "valueCodeableConcept": _where(coded, kinds == names.index("coded")),
        "valueString": pc.if_else(pa.array(kinds == names.index("text")), text, None),
        "component": _panels(draw, panels),
    }


def _quantity(numbers: np.ndarray, codes: np.ndarray) -> pa.StructArray:
    units = pa.array(UNITS).take(pa.array(codes))
    system = pa.repeat("http://unitsofmeasure.org", len(codes))
    return pa.StructArray.from_arrays(
        [pa.array(np.round(numbers, 1)), units, system, units], ["value", "unit", "system", "code"]
    )


def _where(values: pa.StructArray, there: np.ndarray) -> pa.StructArray:
    return values.take(pa.array(np.where(there, np.arange(len(values)), 0), mask=~there))


def _panels(draw: np.random.Generator, there: np.ndarray) -> pa.ListArray:
    """Two components, systolic and diastolic, where there is a panel."""
    many = 2 * int(there.sum())
    codes = _concept("http://loinc.org", pa.array(["8480-6", "8462-4"]).take(pa.array(np.arange(many) % 2)))
    value = _quantity(draw.normal(100, 20, many), np.zeros(many, int))
    parts = pa.StructArray.from_arrays([codes, value], ["code", "valueQuantity"])
    offsets = pa.array(np.append(0, np.cumsum(there * 2)), pa.int32(), mask=np.append(~there, False))
    return pa.ListArray.from_arrays(offsets, parts)


def _as(column: pa.Array, kind: pa.DataType | None) -> pa.Array:
    """With all parts that the type declares."""
    if kind is None or column.type == kind:
        return column
    if pa.types.is_list(kind):
        inner = _as(column.values, kind.value_type)
        return pa.ListArray.from_arrays(_offsets(column), inner)
    if pa.types.is_struct(kind):
        have = {field.name: part for field, part in zip(column.type, column.flatten(), strict=True)}
        parts = [_as(have[f.name], f.type) if f.name in have else pa.nulls(len(column), f.type) for f in kind]
        return pa.StructArray.from_arrays(parts, fields=list(kind), mask=column.is_null())
    return column.cast(kind)


def _offsets(lists: pa.ListArray) -> pa.Array:
    absent = lists.is_null().to_numpy(zero_copy_only=False)
    return pa.array(lists.offsets.to_numpy(), pa.int32(), mask=np.append(absent, False))
