"""Drafts of systems that only write: text in sentences, with no finding behind any of them."""

from collections.abc import Iterable, Sequence

from contract.errors import InputError
from imaging.draft import Draft, Sentence
from imaging.studies import Studies
from nlp.text.sentences import sentences

NO_IMAGE = "no_image"


def split(report: str) -> list[str]:
    """Its sentences, each on one line."""
    return [" ".join(report[start:end].split()) for start, end in sentences(report, "en")]


def drafts(studies: Studies, reports: Iterable[Sequence[str]]) -> list[Draft]:
    """Of the sentences written for each study. A study without an image gets an empty draft with a flag."""
    return [
        Draft(tuple(Sentence(sentence) for sentence in report)) if images else Draft((), flags=(NO_IMAGE,))
        for images, report in zip(studies.images, reports, strict=True)
    ]


def require(studies: Studies, reports: Sequence[str], findings: Sequence[object]) -> None:
    if not len(studies) == len(reports) == len(findings):
        raise InputError(
            f"{len(studies)} studies, {len(reports)} reports and {len(findings)} lists of findings to learn from: "
            "expected one report and one list a study."
        )
    if not any(report.strip() for report in reports):
        raise InputError(f"{len(reports)} reports to learn from, none with a word: expected one at least.")
