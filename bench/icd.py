"""Which codes does each system of ICD coding suggest? All in one table, by cross-validation or on a test set."""

import math
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from bench import icd_table
from bench.icd_charts import Corpus
from bench.icd_runs import FINAL, Run, names, run_all
from bench.json_line import command, finish, say
from eval.coding import MEASURES
from eval.coding_sheet import Sheet, sheet
from eval.resampling import Estimate, difference, draws, estimate

KEYS = (
    "final",
    "systems",
    "unseen_top20",
    "preaccept_precision",
    "preaccept_share",
    "evidence_share",
    "evidence_iou50",
)
RESAMPLES, OF_AREAS = 500, 50  # areas are slow to draw


def judged(runs: Sequence[Run]) -> Sheet:
    documents = [document for run in runs for document in run.documents]
    return sheet(documents, {code for run in runs for code in run.universe})


def estimates(found: Sheet, weights: np.ndarray[Any, np.dtype[np.float64]]) -> dict[str, Estimate]:
    return {
        name: estimate(measure, found, weights[:OF_AREAS] if name.endswith("_auc") else weights)
        for name, measure in MEASURES.items()
    }


def run_each(corpus: Corpus, systems: Sequence[str], work: Path, processes: int) -> dict[str, list[Run]]:
    """With a language more to learn from every system is run without it too; NAME+en is with."""
    runs = run_all(replace(corpus, extra=""), systems, work, processes)
    more = run_all(corpus, systems, work, processes) if corpus.extra else {}
    return runs | {f"{name}+{corpus.extra}": of for name, of in more.items()}


def compared(runs: Mapping[str, Sequence[Run]], final: str) -> tuple[icd_table.Figures, icd_table.Figures]:
    """Figures of every system, and how far the final one is from each, and one with a language more from itself."""
    sheets = {name: judged(of) for name, of in runs.items()}
    weights = draws([name for run in runs[final] for name in run.whose], RESAMPLES)
    found = {name: estimates(one, weights) for name, one in sheets.items()}
    pairs = [(final, name) for name in sheets if name != final]
    pairs += [(name, name.partition("+")[0]) for name in sheets if "+" in name]
    gaps = {
        f"{first} - {second}": {
            key: difference(MEASURES[key], sheets[first], sheets[second], weights) for key in icd_table.PAIRED
        }
        for first, second in pairs
    }
    return found, gaps


def main(
    train: Annotated[Path, typer.Option(help="Folder in CodiEsp's layout to learn from.")],
    test: Annotated[Path | None, typer.Option(help="Folder to be judged on; without it, folds of --train.")] = None,
    task: Annotated[str, typer.Option(help="D: diagnoses, P: procedures.")] = "D",
    language: Annotated[str, typer.Option(help="es, en or both: what is learned from and judged on.")] = "es",
    extra_language: Annotated[str, typer.Option(help="With and without learning from this one too, as en.")] = "",
    project: Annotated[bool, typer.Option(help="Translations learn from the Spanish text's marked words.")] = True,
    systems: Annotated[str, typer.Option(help="Names, comma between; the last is the final one. Empty: all.")] = "",
    folds: Annotated[int, typer.Option(help="Parts of the documents, without --test.")] = 5,
    processes: Annotated[int, typer.Option(help="Runs at a time.")] = 1,
    work: Annotated[Path | None, typer.Option(help="Folder that keeps runs; a bench that was killed goes on.")] = None,
    markdown: Annotated[bool, typer.Option(help="The tables as Markdown on stdout, before the JSON line.")] = False,
) -> None:
    """Every system in one table, with intervals of 95 % over documents, and how far the final system is from each.

    Example: python -m bench.icd --train codiesp/train --test codiesp/dev --task D
    """
    chosen = names(systems, task)
    final = FINAL if FINAL in chosen else chosen[-1]
    corpus = Corpus(train, test, task, language, extra_language, folds, project)
    with tempfile.TemporaryDirectory(prefix="bench-icd-") as passing:
        runs = run_each(corpus, chosen, work or Path(passing), processes)
    say("runs are done; intervals are drawn")
    found, gaps = compared(runs, final)
    cpu_s = {name: sum(run.train_cpu_s for run in of) for name, of in runs.items()}
    icd_table.show(found, gaps, cpu_s)
    if markdown:
        print(icd_table.markdown(found, gaps, cpu_s))
    values = {name: {**_plain(of), "train_cpu_s": round(cpu_s[name], 1)} for name, of in found.items()}
    finish(KEYS, {"final": final, "systems": values, **{key: values[final][key] for key in KEYS[2:]}})


def _plain(of: Mapping[str, Estimate]) -> dict[str, float | None]:
    """null: nothing to be measured."""
    return {name: None if math.isnan(one.value) else round(one.value, 4) for name, one in of.items()}


if __name__ == "__main__":
    command(main)
