"""Numbers of breast reports: sizes in millimetres, percentages, nodes positive of examined, stages."""

import re
from collections.abc import Iterator

from nlp.pathology.breast.knowledge import Hit

WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
         "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty")  # fmt: skip
COUNT = rf"(?:\d{{1,2}}|{'|'.join(('zero', 'none', *WORDS))})"
DIMENSIONS = re.compile(
    r"(?<![\d.])(\d{1,3}(?:[.,]\d{1,2})?(?:\s*(?:mm|cm)?\s*[x×]\s*\d{1,3}(?:[.,]\d{1,2})?){0,2})\s*"
    r"(mm|cm|millimet\w+|centimet\w+)\b",
    re.I,
)
BARE = re.compile(r"(?<=\bmm)[ \t:=|.-]{1,20}(\d{1,3}(?:\.\d)?)(?![\w.%])(?!\s*[cm]m)", re.I)
PERCENT = re.compile(r"(?<![\d.])(\d{1,3})(?:\.\d)?(\s*%|\s*percent\b|(?=\s*(?:\n|$|;)))", re.I)
SHARE = re.compile(r"([<>]?)\s*(\d{1,3})(?:\.\d)?\s*(?:%|percent)")
RATIO = re.compile(
    rf"(?<![\w.+])({COUNT})\s*(?:/|of(?: the)?|out of|positive (?:out )?of)\s*({COUNT})(?![\w%+]|\.\d)", re.I
)
OF = re.compile(
    rf"\bof (?:the )?({COUNT})\b[^.\n]{{0,50}}?[ ,]({COUNT})\s+(?:\w+ )?(?:contain|harbou?r|positive|involved|show)",
    re.I,
)
EXAMINED = re.compile(
    rf"(?:examined|total|nodes?|number)[^.\d\n]{{0,60}}?[:\s=]\s*({COUNT})(?![\w%/]|\.\d)|(?<![\w./])({COUNT})\s+"
    r"(?:[a-z]+ ){0,2}(?:nodes?|lns?|slns?)\b|\bx({COUNT})\b".replace("{COUNT}", COUNT),
    re.I,
)
POSITIVE = re.compile(
    rf"(?:positive|involved|metasta\w+|macrometasta\w+)[:\s=]+({COUNT})(?![\w%/]|\.\d)|(?<![\w./])({COUNT})[ ]+"
    r"(?:nodes? )?(?:with|contain\w*|harbou?r\w*|(?:is |are )?positive|involved|have|has)\b",
    re.I,
)
SCORED = re.compile(
    r"\b(?:allred|quick score|score|grade|nottingham|h-score)\b[^\n]{0,14}$", re.I
)  # x of y is no count
NEGATIVE = re.compile(r"\b(?:negative|neg|no|none|free|benign|without|not)\b", re.I)
TUMOUR = re.compile(r"(?<![A-Za-z])([ypcr]{0,2})T(is|[0-4](?:mi|[a-d])?)(?:\((?:m|dcis)\))?(?![a-mo-z0-9])", re.I)
NODE = re.compile(
    r"[\s,;/-]*(?:[A-Za-z() -]{0,30}[:=|]\s*|[A-Za-z() -]{0,30}\s)??[yp]{0,2}N([0-3])(mi)?[a-c]?(?![\w/])", re.I
)
NEAR = 150  # characters between numbers that make one statement of nodes


def sizes(text: str) -> Iterator[Hit]:
    """The greatest of up to three dimensions, in millimetres."""
    for match in DIMENSIONS.finditer(text):
        greatest = max(float(each.replace(",", ".")) for each in re.findall(r"\d+(?:[.,]\d+)?", match[1]))
        yield (*match.span(), f"{greatest * (10 if match[2][0].lower() == 'c' else 1):.4g}")
    for match in BARE.finditer(text):
        yield (*match.span(1), f"{float(match[1]):.4g}")


def percents(text: str) -> Iterator[Hit]:
    for match in PERCENT.finditer(text):
        if 0 <= int(match[1]) <= 100:
            yield (*match.span(), str(int(match[1])))


def share(text: str, start: int, end: int) -> str:
    """What a percentage in reach says of a receptor: positive from 1 %."""
    match = SHARE.search(text, start, end)
    if not match:
        return ""
    return "negative" if int(match[2]) == 0 or (match[1] == "<" and int(match[2]) <= 1) else "positive"


def nodes(text: str) -> Iterator[tuple[int, int, str, str]]:
    """Start, end, "positive/examined", and how it is said: ratio, pair, none."""
    ratios = [*RATIO.finditer(text)]
    for match in ratios:
        if SCORED.search(text, max(0, match.start() - 24), match.start()):
            continue
        positive, examined = _count(match[1]), _count(match[2])
        if positive <= examined and examined:
            yield (*match.span(), f"{positive}/{examined}", "ratio")
    for match in OF.finditer(text):
        if _count(match[2]) <= _count(match[1]):
            yield (*match.span(), f"{_count(match[2])}/{_count(match[1])}", "of")
    few = [(*_span(match), _count(match[1] or match[2])) for match in POSITIVE.finditer(text)]
    for match in EXAMINED.finditer(text):
        start, end = _span(match)
        examined = _count(next(each for each in match.groups() if each))
        if not examined:
            continue
        for first, last, positive in few:
            if positive <= examined and abs(first - start) < NEAR and (first, last) != (start, end):
                yield min(first, start), max(last, end), f"{positive}/{examined}", "pair"
        around = max(0, start - 130, text.rfind("\n\n", 0, start)), min(len(text), end + 60)
        if NEGATIVE.search(text, *around):
            yield start, end, f"0/{examined}", "none"


def stages(text: str) -> Iterator[tuple[int, int, str, str]]:
    """Start, end, such as T1cN0, and whether a p stands before it."""
    for match in TUMOUR.finditer(text):
        node = NODE.match(text, match.end())
        tumour = "T" + match[2].lower()
        end = node.end() if node else match.end()
        value = tumour + (f"N{node[1]}{(node[2] or '').lower()}" if node and tumour != "Tis" else "")
        yield match.start(), end, value, "p" if "p" in match[1].lower() else "bare"


def _span(match: re.Match[str]) -> tuple[int, int]:
    return next(match.span(at) for at in range(1, (match.lastindex or 0) + 1) if match[at])


def _count(word: str) -> int:
    lower = word.lower()
    return int(word) if word.isdigit() else 0 if lower in ("zero", "none") else WORDS.index(lower)
