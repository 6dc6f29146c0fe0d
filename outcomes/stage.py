"""The stage that predicts outcomes of stays from timelines: `outcomes`, and in `outcomes_account` what was seen."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pyarrow as pa

from contract.errors import ConfigError
from contract.work import Shard
from models import folder
from outcomes import rows
from outcomes.forecast import KIND, Forecaster, load
from outcomes.joined import TABLES, joined
from outcomes.rows import Kept
from outcomes.timeline import Timeline, read

CODE_VERSION = "1"  # raise it when the same rows and artifacts give other predictions
NO_ARTIFACT = "no-artifact"
SHIPPED = Path(folder.__file__).parent / "weights" / "outcomes"


@dataclass
class PredictOutcomes:
    """Parameters in pipelines.yaml.

    artifacts: a folder that `chartloom train outcomes` wrote, with one artifact for each task; empty: what is shipped.
    require: without it the step fails; false: it says so in outcomes_account, and the night goes on. tasks: which of
    them; empty: all.
    explain: contributions of a prediction that are kept. least: of tasks with many targets, those with a lower
    probability are left out.
    """

    artifacts: str = ""
    require: bool = False
    tasks: list[str] = field(default_factory=list)
    explain: int = 8
    least: float = 0.05
    _root: Path = field(default=Path(), init=False, repr=False)

    def __post_init__(self) -> None:
        if self.explain < 0 or not 0 <= self.least <= 1:
            raise ConfigError("outcomes: explain is a whole number from 0, least a probability from 0 to 1.")

    def anchor(self, root: Path) -> None:
        self._root = root

    @property
    def reads(self) -> tuple[str, ...]:
        """The timeline, and what the artifacts join to it."""
        wanted = {name for place in self._places for name in folder.stated(place).get("join", ())}
        return ("timeline", *(name for name in TABLES if name in wanted))

    @property
    def writes(self) -> tuple[str, ...]:
        return ("outcomes", "outcomes_account")

    @property
    def unit(self) -> str:
        return "subject_id"

    @property
    def version(self) -> str:
        return "-".join([CODE_VERSION, *([folder.name_of(place) for place in self._places] or [NO_ARTIFACT])])

    @property
    def releases(self) -> bool:
        return False

    def open(self) -> None:
        _ = self._forecasters

    def run(self, shard: Shard) -> Shard:
        if "timeline" not in shard or not len(shard["timeline"]):
            return {}
        absent = [rows.no_artifact(shard["timeline"], name) for name in self._absent]
        if not self._forecasters:
            return {"outcomes_account": pa.concat_tables(absent or [rows.no_artifact(shard["timeline"])])}
        made = list(self._made(shard))
        return {
            "outcomes": pa.concat_tables([found for found, _ in made]),
            "outcomes_account": pa.concat_tables([*(account for _, account in made), *absent]),
        }

    def _made(self, shard: Shard) -> Iterator[tuple[pa.Table, pa.Table]]:
        held: dict[tuple[str, ...], tuple[pa.Table, Timeline]] = {}
        for each in self._forecasters:
            if each.join not in held:
                events = joined(shard, each.join)
                held[each.join] = events, read(events)
            events, timeline = held[each.join]
            found = rows.outcomes(each, timeline, events, Kept(self.explain, self.least))
            yield found, rows.account(each, timeline, found)

    @property
    def _places(self) -> list[Path]:
        """Folders of artifacts, by the names of their tasks."""
        absent, home = self._absent, self._home
        if self.require and (absent or not self._trained):
            raise ConfigError(
                f"outcomes: {home} holds no artifact{' of ' + ', '.join(absent) if absent else ''}; "
                "`chartloom train outcomes` makes one, or leave require out."
            )
        return [place for name, place in self._trained.items() if not self.tasks or name in self.tasks]

    @property
    def _home(self) -> Path:
        return self._root / self.artifacts if self.artifacts else SHIPPED

    @property
    def _absent(self) -> list[str]:
        return [name for name in self.tasks if name not in self._trained]

    @property
    def _trained(self) -> dict[str, Path]:
        """All that is there, by the names of tasks; what a broken training left begins with a dot."""
        home = self._home
        found = [home] if folder.there(home) else sorted(at.parent for at in home.glob(f"[!.]*/{folder.CONFIG}"))
        names: dict[str, Path] = {}
        for place in found:
            name = _task_of(place)
            if name in names:
                raise ConfigError(
                    f"outcomes: {names[name].name} and {place.name} in {home} are both of the task {name}; keep one."
                )
            names[name] = place
        return names

    @cached_property
    def _forecasters(self) -> list[Forecaster]:
        return [load(place) for place in self._places]


def _task_of(place: Path) -> str:
    """What the artifact predicts, before it is loaded."""
    said = folder.stated(place)
    if said.get("kind") != KIND:
        raise ConfigError(
            f"outcomes: {place} is an artifact of kind {said.get('kind')!r}; expected {KIND!r}, as "
            "`chartloom train outcomes` writes it. Name a folder that holds nothing else."
        )
    return str(said["task"])
