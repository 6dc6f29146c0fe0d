"""Is a mention present, negated, another's? Traps of twelve kinds in two languages, and sentences a CPU-second."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from bench.assertion_marks import Case, Expected, frozen, read
from bench.json_line import command, finish, say
from nlp.text.assertion import Asserter, Assertion
from nlp.text.sentences import sentences

KEYS = ("accuracy", "critical", "sentences_per_cpu_s")
NOTE = 20  # cases that are joined to one note where speed is measured
LEAST_S = 2.0  # CPU-seconds that each language is timed for
ELSEWHERE = frozenset({"negated", "other_person"})


@dataclass(frozen=True)
class Judged:
    case: Case
    expected: Expected
    found: Assertion

    @property
    def right(self) -> bool:
        return self.found.kind == self.expected.kind and bool(self.found.uncertain) == self.expected.uncertain

    @property
    def critical(self) -> bool:
        """What is not there, or another's, taken for present; or the reverse."""
        kinds = {self.found.kind, self.expected.kind}
        return "present" in kinds and bool(kinds & ELSEWHERE)


def judge(cases: Iterable[Case]) -> Iterator[Judged]:
    for case in cases:
        spans = [(each.start, each.end) for each in case.expected]
        for expected, found in zip(case.expected, Asserter(case.language).assertions(case.text, spans), strict=True):
            yield Judged(case, expected, found)


def told(judged: Sequence[Judged], *, show: bool) -> None:
    """On stderr by half, language and trap; what was wrong only of the open half."""
    for half in sorted({each.case.half for each in judged}):
        for language in sorted({each.case.language for each in judged if each.case.half == half}):
            part = [each for each in judged if (each.case.half, each.case.language) == (half, language)]
            cases = {id(each.case) for each in part}
            bad = {id(each.case) for each in part if not each.right}
            say(
                f"{half} {language or 'both'}: {sum(each.right for each in part)} of {len(part)} mentions, "
                f"{len(cases) - len(bad)} of {len(cases)} cases, {sum(each.critical for each in part)} critical"
            )
            every, right = Counter(e.case.trap for e in part), Counter(e.case.trap for e in part if e.right)
            if half == "open":
                say("  " + ", ".join(f"{trap} {right[trap]}/{every[trap]}" for trap in every))
    if show:
        for each in judged:
            if each.case.half == "open" and not each.right:
                say(wrong(each))


def wrong(each: Judged) -> str:
    start, end = each.expected.start, each.expected.end
    mention, doubt = each.case.text[start:end], "?" * each.expected.uncertain
    return (
        f"  {each.case.language} {each.case.trap}: {mention!r} in {each.case.text!r}: "
        f"{each.found.kind}{'?' * bool(each.found.uncertain)}, not {each.expected.kind}{doubt}"
    )


def speed(cases: Sequence[Case], language: str) -> float:
    """Sentences a CPU-second, one mention of each case: sentences, sections and cues included."""
    mine = [case for case in cases if case.language == language and case.expected]
    notes = [_note(mine[at : at + NOTE]) for at in range(0, len(mine), NOTE)]
    count = sum(len(sentences(text, language)) for text, _ in notes)
    asserter = Asserter(language)
    done, began = 0, time.process_time()
    while (spent := time.process_time() - began) < LEAST_S:
        for text, spans in notes:
            asserter.assertions(text, spans)
        done += count
    return done / spent


def _note(cases: Sequence[Case]) -> tuple[str, list[tuple[int, int]]]:
    text, spans = "", []
    for case in cases:
        first = case.expected[0]
        spans.append((len(text) + first.start, len(text) + first.end))
        text += case.text + "\n"
    return text, spans


def main(
    cases: Annotated[
        Path | None, typer.Option(help="Cases of your own (.yaml, .csv, .jsonl) instead of the project's.")
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Print what was wrong, of the open half.")] = False,
) -> None:
    """Accuracy over marked mentions, critical errors among them, and speed.

    Example: python -m bench.assertion --cases traps_es.yaml --show

    An answer is right when its kind and whether there is doubt are both right. Critical: negated or another person's
    taken for present, or the reverse.
    """
    every = read(cases) if cases else frozen()
    judged = list(judge(every))
    if not judged:
        raise typer.BadParameter("no case marks a mention.")
    told(judged, show=show)
    speeds = {language: speed(every, language) for language in sorted({case.language for case in every})}
    for language, value in speeds.items():
        say(f"{language or 'both'}: {value:.0f} sentences a CPU-second")
    accuracy = round(sum(each.right for each in judged) / len(judged), 4)
    values = {"accuracy": accuracy, "critical": sum(each.critical for each in judged)}
    finish(KEYS, {**values, "sentences_per_cpu_s": round(min(speeds.values()))})


if __name__ == "__main__":
    command(main)
