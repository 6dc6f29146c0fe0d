"""Coded charts to learn from: a folder in the layout of CodiEsp, or notes.parquet beside labels.parquet."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from contract.errors import InputError
from eval.corpora import codiesp
from nlp.icd.chart import DIAGNOSES, PROCEDURES, Chart
from nlp.icd.charts import charts
from nlp.icd.language import language
from nlp.icd.learning.labelled import trained_on
from nlp.icd.projection import projected
from schemas.clinical import OPEN_NOTES
from schemas.results import LABELS

TASKS = ("D", "P", "both")
NOT = "NOT"  # in front of a label: a coder rejected the code
ABSENT = {"subject_id": pa.scalar(0, pa.int64()), "task": pa.scalar("icd"), "source": pa.scalar("own")}


def coded(data: Path, task: str, languages: Sequence[str]) -> dict[str, list[Chart]]:
    """By code system. A chart that has codes of another system alone is one without codes of this one."""
    if any((data / place).is_dir() for place in codiesp.TEXTS.values()):
        found = _codiesp(data, task, languages)
    elif all(_place(data, name).exists() for name in ("notes", "labels")):
        found = _own(data, task, languages)
    else:
        raise InputError(
            f"{data} holds neither text_files/ or text_files_en/ beside *D.tsv and *P.tsv (the layout of CodiEsp), "
            "nor notes.parquet beside labels.parquet, or folders of such files, as the open root of a lake has them "
            "(`chartloom tables labels` explains their columns)."
        )
    if not any(chart.gold for of in found.values() for chart in of):
        raise InputError(
            f"{data} holds no chart of {', '.join(languages)} with codes of task {task}: nothing to learn."
        )
    return {system: of for system, of in found.items() if any(chart.gold for chart in of)}


def _codiesp(data: Path, task: str, languages: Sequence[str]) -> dict[str, list[Chart]]:
    """The same case in two languages is two charts of one encounter; marked spans of the Spanish one are projected."""
    there = [name for name, place in codiesp.TEXTS.items() if name in languages and (data / place).is_dir()]
    marked = "es" if (data / codiesp.TEXTS["es"]).is_dir() else ""
    notes = {name: codiesp.read_notes(data, name) for name in {*there, marked} - {""}}
    wanted = [letter for letter in codiesp.SYSTEMS if task in (letter, "both") and any(data.glob(f"*{letter}.tsv"))]
    found: dict[str, list[Chart]] = {}
    for letter in wanted:
        system = codiesp.SYSTEMS[letter]
        for name in there:
            read = charts(notes[name], codiesp.read_labels(data, letter, spans=name == "es"), system)
            if name != "es" and marked:
                read = projected(charts(notes["es"], codiesp.read_labels(data, letter), system), read)
            found.setdefault(system, []).extend(read)
    return found


def held_out(data: Path, task: str, languages: Sequence[str]) -> dict[str, list[Chart]]:
    """By code system the charts that were coded blind: never learned from, they judge what was. None of CodiEsp."""
    return _own(data, task, languages, blind=True) if _blind(data) else {}


def _blind(data: Path) -> list[str]:
    """Encounters that the worklist calls blind, where the data has one."""
    if not _place(data, "worklist").exists():
        return []
    rows = _read(data, "worklist")
    found: list[str] = rows.filter(pc.fill_null(rows["blind"], False))["encounter_id"].to_pylist()
    return found


def _own(data: Path, task: str, languages: Sequence[str], *, blind: bool = False) -> dict[str, list[Chart]]:
    """Encounters without any code were not coded: nothing is learned of them."""
    notes = OPEN_NOTES.conform(_filled(_read(data, "notes")))
    labels = LABELS.conform(_filled(_read(data, "labels")))
    labels = _written(labels.filter(pc.equal(labels["task"], "icd")))
    unit = pc.coalesce(notes["encounter_id"], notes["note_id"])
    decided = pc.is_in(unit, value_set=labels["unit_id"].combine_chunks())
    hidden = pc.is_in(unit, value_set=pa.array(_blind(data), pa.string()))
    labels = trained_on(notes, labels)
    notes = _spoken(notes.filter(pc.and_(decided, hidden if blind else pc.invert(hidden))), languages)
    systems = sorted({label.partition("//")[0] for label in labels["label"].to_pylist()} - {NOT})
    return {
        system: charts(notes, labels, system)
        for system in systems
        if task == "both" or (task == "P") == (system == PROCEDURES)
    }


def _written(labels: pa.Table) -> pa.Table:
    """Codes as their system writes them: i509 is I50.9."""
    parts = [label.split("//") for label in labels["label"].to_pylist()]
    wrong = sum(len(part) < 2 or not all(map(str.strip, part)) for part in parts)
    if wrong:
        raise InputError(f"{wrong:,} of {len(parts):,} labels are not SYSTEM//code, such as {DIAGNOSES}//I50.9.")
    told = ["//".join((*part[:-1], _code(part[-2], part[-1]))) for part in parts]
    return labels.set_column(labels.column_names.index("label"), "label", pa.array(told, pa.string()))


def _code(system: str, code: str) -> str:
    return codiesp.dotted(code) if system == DIAGNOSES else code.strip().upper()


def _place(data: Path, name: str) -> Path:
    """One file, or a folder of shards."""
    file = data / f"{name}.parquet"
    return file if file.is_file() else data / name


def _read(data: Path, name: str) -> pa.Table:
    place = _place(data, name)
    files = [place] if place.is_file() else sorted(place.glob("*.parquet"))
    try:
        parts = [pq.ParquetFile(file).read() for file in files]
    except pa.ArrowInvalid as error:  # its words may show a row
        raise InputError(f"{place} holds a file that is no Parquet that can be read; is it whole?") from error
    if not parts:
        raise InputError(f"{place} holds no Parquet file; expected the table {name}.")
    return pa.concat_tables(parts, promote_options="default")


def _filled(rows: pa.Table) -> pa.Table:
    for name, value in ABSENT.items():
        if name not in rows.column_names:
            rows = rows.append_column(name, pa.repeat(value, len(rows)))
    return rows


def _spoken(notes: pa.Table, languages: Sequence[str]) -> pa.Table:
    """Notes of the languages asked for, each with its language."""
    pairs = zip(notes["text"].to_pylist(), notes["language"].to_pylist(), strict=True)
    said = [language(text or "", declared or "", languages, languages[0]) for text, declared in pairs]
    at = notes.column_names.index("language")
    return notes.set_column(at, "language", pa.array(said, pa.string())).filter(pa.array([bool(one) for one in said]))


def told(found: Mapping[str, Sequence[Chart]]) -> list[str]:
    """What there is to learn from, a line a code system."""
    return [
        f"{system}: {len(of):,} charts, {sum(len(chart.gold) for chart in of):,} codes, "
        f"{len({code for chart in of for code in chart.gold}):,} different, "
        f"{sum(bool(spans) for chart in of for spans in chart.gold.values()):,} with marked words"
        for system, of in found.items()
    ]
