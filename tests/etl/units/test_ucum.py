"""UCUM read: dimensions, factors, special units, and what is no unit."""

from fractions import Fraction

import pytest

from etl.units.ucum import NotUcum, is_ucum, line, unit

FACTORS = [
    ("mg/dL", "g/L", Fraction(1, 100)),
    ("mm[Hg]", "kPa", Fraction("0.133322")),
    ("cm[H2O]", "Pa", Fraction("98.0665")),
    ("10*3/uL", "10*9/L", Fraction(1)),
    ("10^6/uL", "/L", Fraction(10**12)),
    ("[lb_av]", "kg", Fraction("0.45359237")),
    ("[oz_av]", "g", Fraction("28.349523125")),
    ("[in_i]", "cm", Fraction("2.54")),
    ("mg/(24.h)", "mg/h", Fraction(1, 24)),
    ("mg/24.h", "mg.h", Fraction(1, 24)),  # left to right: (mg/24).h
    ("ukat/L", "U/L", Fraction(60)),
    ("kcal", "kJ", Fraction("4.184")),
    ("wk", "d", Fraction(7)),
    ("mo", "d", Fraction("30.4375")),
    ("{beats}/min", "Hz", Fraction(1, 60)),
    ("kg/100.m", "g.m", Fraction(10)),
    ("dyn.s/cm5", "[wood'U]", Fraction(1) / (Fraction("133322") / 1000 * 60 / Fraction(1, 1000) * Fraction(1, 100))),
]


@pytest.mark.parametrize(("source", "target", "factor"), FACTORS, ids=lambda v: str(v))
def test_a_unit_is_an_exact_factor_away_from_another(source: str, target: str, factor: Fraction) -> None:
    found = line(unit(source), unit(target))
    if target == "[wood'U]":
        assert found and abs(1 / float(found.factor) - 80) < 0.02  # one Wood unit is 80 dyn.s/cm5
        return
    assert found and (found.factor, found.add) == (factor, 0)


def test_temperatures_have_zeros_of_their_own() -> None:
    to_celsius = line(unit("[degF]"), unit("Cel"))
    assert to_celsius and to_celsius(212.0) == pytest.approx(100)
    to_kelvin = line(unit("Cel"), unit("K"))
    assert to_kelvin and to_kelvin(0.0) == pytest.approx(273.15)


@pytest.mark.parametrize("pair", [("mg/dL", "mmol/L"), ("meq/L", "mmol/L"), ("kg", "cm"), ("/[HPF]", "/[LPF]"),
    ("{Log_copies}/mL", "{copies}/mL"), ("ng{FEU}/mL", "ng{DDU}/mL"), ("[iU]/L", "U/L")])  # fmt: skip
def test_unlike_kinds_are_not_converted(pair: tuple[str, str]) -> None:
    assert line(unit(pair[0]), unit(pair[1])) is None


@pytest.mark.parametrize(
    "text",
    ["", "mgg", "Smith", "IU/L", "5 mg", "(mg", "mg)", "mg/", "Cel/min", "Cel2", "0", "m99", "((((((((((m))))))))))"],
)
def test_what_is_no_unit_is_refused(text: str) -> None:
    assert not is_ucum(text)
    with pytest.raises(NotUcum):
        unit(text)


def test_prefixes_stand_only_before_atoms_that_take_them() -> None:
    assert is_ucum("mmol") and is_ucum("m[IU]") and is_ucum("dam")
    assert not is_ucum("kmin") and not is_ucum("m[lb_av]") and not is_ucum("m%")
