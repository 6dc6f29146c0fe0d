"""The stage that drafts reports of imaging studies: `reports`, and in `reports_account` what was read of each."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from contract.errors import ConfigError
from contract.work import Shard
from imaging import readable, reporter, rows
from imaging.reporter import Reporter
from models import folder

CODE_VERSION = "2"  # raise it when the same rows and artifact give other drafts
SHIPPED = Path(folder.__file__).parent / "weights" / "imaging"


@dataclass
class DraftReports:
    """Parameters in pipelines.yaml.

    artifact: a folder that `chartloom train reports` wrote; empty: the one shipped, which knows simulated embeddings
    only. require: without it the step fails; false: it says so in reports_account, and the night goes on.
    """

    artifact: str = ""
    require: bool = False
    _root: Path = field(default=Path(), init=False, repr=False)

    def anchor(self, root: Path) -> None:
        self._root = root

    @property
    def reads(self) -> tuple[str, ...]:
        """The timeline tells which earlier studies there are; nothing is compared with what it does not hold."""
        return ("embeddings", "timeline")

    @property
    def may_lack(self) -> tuple[str, ...]:
        """Of what it reads; outside a night the images' own times tell which studies came before."""
        return ("timeline",)

    @property
    def writes(self) -> tuple[str, ...]:
        return ("reports", "reports_account")

    @property
    def unit(self) -> str:
        return "subject_id"

    @property
    def version(self) -> str:
        return f"{CODE_VERSION}-{self._name}"

    @property
    def releases(self) -> bool:
        return False

    def open(self) -> None:
        _ = self._reporter

    def run(self, shard: Shard) -> Shard:
        shown = rows.shown(shard)
        if not len(shown.studies):
            return {}
        if self._reporter is None:
            return {"reports_account": rows.no_artifact(shown)}
        read = readable.sorted_out(shown.embeddings, self._reporter.expected)
        studies, before = rows.with_priors(read.studies, shown, told=rows.told(shard))
        drafts = rows.flagged(self._reporter.drafts(studies), before)
        return {
            "reports": rows.reports(studies, drafts, self._name),
            "reports_account": rows.account(shown, read, drafts, self._name),
        }

    @property
    def _home(self) -> Path:
        return self._root / self.artifact if self.artifact else SHIPPED

    @property
    def _name(self) -> str:
        return folder.name_of(self._home) if folder.there(self._home) else rows.NO_ARTIFACT

    @cached_property
    def _reporter(self) -> Reporter | None:
        if folder.there(self._home):
            return reporter.load(self._home)
        if self.require:
            raise ConfigError(
                f"reports: {self._home} holds no artifact; `chartloom train reports` makes one, or leave require out."
            )
        return None
