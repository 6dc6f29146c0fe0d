"""`chartloom train icd`: a coder from coded charts, its artifact and its card."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from contract.errors import ConfigError
from nlp.icd import artifact, systems
from nlp.icd.artifact import PARTS, Said
from nlp.icd.chart import Chart
from nlp.icd.corpus import TASKS, coded, held_out, told
from nlp.icd.gated import require_no_worse

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Training:
    """How a coder is trained, and what its card says of the data."""

    system: str = "ours"
    task: str = "both"
    languages: tuple[str, ...] = ("es", "en")
    seed: int = 1
    source: str = "not said"
    licence: str = "not said"
    limits: str = "Validate it on your own notes before anybody relies on it."
    command: str = "nlp.icd.train.train"
    phi: bool = True  # the notes are identifiable; False for simulated or openly licensed ones

    def __post_init__(self) -> None:
        if self.task not in TASKS:
            raise ConfigError(f"--task is {self.task!r}; expected {', '.join(TASKS)}.")
        if not self.languages:
            raise ConfigError("--language names no language; expected such as es,en.")


@dataclass(frozen=True)
class Trained:
    digest: str
    parts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # code system -> what was learned and measured


def train(data: Path, out: Path, training: Training, tell: Tell = lambda _: None) -> Trained:
    """Writes the artifact whole or not at all."""
    systems.require(training.system)  # a name that is not known is refused before anything is read
    found = coded(data, training.task, training.languages, tell)
    for line in told(found):
        tell(line)
    places: dict[str, dict[str, str]] = {}
    learned: dict[str, dict[str, Any]] = {}
    languages: dict[str, None] = {}  # those that a part has learned, in their order
    with artifact.writing(out) as folder:
        for code_system, charts in found.items():
            place = next((name for name, known in PARTS.items() if known == code_system), code_system.lower())
            tell(f"{code_system}: learning ({training.system})")
            learned[code_system], spoken = _part(charts, code_system, training, folder / place)
            languages |= dict.fromkeys(spoken)
            tell(f"{code_system}: learned in {learned[code_system]['cpu_s']} CPU-seconds")
            places[place] = {"code_system": code_system, "system": training.system}
        said = Said(places, tuple(languages), training.phi, {"seed": training.seed})
        digest = artifact.finish(folder, said, _card(training, learned, tuple(languages)))
        for line in require_no_worse(out, folder, held_out(data, training.task, training.languages)):
            tell(line)
        return Trained(digest, learned)


def _part(
    charts: Sequence[Chart], code_system: str, training: Training, folder: Path
) -> tuple[dict[str, Any], Sequence[str]]:
    """One code system learned and kept; what is said of it, and its languages, which may be fewer than asked for.

    A system's own figures are those in its `measured`.
    """
    start = time.process_time()
    made = systems.make(training.system, code_system, training.seed)
    made.fit(charts)
    made.save(folder)
    codes = {code for chart in charts for code in chart.gold}
    counted = {"charts": len(charts), "codes": len(codes), "threshold": round(float(made.threshold), 4)}
    said = {**counted, **getattr(made, "measured", {}), "cpu_s": round(time.process_time() - start)}
    return said, getattr(made, "languages", training.languages)


def _card(training: Training, learned: Mapping[str, Mapping[str, Any]], languages: Sequence[str]) -> str:
    phi = "identifiable notes: do not release" if training.phi else "no identifiable notes"
    lines = [
        "# Coder",
        "",
        f"- System: {training.system}, for {', '.join(learned)}",
        f"- Languages: {', '.join(languages)}",
        f"- Data: {training.source}",
        f"- Licence of the data: {training.licence}",
        f"- Trained on {phi}",
        f"- Limits: {training.limits}",
        f"- Seed: {training.seed}; command: `{training.command}`",
        f"- Trained: {datetime.now(UTC):%Y-%m-%d}",
        "",
        *(
            f"{code_system}: {', '.join(f'{name} {value}' for name, value in said.items())}."
            for code_system, said in learned.items()
        ),
        "",
        "`python -m bench.icd` measures on documents that training has not seen.",
    ]
    return "\n".join(lines) + "\n"
