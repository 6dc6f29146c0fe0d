"""What a column holds, by its cells: its type in the mapping language, how full it is, what is doubtful about it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import pandas as pd
import pyarrow as pa
from stdnum import luhn, verhoeff

MOSTLY = 0.98  # share of filled cells that must fit a type
ALIKE = 0.9  # share of a column's codes that must look like those of a system
DIFFERENT = 5_000  # cells looked at, each once
SPARED = 2, 0.8  # so many misfits are borne in a small table, at least such a share must fit
FEW = 40  # different cells of a column of codes
SHOWN = 8  # codes named in a mapping: more are counted
REPEATED = 5  # how often each must stand there to be a code and not a person's own word
LONG = 80  # letters of a cell, on average, from which on a column is text
EMPTY = ("NA", "N/A", "NULL", "null", "None", "none", "nan", "NaN", "\\N", "?", "-", ".", "#N/A", "(null)")
DAYS = (
    "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y%m%d", "%d-%b-%Y", "%d %b %Y",
    "%d/%m/%y", "%m/%d/%y",
)  # fmt: skip
HOURS = ("%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p", "%H%M", "%H%M%S")
ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")
ISO_TIME = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?")
CLOCK = re.compile(r"\d{1,2}:\d\d(:\d\d)?")
INTEGER = re.compile(r"-?\d{1,18}")
WHOLE = re.compile(r"-?\d{1,15}\.0")
DECIMAL = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
COMMA = re.compile(r"-?\d+,\d+|-?\d+")
BOOLEAN = re.compile(r"true|false|t|f|y|n|yes|no", re.IGNORECASE)
PLAIN = (
    ("id(whole)", WHOLE),
    ("integer", INTEGER),
    ("decimal", DECIMAL),
    ("date", ISO_DATE),
    ("dateTime", ISO_TIME),
    ("boolean", BOOLEAN),
    ("decimal(comma)", COMMA),
)
ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
KEY = re.compile(r"\S{1,64}")
SYSTEMS = (  # short name of a code system, what its codes look like
    ("loinc", re.compile(r"\d{1,5}-\d")),
    ("icd10cm", re.compile(r"[A-TV-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?|[A-TV-Z]\d[0-9A-Z]{2,5}")),
    ("ndc", re.compile(r"\d{11}|\d{4,5}-\d{3,4}-\d{1,2}")),
    ("icd9cm", re.compile(r"(\d{3}|V\d\d|E\d{3})(\.\d{1,2})?")),
    ("cpt", re.compile(r"\d{5}|\d{4}[FTU]")),
    ("atc", re.compile(r"[A-Z]\d\d[A-Z]{2}\d\d")),
    ("snomed", re.compile(r"\d{6,18}")),
)
CHECKED: dict[str, Callable[[str], bool]] = {
    "loinc": luhn.is_valid,
    "snomed": lambda code: code[-3:-1] in ("00", "10") and verhoeff.is_valid(code),  # of a concept; TIG 5.5
}


@dataclass(frozen=True)
class Profile:
    """`type` as the mapping language writes it. `few`: the codes of a column of codes."""

    name: str
    type: str
    filled: float
    distinct: int
    unique: bool
    few: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()
    numeric: float = 0.0  # share of filled cells that are numbers
    tight: bool = False  # no cell holds blanks, none is long: they may name things
    doubts: tuple[str, ...] = ()
    also: str = ""  # another way of writing days that fits as well, day and month changed
    latest: int = 0  # year
    middle: float | None = None  # median of its numbers
    clock: bool = False  # times of day

    @property
    def kind(self) -> str:
        return self.type.partition("(")[0]


def profile(name: str, cells: pa.ChunkedArray, known: tuple[str, ...] = ()) -> Profile:
    """`known`: words that mean nothing in other columns of the table."""
    held = cells.to_pandas().astype("string").str.strip()
    held = held[held.notna() & (held != "")]
    counts = held.value_counts()
    nothing = [word for word in EMPTY if word in counts.index and (len(counts) > 1 or word in known)]
    counts = counts.drop(nothing)
    some, rows = counts.head(DIFFERENT), int(counts.sum())
    if not rows:
        return Profile(name, "string", 0.0, 0, False, empty=tuple(nothing), doubts=("no cell is filled",))
    kind, doubts, also = _type(some, len(counts))
    unique = len(counts) == rows and rows == len(cells)
    few = _codes(counts) if kind in ("code", "boolean", "integer", "id(whole)") else ()
    return Profile(
        name,
        kind,
        rows / len(cells),
        len(counts),
        unique,
        few,
        tuple(nothing) if kind not in ("string", "text") or nothing else (),
        tuple(system for system, pattern in SYSTEMS if _share(some, _reads(system, pattern)) >= ALIKE),
        numeric=_share(some, DECIMAL.fullmatch),
        tight=_share(some, KEY.fullmatch) == 1,
        doubts=doubts,
        also=also,
        latest=_latest(kind, some),
        middle=_middle(some),
        clock=_share(some, CLOCK.fullmatch) >= MOSTLY,
    )


def _latest(kind: str, some: pd.Series) -> int:
    if kind not in ("date", "dateTime"):
        return 0
    return max(int(str(cell)[:4]) for cell in some.index if ISO_TIME.fullmatch(str(cell)))


def _middle(some: pd.Series) -> float | None:
    numbers = pd.to_numeric(pd.Series(some.index, dtype="string"), errors="coerce").dropna()
    return float(numbers.median()) if len(numbers) else None


def _reads(system: str, pattern: re.Pattern[str]) -> Callable[[str], bool]:
    """The form of a system's codes, and their check digit where they have one."""
    check = CHECKED.get(system, bool)
    return lambda cell: bool(pattern.fullmatch(cell)) and bool(check(cell.replace("-", "")))


def _share(some: pd.Series, fits: Callable[[str], object]) -> float:
    """Of the filled cells."""
    return float(some[[bool(fits(str(cell))) for cell in some.index]].sum() / some.sum())


def _fits(some: pd.Series, share: float) -> bool:
    misfits, least = SPARED
    return share >= MOSTLY or (share >= least and round((1 - share) * some.sum()) <= misfits)


def _type(some: pd.Series, distinct: int) -> tuple[str, tuple[str, ...], str]:
    for kind, pattern in PLAIN:
        share = _share(some, pattern.fullmatch)
        if _fits(some, share) and (kind != "boolean" or distinct <= 2):
            return _numbered(kind, some), _broken(kind, share), ""
    dated = all(6 <= len(str(cell)) <= 30 and str(cell)[:1].isdigit() for cell in some.index[:20])
    formats = [each for each in _formats() if dated and _fits(some.head(200), _share(some.head(200), _reader(each)))]
    if formats:
        return _formatted(formats, some)
    longest = max(len(str(cell)) for cell in some.index[:500])
    mean = sum(len(str(cell)) for cell in some.index[:500]) / min(len(some), 500)
    if mean > LONG:
        return "text", (), ""
    if distinct <= FEW and longest <= 40 and some.sum() >= REPEATED * distinct:
        return "code", (), ""
    return "string", (), ""


def _numbered(kind: str, some: pd.Series) -> str:
    """Whole numbers may be days or moments."""
    cells = [str(cell) for cell in some.index[:500]]
    if kind == "integer" and all(
        len(cell) == 8 and _dated(cell, "%Y%m%d") and "1850" < cell < "2150" for cell in cells
    ):
        return "date(%Y%m%d)"
    if kind == "integer" and all(len(cell) == 14 and _dated(cell, "%Y%m%d%H%M%S") for cell in cells):
        return "dateTime(%Y%m%d%H%M%S)"
    return kind


def _broken(kind: str, share: float) -> tuple[str, ...]:
    return (f"{1 - share:.1%} of the cells are no {kind}: their rows go to quarantine",) if share < 1 else ()


def _formats() -> list[str]:
    return [
        *DAYS,
        *(f"{day} {hour}" for day in DAYS for hour in HOURS),
        *(f"{day}T{hour}" for day in DAYS for hour in HOURS),
    ]


def _reader(written: str) -> Callable[[str], bool]:
    return lambda cell: _dated(cell, written)


def _dated(cell: str, written: str) -> bool:
    try:
        return 1850 <= datetime.strptime(cell, written).year <= 2150
    except ValueError:
        return False


def _formatted(formats: list[str], some: pd.Series) -> tuple[str, tuple[str, ...], str]:
    best = max(formats, key=lambda each: _share(some, _reader(each)))
    kind = "dateTime" if "%H" in best or "%I" in best else "date"
    others = [each for each in formats if each != best and order(each) != order(best)]
    doubts = (f"the days fit {others[0]} as well: which is it?",) if others else ()
    also = f"{kind}({others[0]})" if others else ""
    return f"{kind}({best})", doubts + _broken(kind, _share(some, _reader(best))), also


def order(written: str) -> str:
    """DMY of %d.%m.%Y."""
    written = written.partition("(")[2] or written
    return re.sub(r"[^dmbYy]", "", written).replace("b", "m").upper()


def _codes(counts: pd.Series) -> tuple[str, ...]:
    """Named only when each stands there often: a rare word may be somebody's own."""
    return tuple(sorted(map(str, counts.index))) if len(counts) <= SHOWN and counts.min() >= REPEATED else ()
