"""How much of what stands behind a label is the name: the words that can be one, up to the first that cannot."""

import re
from functools import lru_cache
from importlib import resources

import yaml

from nlp.deid.safe import safe
from nlp.text.names import names
from nlp.text.words import commonness

WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*\.?")
RARE = 3.0  # Zipf below which a word that stands where a name stands is one
COMMON_SHOUTED = 3.3  # Zipf from which a word that is nobody's name ends a name


DEGREES = (
    r"M\.D|D\.O|R\.N|N\.P|P\.A|Ph\.D|PH\.D|Pharm\.D|C\.R\.N\.A|L\.[PV]\.N|D\.D\.S|D\.M\.D|D\.P\.[MT]|Psy\.D|M\.S\.N|B\.S\.N|"
    r"M\.P\.H|M\.B\.B\.S|F\.A\.C\.[SPC]|F\.N\.P|C\.N\.M|A\.P\.R\.N|L\.C\.S\.W|R\.Ph"
)
DEGREE = re.compile(rf"[,\s]+(?:{DEGREES})(?![A-Za-z])")


@lru_cache(maxsize=1)
def lists() -> dict[str, frozenset[str]]:
    """Of fhir_mappings/deid/rules/words.yaml: not_names, particles, places ..."""
    text = resources.files("fhir_mappings").joinpath("deid/rules/words.yaml").read_text(encoding="utf-8")
    return {key: frozenset(" ".join(said).lower().split()) for key, said in yaml.safe_load(text).items()}


@lru_cache(maxsize=4)
def known(language: str) -> frozenset[str]:
    home = language if language in ("en", "es") else ""
    return names("first", home) | names("last", home)


@lru_cache(maxsize=1)
def everywhere() -> frozenset[str]:
    return names("first") | names("last")


def may_name(low: str, language: str) -> bool:
    """Also what is read as a word where nothing speaks of a person."""
    return low in known(language) or low in lists()["mostly_words"]


def can_name(word: str, language: str, *, shouted: bool, first: bool) -> bool:
    """A word that stands where a name stands; `shouted`: capitals say nothing here."""
    low = word.rstrip(".").lower()
    if len(low) == 1:
        return word[0].isupper() or first or shouted
    if low in lists()["not_names"] and (shouted or not may_name(low, language)):
        return False  # WILL; but Will
    if low in known(language) or low.split("-")[0].split("'")[0] in known(language):
        return True
    if first and low in everywhere():
        return True
    common = commonness(language).get(low, 0.0)
    if word[0].isupper() and not shouted and common < (4.8 if first else 5.5):
        return True
    return (common < 4.6 and low in everywhere()) or common < COMMON_SHOUTED


def whole_name(text: str, language: str) -> tuple[int, int] | None:
    """From the first word on, as long as words can be names; particles count between names only."""
    text = DEGREE.split(text, maxsplit=1)[0]
    shouted = text.isupper() or text.islower()
    start = end = -1
    for match in WORD.finditer(text):
        low = match[0].rstrip(".").lower()
        if len(low) == 1 and end > 0 and set(text[end : match.start()]) & set("\n,") and not match[0].endswith("."):
            break
        if low in lists()["titles"] and start < 0:
            continue
        if end > 0 and low in lists()["not_names"] and "\n" in text[end : match.start()]:
            break  # the label of the next line
        if low in lists()["particles"]:
            start = match.start() if start < 0 else start
            continue
        if not can_name(match[0], language, shouted=shouted, first=start < 0):
            break
        start = match.start() if start < 0 else start
        stop = match[0].endswith(".") and len(low) > 2  # the sentence ends, and with it the name
        end = match.end() - (match[0].endswith(".") and len(low) > 1) - 2 * low.endswith(("'s", "’s"))
        if stop:
            break
    return (start, end) if end > start >= 0 else None


def titled_name(text: str, language: str) -> tuple[int, int] | None:
    """Behind Dr. or Mrs.: the first word is a name whatever else it means, unless it never is."""
    first = WORD.match(text)
    if not first or first[0].rstrip(".").lower() in lists()["never_names"]:
        return None
    found = whole_name(text, language)
    if found and found[0] == 0:
        return found
    low = first[0].rstrip(".").lower()
    plain = len(low) < 2 or text.islower() or low in lists()["not_names"]
    return None if plain else (0, first.end() - first[0].endswith("."))


def familiar_name(text: str, language: str) -> tuple[int, int] | None:
    """As whole_name, and one of its words is known as a name or rare."""
    found = whole_name(text, language)
    if not found:
        return None
    words = [w.rstrip(".").lower() for w in WORD.findall(text[found[0] : found[1]])]
    rare = commonness(language)
    medical = safe()
    eponym = len(words) == 1 and words[0].split("-")[-1] in medical.eponyms and words[0] not in known(language)
    if words[0] in medical.drugs or eponym:
        return None
    if any(len(p) > 1 and medical.medical(p) for w in words for p in w.split("-")) and not any(
        w in known(language) for w in words
    ):
        return None
    sure = any(
        len(w) > 1 and (w in known(language) or rare.get(w, 0.0) < RARE or (w in everywhere() and rare[w] < 4.4))
        for w in words
    )
    titled = not text.isupper() and len(words) > 1 and all(plausible(w, rare.get(w, 0.0)) for w in words)
    return found if sure or titled else None


def plausible(word: str, common: float) -> bool:
    """One of two capitalised words, neither known as a name."""
    return len(word) == 1 or (common < 4.2 and not safe().medical(word))


def credentialed_name(text: str, language: str) -> tuple[int, int] | None:
    """Before MD or RN: from the end back, as far as words can be names; alone it must be familiar."""
    shouted, start = text.isupper(), -1
    for match in reversed(list(WORD.finditer(text))):
        low = match[0].rstrip(".").lower()
        if low in lists()["particles"]:
            continue
        barred = low in lists()["never_names"] or low in lists()["not_names"]
        barred = barred and (shouted or not may_name(low, language))
        if (barred or low in lists()["titles"]) and len(low) > 1:
            break
        if shouted and start >= 0 and len(low) > 1 and not can_name(match[0], language, shouted=True, first=True):
            break
        start = match.start()
    if start < 0:
        return None
    kept = text[start:]
    sure = bool(re.search(r"\b[^\W\d_]\.|,", kept)) or (" " in kept and not shouted)
    return (start, len(text)) if sure or familiar_name(kept, language) else None


def familiar_all(text: str, language: str) -> tuple[int, int] | None:
    """A line by itself: only when nearly every word of it is known as a name."""
    words = [w.rstrip(".").lower() for w in WORD.findall(text)]
    told = [w for w in words if len(w) > 2 and w not in lists()["particles"]]
    sure = sum(w in known(language) for w in told)
    return (0, len(text)) if told and sure >= max(1, len(told) - 1) and len(told) > 1 else None


def proper(text: str, language: str) -> tuple[int, int] | None:
    """A place: up to a word that no place is called by; where all is in capitals, up to a common word."""
    end = 0
    for word in re.finditer(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*", text):
        low = word[0].lower()
        named = low in lists()["place_words"] or (low in lists()["word_places"] and word[0][0].isupper())
        if end and low in lists()["place_links"] and not named:
            continue
        shouted = text.isupper() and commonness(language).get(low, 0.0) > 4.0
        if not named and (low in lists()["never_places"] or low in lists()["not_names"] or shouted):
            break
        end = word.end() if low not in lists()["small"] else end
    return (0, end) if end else None


def place(text: str, language: str) -> tuple[int, int] | None:
    """As proper, and no medical word."""
    first = WORD.match(text)
    medical = first is not None and first[0].lower() not in everywhere() and safe().medical(first[0].lower())
    return None if medical else proper(text, language)


def organisation(text: str, language: str, ends: str = "never_places") -> tuple[int, int] | None:
    """A proper name: its first word is no pronoun, number or bare kind; words that follow it are cut off."""
    start = len(re.match(r"(?i)(?:the |a |an |el |la )?", text)[0])  # type: ignore[index]
    words = list(re.finditer(r"[\w''’.&\-]+", text[start:]))
    if not words or words[0][0].lower() in lists()[ends]:
        return None
    last, shouted = words[0], text.isupper()
    for word in words[1:]:
        low = word[0].rstrip(".").lower()
        if (
            ends == "never_places"
            and low in lists()["not_names"]
            and "\n" in text[start + last.end() : start + word.start()]
        ):
            break
        if (low in lists()["after_places"] and low not in lists()["in_places"]) or (
            shouted and low in lists()["not_names"] and low not in lists()["in_places"]
        ):
            break
        last = word if low not in lists()["small"] else last
    kind_only = len(words) == 1 and words[0][0].lower() in lists()["in_places"]
    end = start + last.end() - last[0].endswith(".")
    return None if kind_only and language else (start, end)


@lru_cache(maxsize=1)
def place_kinds() -> frozenset[str]:
    return lists()["in_places"] | lists()["small"] | lists()["never_places"]


def hospital(text: str, language: str) -> tuple[int, int] | None:
    """A named hospital: more than kind words such as Medical Center or Emergency Department."""
    start = 0
    for word in re.finditer(r"[^\W\d_]+(?:['’][^\W\d_]+)?", text):  # NOTE MERCY HOSPITAL, To rehab at Mercy Hospital
        low = word[0].lower()
        shouted = text.isupper() and commonness(language).get(low, 0.0) > 4.9
        named = low in lists()["in_places"] or low in lists()["place_words"]
        if low in lists()["before_places"] or (shouted and not named):
            start = word.end() + 1
    while start < len(text) and not text[start].isalnum():
        start += 1
    rest = [w.lower() for w in re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)?", text[start:])]
    kinds = place_kinds()
    telling = [w for w in rest if w not in kinds and not safe().medical(w)]
    if not telling or (
        rest[-1] in kinds and text[-len(rest[-1])].islower() and commonness(language).get(telling[0], 0) > 4
    ):
        return None
    if len(rest) == 2 and telling == rest[:1] and text.endswith(rest[1]) and rest[0] in known(language):
        return (start, len(text) - len(rest[1]) - 1)  # Dunn clinic: of a person
    found = organisation(text[start:], language, "never_hospitals")
    return (start, start + found[1]) if found else None


def job(text: str, language: str) -> tuple[int, int] | None:
    """Words before a profession that belong to it: construction worker, not very good teacher."""
    start = 0
    for word in re.finditer(r"[^\W\d_]+", text):
        if word[0].lower() in lists()["not_jobs"] and language:
            start = word.end() + 1
    return (start, len(text)) if start < len(text) else None


def job_label(text: str, language: str) -> tuple[int, int] | None:
    """What stands behind Occupation: up to a word that is no profession."""
    first = text.split()[0].lower()
    nothing = first in lists()["not_jobs"] or first in lists()["not_names"]
    return None if nothing or not language else (0, len(re.split(r"(?i)\s+(?:at|for|with|from|in|by)\b", text)[0]))
