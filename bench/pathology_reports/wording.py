"""What the slots of a layout say of one specimen."""

from random import Random

from bench.pathology_reports.cases import Fields

NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
           "thirteen", "fourteen", "fifteen", "sixteen", "seventeen")  # fmt: skip
QUADRANTS = {"C50.1": "central", "C50.2": "upper inner", "C50.3": "lower inner", "C50.4": "upper outer",
             "C50.5": "lower outer"}  # fmt: skip
SHORT = {"C50.1": "central", "C50.2": "UIQ", "C50.3": "LIQ", "C50.4": "UOQ", "C50.5": "LOQ"}
HOURS = {"C50.4": {"right": (10, 11), "left": (1, 2)}, "C50.2": {"right": (1, 2), "left": (10, 11)},
         "C50.5": {"right": (7, 8), "left": (4, 5)}, "C50.3": {"right": (4, 5), "left": (7, 8)}}  # fmt: skip
SCORES = {"1": ((2, 2, 1), (1, 2, 1)), "2": ((3, 2, 1), (3, 2, 2)), "3": ((3, 3, 2), (3, 3, 3))}
GRADES = {"1": ("I", "low", "low", "well differentiated", "one"),
          "2": ("II", "intermediate", "intermediate", "moderately differentiated", "two"),
          "3": ("III", "high", "high", "poorly differentiated", "three")}  # fmt: skip


def slots(rng: Random, said: Fields) -> dict[str, str]:
    side = said["side"]
    other = "right" if side == "left" else "left"
    made = {"side": side, "Side": side.capitalize(), "SIDE": side.upper(), "other": other,
            "year": str(rng.randint(1998, 2015)), "erp": rng.choice(["70", "90", "95", "100"]),
            "mgn": rng.choice(["0.5", "1", "1.5", "2"]), "ratio": rng.choice(["1.1", "1.3"]),
            "edge": rng.choice(["superior", "inferior", "medial", "lateral", "deep", "anterior"])}  # fmt: skip
    return made | _size(said) | _grade(rng, said) | _nodes(said) | _stage(said) | _site(rng, said)


def _size(said: Fields) -> dict[str, str]:
    mm = int(said.get("size_mm", "10"))
    return {"mm": str(mm), "cm": f"{mm / 10:.1f}", "cm2": f"{mm / 13:.1f}", "cm3": f"{mm / 20:.1f}",
            "ki": said.get("ki67", "10")}  # fmt: skip


def _grade(rng: Random, said: Fields) -> dict[str, str]:
    grade = said.get("grade", "1")
    t, n, m = rng.choice(SCORES[grade])
    names = dict(zip(("roman", "gradeword", "highlow", "diff", "gradew"), GRADES[grade], strict=True))
    return {**names, "grade": grade, "t": str(t), "n": str(n), "m": str(m), "sum": str(t + n + m)}


def _nodes(said: Fields) -> dict[str, str]:
    positive, examined = int(said.get("nodes_positive", "0")), int(said.get("nodes_examined", "1"))
    return {"pos": str(positive), "ex": str(examined), "posw": NUMBERS[positive], "exw": NUMBERS[examined],
            "Exw": NUMBERS[examined].capitalize(), "isare": "is" if positive == 1 else "are"}  # fmt: skip


def _stage(said: Fields) -> dict[str, str]:
    tumour, _, node = said.get("stage", "T1cN0").partition("N")
    return {"T": tumour, "N": f"N{node}"}


def _site(rng: Random, said: Fields) -> dict[str, str]:
    """`clock` is empty where the site has no hour."""
    site = said.get("topography", "C50.1")
    hours = HOURS.get(site, {}).get(said["side"], ())
    clock = str(rng.choice(hours)) if hours else ""
    return {"quad": QUADRANTS[site], "quadabbr": SHORT[site], "clock": clock}
