"""Are drug-effect relations found in sentences: spans, relations, false ones, and which sentences tell of any?"""

import multiprocessing
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from bench.adverse_runs import Job, Outcome, run
from bench.json_line import command, finish, say
from contract.errors import InputError
from eval.corpora.ade import DRUG, EFFECT, read_ade
from eval.corpora.related import Related
from eval.relations import counts, estimated
from eval.resampling import Estimate
from nlp.adverse.mining.page import of_sentences, parts

KEYS = ("macro_f1", "drug_f1", "effect_f1", "relation_f1", "natural_relation_f1", "false_pairs_per_1000",
        "sentence_kappa", "train_cpu_s")  # fmt: skip
LABELS = (DRUG, EFFECT)
MINER = "miner"


def jobs(train: Path, test: Path | None, folds: int, seed: int, kind: str) -> list[Job]:
    """Whole PMIDs on one side, sentences without an effect too."""
    learned = _read(train)
    if test:
        held = _read(test)
        shared = {each.group for each in learned} & {each.group for each in held}
        say(
            f"{len(shared)} PMIDs of --test are in --train too and are not learned from"
            if shared
            else "no PMID is shared"
        )
        return [Job([each for each in learned if each.group not in shared], held, kind, seed, "test")]
    pages = of_sentences(learned)
    fold = dict(zip((page.group for page in pages), parts(pages, folds, seed), strict=True))
    return [
        Job([each for each in learned if fold[each.group] != at], [each for each in learned if fold[each.group] == at],
            kind, seed, f"fold {at + 1}")
        for at in range(folds)
    ]  # fmt: skip


def _read(folder: Path) -> list[Related]:
    corpus = read_ade(folder)
    say(f"{len(corpus.positive)} sentences with a relation, {len(corpus.negative)} without")
    say(f"{corpus.mended} spans mended, {corpus.dropped} relations dropped, {corpus.repeated} lines repeated")
    return corpus.sentences


def run_all(work: Sequence[Job], processes: int) -> list[Outcome]:
    if processes == 1 or len(work) == 1:
        return [run(job) for job in work]
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        return list(pool.imap(run, work))


def judged(outcomes: Sequence[Outcome]) -> dict[str, Mapping[str, Estimate]]:
    """Of every system, over the sentences of all folds together."""
    truth = [sentence for outcome in outcomes for sentence in outcome.truth]
    found = {}
    for name in outcomes[0].answers:
        answers = [answer for outcome in outcomes for answer in outcome.answers[name]]
        found[name] = estimated(*counts(truth, answers, LABELS), LABELS)
    return found


def told(found: Mapping[str, Mapping[str, Estimate]]) -> None:
    say("| system | " + " | ".join(KEYS[:-1]) + " |")
    for name, of in found.items():
        cells = [f"{of[key].value:.3f} ({of[key].low:.3f} to {of[key].high:.3f})" for key in KEYS[:-1]]
        say(f"| {name} | " + " | ".join(cells) + " |")


def main(
    train: Annotated[Path, typer.Option(help="Folder of the ADE corpus: DRUG-AE.rel, ADE-NEG.txt.")],
    test: Annotated[Path | None, typer.Option(help="Folder to be judged on; without it, folds of --train.")] = None,
    folds: Annotated[int, typer.Option(help="Parts of the PMIDs, without --test.")] = 5,
    only: Annotated[int, typer.Option(help="As many of the folds are run; 0 is all.")] = 0,
    seed: Annotated[int, typer.Option(help="Of the folds and of training.")] = 1,
    kind: Annotated[str, typer.Option(help="Of the tagger: bilstm_crf, or crf, which is light.")] = "bilstm_crf",
    processes: Annotated[int, typer.Option(help="Folds at a time.")] = 2,
) -> None:
    """Exact spans on sentences with a relation; relations on those and on all sentences; false pairs; Cohen's kappa.

    Example: python -m bench.adverse --train ade_corpus_v2 --folds 5
    """
    if not test and folds < 2:
        raise InputError(f"--folds is {folds}; expected 2 or more, or --test with a folder.")
    work = jobs(train, test, folds, seed, kind)
    outcomes = run_all(work[: only or None], processes)
    found = judged(outcomes)
    told(found)
    spent = sum(outcome.train_cpu_s for outcome in outcomes)
    finish(KEYS, {**{key: round(found[MINER][key].value, 4) for key in KEYS[:-1]}, "train_cpu_s": round(spent, 1)})


if __name__ == "__main__":
    command(main)
