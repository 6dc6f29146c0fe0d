"""Codes that notes name: ranges, dashes, and the conditions in words behind them."""

import pytest

from nlp.icd.catalogue.references import named, within


@pytest.mark.parametrize(
    ("line", "inside", "outside"),
    [
        ("type 1 diabetes mellitus (E10.-)", ["E10", "E10.9"], ["E11.9", "E1"]),
        ("(E08.621, I70.23-)", ["E08.621", "I70.234"], ["E08.622", "I70.24"]),
        ("endocrine disorders (E20-E35)", ["E20.0", "E35", "E28.2"], ["E36", "E19"]),
        ("(T82.5-, I10-I1A)", ["T82.510A", "I1A.0"], ["T82.6", "I20"]),
        (
            "adverse effect (T36-T50 with fifth or sixth character 5)",
            ["T45.525A", "T36.0X5A"],
            ["T45.526A", "T51.0X5A"],
        ),
        ("poisoning (T36-T65 with fifth or sixth character 1-4)", ["T36.0X1A"], ["T36.0X5A"]),
        ("in remission C91.0-C95.9 with 5th character 1", ["C91.01"], ["C91.00"]),
        ("diabetes (E08, E09 with .21)", ["E08.21", "E09.21"], ["E08.22", "E09.9"]),
        ("acidosis - see E08-E10, E11 with ketoacidosis", [], ["E08.10", "E11.10"]),
        ("code from category T31 or T32", ["T31.0", "T32.99"], ["T33"]),
        ("certain localized infections", [], ["A00"]),
        ("H1N1, HbA1c and T4", [], ["H1N", "A1C"]),
    ],
)
def test_what_a_line_names(line: str, inside: list[str], outside: list[str]) -> None:
    ranges = named(line)
    assert [code for code in inside if not within(code, ranges)] == []
    assert [code for code in outside if within(code, ranges)] == []
