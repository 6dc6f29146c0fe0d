"""bench.adverse keeps abstracts whole, tells of its baselines and prints the promised keys."""

import json
from pathlib import Path

import pytest

from bench import adverse
from bench.adverse import KEYS, jobs, main
from bench.adverse_runs import Job, Outcome, baselines, truth
from eval.corpora.related import Related
from nlp.adverse.mining.page import every_line, of_sentences

TEXT = "Rash and fever began after tulipril."
MARKED = Related("1", TEXT, ((0, 4, "EFFECT"), (9, 14, "EFFECT"), (27, 35, "DRUG")), ((2, 0), (2, 1)))


def corpus(folder: Path, pmids: list[int]) -> Path:
    folder.mkdir()
    text = "Rash began after tulipril in case {}."
    rows = [f"{p}|{text.format(p)}|Rash|0|4|tulipril|17|25" for p in pmids]
    (folder / "DRUG-AE.rel").write_text("\n".join(rows) + "\n")
    (folder / "ADE-NEG.txt").write_text("".join(f"{p} NEG Case {p} was seen.\n" for p in pmids))
    return folder


def told(job: Job) -> Outcome:
    """As a run, of a miner that is the dictionary."""
    pages, held = of_sentences(job.learned), of_sentences(job.held)
    answers = baselines(every_line(pages), held)
    return Outcome(truth(held), {"miner": answers["dictionary, all pairs"], **answers}, 1.5)


def test_abstracts_lie_on_one_side(tmp_path: Path) -> None:
    folds = jobs(corpus(tmp_path / "all", list(range(20))), None, 4, 1, "crf")
    held = [{each.group for each in job.held} for job in folds]
    assert sum(map(len, held)) == 20
    assert all(not ({each.group for each in job.learned} & out) for job, out in zip(folds, held, strict=True))


def test_what_is_judged_is_not_learned(tmp_path: Path) -> None:
    (job,) = jobs(corpus(tmp_path / "a", [1, 2, 3]), corpus(tmp_path / "b", [3, 4]), 5, 1, "crf")
    assert {each.group for each in job.learned} == {"1", "2"}
    assert {each.group for each in job.held} == {"3", "4"}


def test_baselines_of_one_sentence() -> None:
    pages = of_sentences([MARKED, Related("1", "Nobody was seen.")])
    found = baselines(every_line(pages), pages)
    (first, second) = truth(pages)
    assert found["dictionary, all pairs"][0].relations == first.relations == {(27, 35, 0, 4), (27, 35, 9, 14)}
    assert not second.relations and not found["gold spans, all pairs"][1].relations


def test_the_line_has_the_promised_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(adverse, "run", told)
    main(corpus(tmp_path / "all", list(range(20))), folds=4, processes=1)
    said = json.loads(capsys.readouterr().out)
    assert list(said) == list(KEYS)
    assert (said["macro_f1"], said["train_cpu_s"]) == (1.0, 6.0)
