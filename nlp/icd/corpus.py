"""Coded charts to learn from: a folder in the layout of CodiEsp, or notes.parquet beside labels.parquet."""

from collections.abc import Callable, Mapping, Sequence
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
from nlp.icd.left_out import LeftOut
from nlp.icd.projection import projected
from schemas.clinical import OPEN_NOTES
from schemas.results import LABELS

TASKS = ("D", "P", "both")
NOT = "NOT"  # in front of a label: a coder rejected the code
ABSENT = {"subject_id": pa.scalar(0, pa.int64()), "task": pa.scalar("icd"), "source": pa.scalar("own")}


def coded(
    data: Path, task: str, languages: Sequence[str], tell: Callable[[str], None] = lambda _: None
) -> dict[str, list[Chart]]:
    """By code system. A chart that has codes of another system alone is one without codes of this one.

    What cannot be learned from is left out and told.
    """
    lost = LeftOut()
    if any((data / place).is_dir() for place in codiesp.TEXTS.values()):
        found = _codiesp(data, task, languages, lost)
    elif all(_place(data, name).exists() for name in ("notes", "labels")):
        found = _own(data, task, languages, lost)
    else:
        raise InputError(
            f"{data} holds neither text_files/ or text_files_en/ beside *D.tsv and *P.tsv (the layout of CodiEsp), "
            "nor notes.parquet beside labels.parquet, or folders of such files, as the open root of a lake has them "
            "(`chartloom tables labels` explains their columns)."
        )
    found = {system: lost.sound(of, system) for system, of in found.items()}
    if not any(chart.gold for of in found.values() for chart in of):
        raise InputError(
            f"{data} holds no chart of {', '.join(languages)} with codes of task {task}: nothing to learn."
            + "".join(f" {line}." for line in lost.told())
        )
    for line in lost.told():
        tell(line)
    return {system: of for system, of in found.items() if any(chart.gold for chart in of)}


def _codiesp(data: Path, task: str, languages: Sequence[str], lost: LeftOut) -> dict[str, list[Chart]]:
    """The same case in two languages is two charts of one encounter; marked spans of the Spanish one are projected."""
    there = [name for name, place in codiesp.TEXTS.items() if name in languages and (data / place).is_dir()]
    marked = "es" if (data / codiesp.TEXTS["es"]).is_dir() else ""
    notes = {name: codiesp.read_notes(data, name) for name in {*there, marked} - {""}}
    asked = [letter for letter in codiesp.SYSTEMS if task in (letter, "both")]
    wanted = [letter for letter in asked if any(data.glob(f"*{letter}.tsv"))]
    if not wanted:
        raise InputError(
            f"{data} holds texts, but no {' and no '.join(f'*{letter}.tsv' for letter in asked)}; "
            "expected lines `case<tab>code` in a file named so."
        )
    found: dict[str, list[Chart]] = {}
    for letter in wanted:
        system = codiesp.SYSTEMS[letter]
        lost.counts["coded cases that have no text"] += len(codiesp.textless(data, letter))
        for name in there:
            read = charts(notes[name], codiesp.read_labels(data, letter, spans=name == "es"), system)
            if name != "es" and marked:
                source = charts(notes["es"], codiesp.read_labels(data, letter), system)
                read = projected(LeftOut().sound(source, system), read)
            found.setdefault(system, []).extend(read)
    return found


def held_out(data: Path, task: str, languages: Sequence[str]) -> dict[str, list[Chart]]:
    """By code system the charts that were coded blind: never learned from, they judge what was. None of CodiEsp."""
    if not _blind(data):
        return {}
    found = _own(data, task, languages, LeftOut(), blind=True)
    return {system: LeftOut().sound(of, system) for system, of in found.items()}


def _blind(data: Path) -> list[str]:
    """Encounters that the worklist calls blind, where the data has one."""
    if not _place(data, "worklist").exists():
        return []
    rows = _read(data, "worklist")
    found: list[str] = rows.filter(pc.fill_null(rows["blind"], False))["encounter_id"].to_pylist()
    return found


def _own(
    data: Path, task: str, languages: Sequence[str], lost: LeftOut, *, blind: bool = False
) -> dict[str, list[Chart]]:
    """Encounters without any code were not coded: nothing is learned of them."""
    notes = OPEN_NOTES.conform(_filled(_read(data, "notes")))
    labels = LABELS.conform(_filled(_read(data, "labels")))
    labels = _written(labels.filter(pc.equal(labels["task"], "icd")))
    unit = pc.coalesce(notes["encounter_id"], notes["note_id"])
    lost.counts["labels of encounters that have no note here"] += (
        pc.sum(pc.invert(pc.is_in(labels["unit_id"], value_set=_set(unit)))).as_py() or 0
    )
    decided = pc.is_in(unit, value_set=_set(labels["unit_id"]))
    hidden = pc.is_in(unit, value_set=pa.array(_blind(data), pa.string()))
    labels = trained_on(notes, labels)
    chosen = notes.filter(pc.and_(decided, hidden if blind else pc.invert(hidden)))
    notes = _spoken(chosen, languages)
    lost.counts[f"notes of other languages than {', '.join(languages)}"] += len(chosen) - len(notes)
    systems = sorted({label.partition("//")[0] for label in labels["label"].to_pylist()} - {NOT})
    return {
        system: charts(notes, labels, system)
        for system in systems
        if task == "both" or (task == "P") == (system == PROCEDURES)
    }


def _written(labels: pa.Table) -> pa.Table:
    """Codes as their system writes them: i509 is I50.9."""
    parts = [[part.strip() for part in label.upper().split("//")] for label in labels["label"].to_pylist()]
    wrong = sum(len(part) < 2 or not all(part) for part in parts)
    if wrong:
        raise InputError(f"{wrong:,} of {len(parts):,} labels are not SYSTEM//code, such as {DIAGNOSES}//I50.9.")
    told = ["//".join((*heads, system, _code(system, code))) for *heads, system, code in parts]
    return labels.set_column(labels.column_names.index("label"), "label", pa.array(told, pa.string()))


def _code(system: str, code: str) -> str:
    return codiesp.dotted(code) if system == DIAGNOSES else code


def _set(values: pa.ChunkedArray) -> pa.Array:
    """Also of none."""
    return pa.array(values.to_pylist(), pa.string())


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
    return notes.set_column(at, "language", pa.array(said, pa.string())).filter(
        pa.array([bool(one) for one in said], pa.bool_())
    )


def told(found: Mapping[str, Sequence[Chart]]) -> list[str]:
    """What there is to learn from, a line a code system."""
    return [
        f"{system}: {len(of):,} charts, {sum(len(chart.gold) for chart in of):,} codes, "
        f"{len({code for chart in of for code in chart.gold}):,} different, "
        f"{sum(bool(spans) for chart in of for spans in chart.gold.values()):,} with marked words"
        for system, of in found.items()
    ]
