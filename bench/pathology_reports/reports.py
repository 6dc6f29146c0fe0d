"""The frozen reports of unseen style: cases told in layouts, refused when they are not as they were when written."""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import yaml

from bench.pathology_reports.cases import Fields, Specimen, draw
from bench.pathology_reports.wording import slots
from contract.errors import ConfigError

HERE = Path(__file__).parent
EACH = 60  # reports of a layout
FROZEN = {
    "open": "d8faf59c4e37fe31013a3a5d5a367d902873010634c43641680c57c8892aee27",
    "held": "baf5835d6be0982979b24be970aa90a3e554c86e4973607b87c2d0ad509c5398",
}
MARKERS = ("er", "pr", "her2", "ki67")
ORDER = ("size_mm", "multifocal", "grade", "dcis", "lcis", "adh", "lvi", "necrosis", "calcification", "margin",
         "nodes_positive", "stage")  # fmt: skip
SLOT = re.compile(r"\{(\w+)\}")
CHOICE = re.compile(r"\[([^\[\]]*)\](?!\?)")
OPTIONAL = re.compile(r"\[([^\[\]]*)\]\?")


@dataclass(frozen=True)
class Report:
    """`specimens`: (label, fields that are stated); none where it is of no breast."""

    text: str
    layout: str
    specimens: tuple[tuple[str | None, Fields], ...]


def frozen(half: str) -> list[Report]:
    """`open` or `held`."""
    made = list(_reports(half))
    found = digest(made)
    if found != FROZEN[half]:
        raise ConfigError(
            f"the {half} breast reports are not as frozen: their sha256 is {found[:12]}..., expected "
            f"{FROZEN[half][:12]}... Restore bench/pathology_reports; a change that is meant is recorded in reports.py."
        )
    return made


def digest(reports: Sequence[Report]) -> str:
    said = [[each.text, each.layout, each.specimens] for each in reports]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _reports(half: str) -> Iterator[Report]:
    layouts = yaml.safe_load((HERE / f"{half}.yaml").read_text(encoding="utf-8"))
    for name, layout in layouts.items():
        rng = Random(f"{half}/{name}")
        for _ in range(EACH):
            specimens = draw(rng)
            text = _Writer(layout, rng).write(specimens)
            yield Report(text, name, tuple((each.label, each.fields) for each in specimens))
    for text in yaml.safe_load((HERE / "others.yaml").read_text(encoding="utf-8"))[half]:
        yield Report(text, "other", ())


@dataclass
class _Writer:
    layout: dict[str, Any]
    rng: Random

    def write(self, specimens: Sequence[Specimen]) -> str:
        told = [(each, slots(self.rng, each.fields) | {"letter": each.label or ""}) for each in specimens]
        blocks = {name: self._block(name, told) for name in ("title", "findings", "markers", "addendum")}
        said = told[0][1]
        blocks["history"] = self._fill(self.rng.choice(self.layout["history"]), said)
        blocks["gross"] = self._fill(self.layout["gross"], said)
        text = SLOT.sub(lambda slot: blocks[slot[1]], self.layout["frame"])
        return re.sub(r"\n{3,}", "\n\n", text)

    def _block(self, name: str, told: Sequence[tuple[Specimen, dict[str, str]]]) -> str:
        parts = []
        for specimen, said in told:
            lines = getattr(self, f"_{name}")(specimen, said)
            if lines:
                label = [self._fill(self.layout["label"], said)] if specimen.label else []
                parts.append(self._glue.join([*label, *lines]))
        return "\n".join(parts)

    @property
    def _glue(self) -> str:
        return " " if self.layout["shuffle"] and "between" not in self.layout else "\n"

    def _title(self, specimen: Specimen, said: dict[str, str]) -> list[str]:
        fields = specimen.fields
        procedure = self.rng.choice(self.layout["proc"][fields["procedure"]])
        histology = self.rng.choice(self.layout["hist"][fields["histology"]])
        site = self._site(said) if "topography" in fields else ""
        form = self.layout["title"]["malignant" if fields["malignant"] == "yes" else "benign"]
        form = OPTIONAL.sub(lambda found: found[1] if site else "", form).replace("{site}", site)
        more = {"proc": procedure.lower() if procedure.istitle() else procedure, "hist": histology}
        more |= {"Proc": _first_up(procedure), "PROC": procedure, "HIST": histology, "Hist": _first_up(histology)}
        return [self._fill(form, said | more)]

    def _site(self, said: dict[str, str]) -> str:
        forms = [form for form in self.layout["site"] if said["clock"] or "{clock}" not in form]
        return self._fill(self.rng.choice(forms), said)

    def _findings(self, specimen: Specimen, said: dict[str, str]) -> list[str]:
        names = [name for name in ORDER if name in specimen.fields and not _in_title(name, specimen.fields)]
        if self.layout["shuffle"]:
            self.rng.shuffle(names)
        return [self._say(_key(name, specimen.fields), said) for name in names]

    def _markers(self, specimen: Specimen, said: dict[str, str]) -> list[str]:
        fields = specimen.fields | specimen.first
        return [self._say(_key(name, fields), said) for name in MARKERS if name in fields]

    def _addendum(self, specimen: Specimen, said: dict[str, str]) -> list[str]:
        if not specimen.first:
            return []
        (name,) = specimen.first
        now = specimen.fields[name]
        ish = {"positive": "amplified", "negative": "not amplified"}.get(now, "")
        ratio = {"positive": "4.6", "negative": said["ratio"]}[now]
        form = self.layout["addendum"][name]
        return [self._fill(form, said | {"was": specimen.first[name], "now": now, "ish": ish, "ratio": ratio})]

    def _say(self, key: str, said: dict[str, str]) -> str:
        return self._fill(self.rng.choice(self.layout["say"][key]), said)

    def _fill(self, form: str, said: dict[str, str]) -> str:
        chosen = CHOICE.sub(lambda found: self.rng.choice(found[1].split("|")), form)
        return SLOT.sub(lambda slot: said[slot[1]], chosen)


def _in_title(name: str, fields: Fields) -> bool:
    return name == "dcis" and fields["histology"] == "dcis"


def _key(name: str, fields: Fields) -> str:
    value = fields[name]
    if name == "nodes_positive":
        return "nodes_zero" if value == "0" else "nodes_some"
    if name == "stage":
        return "stage_tis" if value == "Tis" else "stage"
    if name == "grade":
        return "grade_dcis" if fields["histology"] == "dcis" else "grade"
    return {"size_mm": "size", "ki67": "ki67"}.get(name, f"{name}_{value}")


def _first_up(text: str) -> str:
    return text[0].upper() + text[1:]
