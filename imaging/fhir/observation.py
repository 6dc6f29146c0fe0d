"""What a draft says of each finding, as Observations: there or not, where, how much, how sure, in which words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from imaging.fhir import concepts

ABSENT = frozenset({"negated", "resolved"})  # states of sentences
SOFTWARE = "software"


@dataclass(frozen=True)
class About:
    """What all Observations of one draft share."""

    subject: dict[str, str]
    study: dict[str, Any]
    time: str  # a dateTime; empty: not known


def observations(row: Mapping[str, Any], about: About) -> Iterator[dict[str, Any]]:
    """One a finding that is there or that a sentence speaks of; findings in doubt are said in no sentence."""
    there = {each["finding"]: each for each in row["findings"] or () if each["state"] == "present"}
    said: dict[str, list[Mapping[str, Any]]] = {name: [] for name in there}
    for sentence in row["sentences"] or ():
        if sentence["finding"]:
            said.setdefault(sentence["finding"], []).append(sentence)
    for number, (name, sentences) in enumerate(said.items(), 1):
        if name in there or sentences[0]["state"] in ABSENT:
            yield _observation(f"finding-{number}", name, there.get(name), sentences) | _shared(about, sentences)


def _observation(
    key: str, name: str, there: Mapping[str, Any] | None, sentences: list[Mapping[str, Any]]
) -> dict[str, Any]:
    score = there["score"] if there else sentences[0]["score"]
    components = list(_components(there or {}, score))
    notes = [{"text": f"{each['text']} (source: {each['source']})"} for each in sentences]
    return {
        "resourceType": "Observation", "id": key, "status": "preliminary",
        "category": [concepts.term("observation-category", "imaging", "Imaging")],
        "code": concepts.finding(name),
        "valueCodeableConcept": concepts.named("present" if there else "absent"),
        "interpretation": [concepts.term("v3-ObservationInterpretation", "POS" if there else "NEG")],
        **({"bodySite": {"text": there["side"]}} if there and there["side"] else {}),
        "method": {"text": "read from image embeddings by software"},
        **({"component": components} if components else {}), **({"note": notes} if notes else {}),
    }  # fmt: skip


def _components(there: Mapping[str, Any], score: float | None) -> Iterator[dict[str, Any]]:
    if there.get("side"):
        yield {"code": concepts.named("laterality"), "valueCodeableConcept": concepts.one("sides", there["side"])}
    if there.get("severity"):
        grade = concepts.one("severities", there["severity"])
        yield {"code": concepts.named("severity"), "valueCodeableConcept": grade}
    if there.get("position"):
        yield {"code": {"text": "position of the device"}, "valueString": there["position"]}
    if score is not None:
        amount = {"value": round(float(score), 4), "system": "http://unitsofmeasure.org", "code": "1"}
        yield {"code": {"text": "probability that it is there, or absent, as said"}, "valueQuantity": amount}


def _shared(about: About, sentences: list[Mapping[str, Any]]) -> dict[str, Any]:
    """`derivedFrom`: the study, and the earlier ones that it is compared with."""
    priors = dict.fromkeys(each["prior_study_id"] for each in sentences if each["prior_study_id"])
    return {
        "subject": about.subject,
        **({"effectiveDateTime": about.time} if about.time else {}),
        "device": {"reference": f"#{SOFTWARE}"},
        "derivedFrom": [about.study, *({"reference": f"ImagingStudy/{each}"} for each in priors)],
    }
