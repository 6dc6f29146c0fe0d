"""What a manifest says of its night, in words and sums: the report and the terminal say the same."""

from collections.abc import Mapping
from typing import Any

from contract.work import WAITING
from schemas.registry import tables as declared

Manifest = Mapping[str, Any]
COLUMNS = ("in", "out", "quarantined", "duplicates", "superseded", "deleted")  # of the balance: the first is the sum


def rows_in(manifest: Manifest) -> int:
    if manifest["status"] == "unchanged":
        return 0  # what it says of its sources is what the night before had read
    return sum(sum(source.get("rows_in", {}).values()) for source in manifest.get("sources", {}).values())


def quarantined(manifest: Manifest) -> int:
    return sum(entry["rows"] for entry in manifest.get("quarantine", ()))


def verdict(manifest: Manifest) -> str:
    """One sentence: published or not, and whether everything was accounted for."""
    status = manifest["status"]
    if status == "interrupted":
        return "Not published: the night was interrupted; the last snapshot stands as it was. Run again to resume."
    if status == "failed":
        error = manifest.get("error") or {}
        where = f" in {error['step']}" if error.get("step") else ""
        return f"Not published: the night stopped{where}; the last snapshot stands as it was."
    without = "".join(f" Left out, for it cannot be read: {name}." for name in manifest.get("refused", ()))
    held = _waiting(manifest)
    if status == "unchanged":
        return f"Nothing new arrived; the last snapshot stands as it was.{without}{held}"
    read = f"{count(rows_in(manifest), 'raw row')} read"
    return f"Published: {read}, {_rejected(manifest)}; {_accounts(manifest)}.{without}{held}{_gone(manifest)}"


def waiting(manifest: Manifest) -> dict[str, int]:
    """Source -> groups of files that were left for another night."""
    found = {name: sum(said.get(what, 0) for what in WAITING) for name, said in manifest.get("aside", {}).items()}
    return {name: groups for name, groups in found.items() if groups}


def _waiting(manifest: Manifest) -> str:
    held = ", ".join(f"{count(groups, 'group')} of {name}" for name, groups in waiting(manifest).items())
    return f" Held back for the next night: {held}." if held else ""


def remarks(manifest: Manifest) -> list[str]:
    """What no table shows: what was not read, and what was unusual."""
    left = [f"{name}: {n:,} {what}" for name, said in manifest.get("aside", {}).items() for what, n in said.items()]
    if manifest["status"] == "unchanged":
        return left
    notes = [(name, *each) for name, s in manifest.get("sources", {}).items() for each in s.get("notes", {}).items()]
    left += [
        f"{name}: {count(rows, 'row')} without a match, raw table and join: {join}"
        for name, source in manifest.get("sources", {}).items()
        for join, rows in source.get("rows_unmatched", {}).items()
    ]
    return left + [
        f"{name}: {note}" + (f" (in {groups:,} groups)" if groups > 1 else "") for name, note, groups in notes
    ]


def _gone(manifest: Manifest) -> str:
    """What the plan no longer names."""
    rows = [(name, count(rows, "row")) for name, rows in manifest.get("dropped", {}).items() if name in declared()]
    tables = ", ".join(f"{name} ({many})" for name, many in rows)
    said = f" Dropped, for nothing in the plan writes it: {tables}." if tables else ""
    return said + "".join(f" Withdrawn, for it is retired: all rows of {name}." for name in manifest.get("retired", ()))


def _rejected(manifest: Manifest) -> str:
    rejected = quarantined(manifest)
    return f"{count(rejected, 'row')} in quarantine" if rejected else "none in quarantine"


def _accounts(manifest: Manifest) -> str:
    open_accounts = [line["what"] for line in manifest.get("balance", ()) if not line["holds"]]
    failed = [name for name, check in manifest.get("checks", {}).items() if not check["passed"]]
    said = (
        f"{count(len(open_accounts), 'account')} {'does' if len(open_accounts) == 1 else 'do'} not balance"
        if open_accounts
        else "every account balances"
    )
    if failed:
        return f"{said}, checks that failed: {', '.join(failed)}"
    return f"{said}, every check passed" if manifest.get("checks") else said


def accounts(manifest: Manifest) -> list[dict[str, Any]]:
    """The balance in brief: raw rows and resources of each source, and every line that does not hold."""
    brief: dict[str, dict[str, Any]] = {}
    for line in manifest.get("balance", ()):
        source, _, what = line["what"].partition(": ")
        name = f"{source}: {what if what == 'raw rows' or not line['holds'] else 'resources'}"
        total = brief.setdefault(name, {"what": name, "holds": line["holds"], **dict.fromkeys(COLUMNS, 0)})
        for column in COLUMNS:
            total[column] += line.get(column, 0)
    return list(brief.values())


def told(manifest: Manifest) -> dict[str, Any]:
    """The declared tables that have rows, or had some last night; not what the runner remembers for itself."""
    tables = sorted(manifest.get("tables", {}).items())
    if manifest["status"] == "unchanged":
        tables = [(n, {**said, "rows_before": said["rows"], "files_written": 0}) for n, said in tables]
    return {n: said for n, said in tables if n in declared() and (said["rows"] or said.get("rows_before"))}


def change(now: int, before: int | None) -> str:
    """Rows against last night: +1,204, -3, =, or new."""
    if before is None:
        return "new"
    return "=" if now == before else f"{now - before:+,}"


def count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def seconds(value: float) -> str:
    """0.42 s, 12.3 s, 4 min 05 s, 1 h 12 min."""
    if value < 10:
        return f"{value:.2f} s"
    if value < 99.95:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest:02d} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


def size(number: float) -> str:
    """Bytes as people read them: 812 B, 4.1 kB, 12.3 MB."""
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000:
            return f"{number:.0f} {unit}" if unit == "B" or number >= 100 else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} TB"
