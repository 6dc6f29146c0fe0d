"""Drafts of the systems compared in bench.reports, each taught on the same reports and vectors."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.json_line import say
from bench.reports_given import ENCODER, Given
from imaging.draft import Draft
from imaging.heads.heads import Readings
from imaging.literature import named
from imaging.readable import Expected
from imaging.reporter import Reporter
from imaging.studies import Studies

OURS = "ours"


@dataclass(frozen=True)
class Written:
    drafts: Sequence[Draft]
    cpu_s: float  # to learn and to write

    @property
    def texts(self) -> list[str]:
        return [draft.text for draft in self.drafts]


def written(name: str, train: Given, teaching: Studies, asked: Studies) -> Written:
    """A system of the literature at its defaults."""
    say(f"{name} learns from {len(train)} reports")
    start = time.process_time()
    system = named.make(name)
    drafts = system.fit(teaching, train.texts, train.findings).predict(asked)
    return Written(drafts, time.process_time() - start)


def ours(train: Given, teaching: Studies, asked: Studies, seed: int) -> tuple[Written, Readings]:
    start = time.process_time()
    expected = Expected(ENCODER, teaching.width)
    reporter = Reporter.taught(teaching, train.texts, train.findings, expected, seed)
    readings = reporter.read(asked)
    return Written(reporter.drafts(asked, readings), time.process_time() - start), readings
