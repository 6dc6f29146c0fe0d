"""A correction in the lake: nights on a few charts, two coders who add what the coder missed, and the night after."""

import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bench.icd_learning_pool import Pool, words_of
from contract.errors import CheckFailed
from nlp.icd import artifact, systems
from nlp.icd.artifact import Said
from nlp.icd.chart import DIAGNOSES, HIDDEN, Chart
from nlp.icd.learning.terms import normal
from runner import nightly
from runner.config import load
from store.lake import Lake
from store.snapshot import Snapshot

STEPS: dict[str, dict[str, Any]] = {
    "notes": {"uses": "etl.notes:ExtractNotes"},
    "timeline": {"uses": "etl.timeline.stage:BuildTimeline"},
    "deid": {"uses": "nlp.deid.stage:Deidentify", "with": {"layers": ["known", "rules"]}},
    "labels": {"uses": "nlp.deid.decided:ReleaseLabels"},
    "icd": {"uses": "nlp.icd.stage:SuggestCodes"},
    "worklist": {"uses": "nlp.icd.learning.stage:OrderWork"},
    "relink": {"uses": "nlp.deid.relink:Relink"},
}
SUMMARIES = {"terms": {"uses": "nlp.icd.learning.learned:LearnTerms"}}
FHIR = {"uses": "etl.sources.fhir:Fhir", "with": {"path": "inbox/fhir", "delivery": "delta", "settle_s": 0}}
DECISIONS = {"uses": "etl.decisions.source:Decisions", "with": {"path": "inbox/decisions", "settle_s": 0}}


@dataclass(frozen=True)
class Missed:
    """A phrase and its code: `coded` is the chart that is corrected, `other` the one that has the phrase too."""

    phrase: str
    code: str
    coded: str
    other: str


def corrected(work: Path, charts: Sequence[Chart], learned: Sequence[Chart], coder: str) -> tuple[Missed, bool]:
    """Whether a code that was not shown for the other chart is, the night after two coders added it to one chart."""
    lake = _Small(work, {chart.encounter_id: chart for chart in charts})
    lake.train(learned, coder)
    lake.deliver()
    lake.night()
    missed = next(lake.missed(), None)
    if missed is None:
        raise CheckFailed("the coder missed nothing that two charts have; give it fewer charts to learn from.")
    lake.decide(missed)
    lake.night()
    return missed, missed.code in lake.shown(missed.other)


@dataclass
class _Small:
    root: Path
    charts: dict[str, Chart]

    def train(self, learned: Sequence[Chart], coder: str) -> None:
        made = systems.make(coder, DIAGNOSES, 1)
        made.fit(learned)
        with artifact.writing(self.root / "coder") as folder:
            made.save(folder / "diagnoses")
            said = {"diagnoses": {"code_system": DIAGNOSES, "system": coder}}
            artifact.finish(folder, Said(said, ("es",), phi=False), "# Of a bench\n")

    def deliver(self) -> None:
        folder = self.root / "inbox" / "fhir" / "one"
        folder.mkdir(parents=True)
        (self.root / "inbox" / "decisions").mkdir()
        rows = [row for at, chart in enumerate(self.charts.values()) for row in _resources(at, chart)]
        (folder / "all.ndjson").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        icd = {**STEPS["icd"], "with": {"artifact": str(self.root / "coder"), "country": ""}}
        pipeline = {
            "engine": {"kind": "serial"},
            "sources": {"fhir": FHIR, "decisions": DECISIONS},
            "steps": {**STEPS, "icd": icd},
            "summaries": SUMMARIES,
        }
        said = {"lake": "lake", "identity_seed": 1, "nightly": pipeline}
        (self.root / "pipelines.yaml").write_text(yaml.safe_dump(said, sort_keys=False), encoding="utf-8")

    def night(self) -> None:
        nightly.run(load(self.root / "pipelines.yaml"), "nightly")

    @property
    def _snapshot(self) -> Snapshot:
        found = Lake(self.root / "lake").current()
        if found is None:
            raise CheckFailed("the night left no snapshot.")
        return found

    def _rows(self, name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._snapshot.read_many(name, self._snapshot.shards(name)).to_pylist()
        return found

    def _notes(self) -> dict[str, dict[str, Any]]:
        """By the words of the note, which the lake keeps."""
        held = {normal(row["text"]): row for row in self._rows("phi/notes")}
        texts = {name: normal(chart.notes[0].text) for name, chart in self.charts.items()}
        return {name: held[text] for name, text in texts.items() if text in held}

    def shown(self, chart: str) -> set[str]:
        unit = self._notes()[chart]["note_id"]
        return {row["code"] for row in self._rows("phi/codes") if row["encounter_id"] == unit and row["band"] != HIDDEN}

    def missed(self) -> Iterator[Missed]:
        pool, notes = Pool(list(self.charts.values())), self._notes()
        names = list(self.charts)
        stands = pool.present.tocsc()
        for at, name in enumerate(names):
            for phrase, code in pool.marks[at]:
                for other in stands[:, phrase].indices:
                    said = Missed(pool.phrases[phrase], pool.codes[code], name, names[other])
                    both = other != at and pool.gold[other, code] and {name, said.other} <= notes.keys()
                    if both and said.phrase in normal(self.charts[name].notes[0].text) and self._unseen(said):
                        yield said

    def _unseen(self, said: Missed) -> bool:
        return said.code not in self.shown(said.other)

    def decide(self, said: Missed) -> None:
        chart, note = self.charts[said.coded], self._notes()[said.coded]
        text = note["text"]
        spans = [span for span in chart.gold[said.code] if _phrase(chart, span.start, span.end) == said.phrase]
        words = chart.notes[0].text[spans[0].start : spans[0].end]
        start = text.index(words)
        evidence = [{"note_id": note["note_id"], "start": start, "end": start + len(words)}]
        for coder in ("one", "two"):
            common = {"subject_id": str(note["subject_id"]), "encounter_id": note["note_id"], "actor": coder}
            add = {"action": "add", "system": DIAGNOSES, "code": said.code, "evidence": evidence}
            acts = [{**common, **add}, {**common, "action": "finish"}]
            timed = [{**act, "decision_id": f"{coder}-{at}", "time": f"2026-01-0{at + 1}T10:00:00Z"}
                     for at, act in enumerate(acts)]  # fmt: skip
            path = self.root / "inbox" / "decisions" / f"{coder}.ndjson"
            path.write_text("".join(json.dumps(act) + "\n" for act in timed), encoding="utf-8")
            os.utime(path, (time.time() - 60,) * 2)


def _phrase(chart: Chart, start: int, end: int) -> str:
    return " ".join(words_of(chart.notes[0].text[start:end]))


def _resources(at: int, chart: Chart) -> list[dict[str, Any]]:
    patient = {"resourceType": "Patient", "id": f"p{at}", "gender": "female", "birthDate": "1950-02-28"}
    note = {
        "resourceType": "DiagnosticReport",
        "id": f"n{at}",
        "status": "final",
        "code": {"text": "Note"},
        "language": "es",
        "subject": {"reference": f"Patient/p{at}"},
        "effectiveDateTime": "2020-01-01",
        "conclusion": chart.notes[0].text,
    }
    return [patient, note]
