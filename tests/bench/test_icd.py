"""Systems are compared on folders in CodiEsp's layout; runs that are kept are not run again."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from bench import icd, icd_runs
from bench.icd_charts import Corpus, parts
from contract.errors import ConfigError
from eval.resampling import Estimate

CASES = {"fiebre alta": "R50.9", "dolor lumbar": "M54.5", "anemia": "D64.9"}


def write(folder: Path, name: str, count: int, *, spans: bool = True, english: bool = True) -> Path:
    """Cases that name two of three diagnoses; the last of them has a code of its own."""
    folder.mkdir()
    lines, marked = [], []
    for language in ("text_files", "text_files_en")[: 1 + english]:
        (folder / language).mkdir()
    for at in range(count):
        said = [list(CASES)[(at + more) % 3] for more in range(2)]
        text = f"Paciente {at} con {said[0]} y {said[1]}."
        (folder / "text_files" / f"case{at}.txt").write_text(text)
        if english:
            (folder / "text_files_en" / f"case{at}.txt").write_text(f"Patient {at}.")
        for phrase in said:
            code, start = CASES[phrase].lower(), text.index(phrase)
            lines.append(f"case{at}\t{code}")
            marked.append(f"case{at}\tDIAGNOSTICO\t{code}\t{phrase}\t{start} {start + len(phrase)}")
    lines.append(f"case{count - 1}\tz99.{len(name)}")
    (folder / f"{name}D.tsv").write_text("\n".join(lines) + "\n")
    if spans:
        (folder / f"{name}X.tsv").write_text("\n".join(marked) + "\n")
    return folder


def run(*words: str) -> dict[str, Any]:
    import typer

    app = typer.Typer()
    app.command()(icd.main)
    said = CliRunner().invoke(app, list(words))
    assert said.exit_code == 0, said.output
    return dict(orjson.loads(said.stdout.strip().splitlines()[-1]))


@pytest.fixture(scope="module")
def train(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("corpus") / "train", "train", 10)


def test_a_test_set_without_spans_or_english(train: Path, tmp_path: Path) -> None:
    test = write(tmp_path / "dev", "dev", 4, spans=False, english=False)
    work = tmp_path / "work"
    words = ["--train", str(train), "--test", str(test), "--systems", "dictionary", "--work", str(work), "--markdown"]
    line = run(*words)
    assert set(line) == set(icd.KEYS) and line["final"] == "dictionary"
    figures = line["systems"]["dictionary"]
    assert figures["micro_recall"] == pytest.approx(8 / 9, abs=1e-4)  # all but the code with no phrase
    assert figures["micro_precision"] == 1.0 and figures["p_at_5"] == pytest.approx(8 / 20, abs=0.06)
    assert line["evidence_iou50"] is None and figures["train_cpu_s"] >= 0

    (kept,) = work.iterdir()
    before = kept.stat().st_mtime_ns
    assert run(*words)["systems"] == line["systems"]
    assert kept.stat().st_mtime_ns == before


def test_folds_hold_every_document_once(train: Path) -> None:
    cut = parts(Corpus(train, folds=4))
    asked = [chart.encounter_id for part in cut for chart in part.test]
    assert sorted(asked) == sorted(f"case{at}" for at in range(10))
    for part in cut:
        assert not {c.encounter_id for c in part.train} & {c.encounter_id for c in part.test}
        assert len(part.train) + len(part.test) == 10
    unseen = [codes for part in cut for codes in part.unseen if codes]
    assert len(unseen) == 1 and next(iter(unseen[0])).startswith("Z99")


def test_a_language_more_is_learned_from_and_never_judged_on(train: Path) -> None:
    for part in parts(Corpus(train, extra="en", folds=2)):
        learned = [chart.notes[0].language for chart in part.train]
        assert learned.count("es") == learned.count("en") == len(learned) / 2
        assert {chart.notes[0].language for chart in part.test} == {"es"}
        assert not {c.encounter_id for c in part.train} & {c.encounter_id for c in part.test}
        english = [chart for chart in part.train if chart.notes[0].language == "en"]
        assert not any(places for chart in english for places in chart.gold.values())


def test_a_language_more_is_compared_with_going_without(train: Path, tmp_path: Path) -> None:
    words = ["--train", str(train), "--systems", "dictionary", "--folds", "2", "--work", str(tmp_path)]
    line = run(*words, "--extra-language", "en")
    assert list(line["systems"]) == ["dictionary", "dictionary+en"] and line["final"] == "dictionary"


def test_both_languages_are_judged_on(train: Path) -> None:
    asked = [chart for part in parts(Corpus(train, language="both", folds=2)) for chart in part.test]
    assert len({chart.notes[0].note_id for chart in asked}) == 20


@pytest.mark.parametrize("wrong", [{"task": "X"}, {"language": "fr"}, {"extra": "fr"}, {"folds": 1}])
def test_a_wrong_parameter_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=r"--\w+"):
        Corpus(Path("x"), **wrong)


def test_an_unknown_system_is_refused() -> None:
    with pytest.raises(ConfigError, match="No system magic; there are dictionary"):
        icd_runs.names("dictionary,magic")


def test_tables_as_markdown() -> None:
    one = dict.fromkeys(icd.MEASURES, Estimate(0.5, 0.4, 0.6)) | {"ece": Estimate(float("nan"), 0, 0)}
    said = icd.icd_table.markdown({"a": one, "b": one}, {"b - a": one}, {"a": 12.3, "b": 4.0})
    assert "| a | 0.500 [0.400, 0.600] |" in said and "| 12 |" in said and "| - |" in said
    assert "| b - a | +0.500 [+0.400, +0.600]" in said
