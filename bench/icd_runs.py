"""One system on one part of the charts, in a process of its own; kept on disk, so that a killed bench goes on."""

import hashlib
import os
import resource
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any, cast

import orjson

from bench.icd_charts import Corpus, parts
from bench.json_line import say
from contract.errors import ConfigError
from eval.coding_sheet import Document, Said
from eval.corpora.codiesp import SYSTEMS as CODE_SYSTEMS
from nlp.icd.chart import PRE_ACCEPT, Chart, Suggestion, System
from runner.cli import LIBRARIES

FINAL = "ours"
SYSTEMS = {
    "dictionary": "nlp.icd.literature.dictionary:Dictionary",
    "titles": "nlp.icd.literature.titles_alone:TitlesAlone",
    FINAL: "nlp.icd.coder.coder:Coder",
}
"""Beside those of nlp.icd.literature.systems:LITERATURE."""
SYSTEMATIC = {"titles", FINAL}  # these ask which code system
ROOT = Path(__file__).parents[1]
CODE = {FINAL: ("nlp/icd", "nlp/text", "models"), "titles": ("nlp/icd/titles", "nlp/icd/knowledge", "nlp/text")}
LITERATURE = ("nlp/icd/literature", "nlp/icd/chart.py", "models")
KINDS = {".py", ".yaml", ".csv", ".gz"}
ALWAYS = ("eval/corpora", "nlp/icd/charts.py", "nlp/icd/projection.py", "nlp/icd/titles", "bench/icd_charts.py")
"""What documents are read by, whatever the system."""


@dataclass(frozen=True)
class Run:
    """What a system said of one part. `cpu_s`: user and system, the children it waited for included."""

    name: str
    part: int
    train_cpu_s: float
    suggest_cpu_s: float
    documents: Sequence[Document]
    whose: Sequence[str]
    universe: Sequence[str]


def names(asked: str, task: str = "D") -> list[str]:
    """Systems by name, comma between; empty: all that are there. The tabular list has no titles of procedures."""
    known = ["dictionary", *literature(), *(["titles"] if task == "D" else []), FINAL]
    chosen = [name for name in asked.split(",") if name] or known
    if wrong := [name for name in chosen if name not in known]:
        raise ConfigError(f"No system {', '.join(wrong)}; there are {', '.join(known)}.")
    return chosen


def literature() -> dict[str, Any]:
    from nlp.icd.literature.systems import LITERATURE as known

    return dict(known)


def made(name: str, code_system: str) -> System:
    if name not in SYSTEMS:
        return cast(System, literature()[name]())
    module, _, kind = SYSTEMS[name].partition(":")
    options = {"system": code_system} if name in SYSTEMATIC else {}
    return cast(System, getattr(import_module(module), kind)(**options))


def run_all(corpus: Corpus, systems: Sequence[str], work: Path, processes: int) -> dict[str, list[Run]]:
    """By system, its parts in order."""
    work.mkdir(parents=True, exist_ok=True)
    tasks = [(name, part) for part in range(corpus.parts) for name in systems]
    files = {task: work / f"{task[0]}-{task[1]}-{_digest(corpus, *task)}.json" for task in tasks}
    missing = [task for task in tasks if not files[task].exists()]
    say(f"{len(tasks) - len(missing)} of {len(tasks)} runs are kept")
    for key, value in LIBRARIES.items():
        os.environ.setdefault(key, value)  # one thread each, as a worker of the night has them
    with ProcessPoolExecutor(processes, get_context("spawn"), max_tasks_per_child=1) as pool:
        running = {pool.submit(_run, corpus, name, part, files[name, part]): (name, part) for name, part in missing}
        for done in as_completed(running):
            name, part = running[done]
            say(f"{name}, part {part + 1} of {corpus.parts}: {done.result():.1f} CPU-s of training")
    return {name: [_read(files[name, part]) for part in range(corpus.parts)] for name in systems}


def _run(corpus: Corpus, name: str, part: int, file: Path) -> float:
    """CPU-seconds of training."""
    one = parts(corpus)[part]
    system = made(name, CODE_SYSTEMS[corpus.task])
    began = _cpu()
    system.fit(one.train)
    trained = _cpu()
    asked = [Chart(chart.encounter_id, chart.notes) for chart in one.test]  # without their gold
    said = system.suggest(asked)
    result = Run(
        name,
        part,
        trained - began,
        _cpu() - trained,
        [_document(*each, system.threshold) for each in zip(one.test, said, one.unseen, strict=True)],
        [chart.encounter_id for chart in one.test],
        sorted({code for chart in (*one.train, *one.test) for code in chart.gold}),
    )
    fresh = file.with_suffix(".new")
    fresh.write_bytes(orjson.dumps(asdict(result), default=sorted))
    fresh.rename(file)
    return result.train_cpu_s


def _document(chart: Chart, said: Sequence[Suggestion], unseen: frozenset[str], threshold: float) -> Document:
    return Document(
        [
            Said(
                one.code,
                float(one.score),
                bool(one.score >= threshold),
                one.band == PRE_ACCEPT,
                [(place.note_id, int(place.start), int(place.end)) for place in one.evidence],
            )
            for one in said
        ],
        {code: [(place.note_id, place.start, place.end) for place in marked] for code, marked in chart.gold.items()},
        unseen,
    )


def _read(file: Path) -> Run:
    kept = orjson.loads(file.read_bytes())
    documents = [
        Document([Said(**said) for said in one["said"]], one["gold"], frozenset(one["unseen"]))
        for one in kept.pop("documents")
    ]
    return Run(documents=documents, **kept)


def _digest(corpus: Corpus, name: str, part: int) -> str:
    """Of the corpus, how it is cut, and the code and data of the system: a change of these makes another run."""
    said = hashlib.sha256(
        repr((corpus.task, corpus.language, corpus.extra, corpus.project, corpus.parts, part, name)).encode()
    )
    for folder in filter(None, (corpus.train, corpus.test)):
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            said.update(path.relative_to(folder).as_posix().encode() + hashlib.sha256(path.read_bytes()).digest())
    for room in (*CODE.get(name, LITERATURE), *ALWAYS):
        for path in sorted(path for path in _files(ROOT / room) if path.suffix in KINDS):
            if name != FINAL or "literature" not in path.parts:
                said.update(path.read_bytes())
    return said.hexdigest()[:12]


def _files(place: Path) -> Iterable[Path]:
    return [place] if place.is_file() else place.rglob("*")


def _cpu() -> float:
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
