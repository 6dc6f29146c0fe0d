"""What coders decided of an encounter's codes: of all acts on one code the last one stands."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

ACCEPTED, REJECTED = "accepted", "rejected"
ACTS = {"accept": ACCEPTED, "add": ACCEPTED, "reject": REJECTED, "remove": REJECTED}
FINISH, REOPEN = "finish", "reopen"
MACHINES = ("chartloom", "artifact")  # beginnings of actors that are no persons
INDICATORS = ("Y", "N", "U", "W", "1")  # present on admission: yes, no, unknown, undetermined, exempt
Visit = tuple[int, str]  # subject, encounter
Key = tuple[int, str, str, str]  # and code system, code
Act = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Decision:
    """`before`: it was accepted at some time. `disputed`: another coder had decided otherwise. `rank` from 1."""

    state: str
    actor: str
    time: datetime
    rank: int | None = None
    poa: str | None = None
    admitting: bool = False
    before: bool = False
    disputed: bool = False


@dataclass
class Decided:
    """`ends`: the last of finish and reopen of an encounter, absent where it was never finished.

    `seen`: the digest of the notes that whoever finished had seen.
    """

    codes: dict[Key, Decision] = field(default_factory=dict, repr=False)
    ends: dict[Visit, str] = field(default_factory=dict, repr=False)
    seen: dict[Visit, str] = field(default_factory=dict, repr=False)

    def add(self, row: Act) -> None:
        visit, after = (row["subject_id"], row["encounter_id"]), _said(row["after"])
        if row["action"] in (FINISH, REOPEN):
            self.ends[visit], self.seen[visit] = row["action"], row.get("note_digest") or ""
        elif row["action"] == "order" and _order(after):
            for rank, code in enumerate(_order(after), 1):
                self._say((*visit, row["system"] or "", code), "", {"rank": rank}, row)
        elif row["code"]:
            for key, state, said in _acts(row, after):
                self._say(key, state, said, row)

    def _say(self, key: Key, state: str, said: Mapping[str, Any], row: Act) -> None:
        for other in self._of(key):
            if said.get("principal") and self.codes[other].rank == 1:
                self.codes[other] = replace(self.codes[other], rank=None)
            if said.get("admitting"):
                self.codes[other] = replace(self.codes[other], admitting=False)
        self.codes[key] = _next(self.codes.get(key), state, said, row)

    def _of(self, key: Key) -> list[Key]:
        return [other for other in self.codes if other[:3] == key[:3]]


def decided(rows: Iterable[Act]) -> Decided:
    """Rows of phi/decisions; acts of machines decide nothing."""
    found = Decided()
    for row in sorted(rows, key=lambda row: (row["time"], row["decision_id"])):
        if person(row["actor"]) and row["subject_id"] is not None:
            found.add(row)
    found.codes = {key: each for key, each in found.codes.items() if each.state}
    return found


def person(actor: str | None) -> bool:
    said = (actor or "").strip().lower()
    return bool(said) and not said.startswith(MACHINES)


def _acts(row: Act, after: Any) -> list[tuple[Key, str, Mapping[str, Any]]]:
    """An edit to another code rejects the one and accepts the other; what says something else keeps the state."""
    said = after if isinstance(after, dict) else {"poa": after} if row["action"] == "poa" else {}
    said = {**said, **({"principal": True, "rank": 1} if row["action"] == "principal" else {})}
    said = {**said, **({"admitting": True} if row["action"] == "admitting" else {})}
    visit = (row["subject_id"], row["encounter_id"])
    key = (*visit, row["system"] or "", row["code"])
    other = (*visit, str(said.get("system") or key[2]), str(said.get("code") or key[3]))
    if row["action"] == "edit" and other != key:
        return [(key, REJECTED, {}), (other, ACCEPTED, said)]
    return [(key, ACTS.get(row["action"], ""), said)]


def _next(last: Decision | None, state: str, said: Mapping[str, Any], row: Act) -> Decision:
    last = last or Decision("", row["actor"], row["time"])
    rank, poa = said.get("rank"), said.get("poa")
    told = replace(
        last,
        rank=rank if isinstance(rank, int) and rank > 0 else last.rank,
        poa=poa if poa in INDICATORS else last.poa,
        admitting=bool(said.get("admitting")) or last.admitting,
    )
    if not state:
        return told
    disputed = last.disputed or (last.state not in ("", state) and last.actor != row["actor"])
    before = last.before or state == ACCEPTED
    return replace(told, state=state, actor=row["actor"], time=row["time"], before=before, disputed=disputed)


def _order(after: Any) -> list[str]:
    """Codes in their order, where an act says them so."""
    said = after.get("codes") if isinstance(after, dict) else after
    return [code for code in said if isinstance(code, str)] if isinstance(said, list) else []


def _said(text: str | None) -> Any:
    """JSON of a decision; a text that is none stands for itself."""
    try:
        return json.loads(text) if text else {}
    except (json.JSONDecodeError, RecursionError):
        return text
