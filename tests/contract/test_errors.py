"""The tree of errors: a scheduler tells them apart by exit code."""

import re

import contract.errors as errors


def test_the_drawing_says_the_codes() -> None:
    drawn = dict(re.findall(r"── (\w+) .*exit code (\d+)", errors.__doc__ or ""))
    codes = {
        name: str(kind.exit_code)
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and kind is not errors.ChartloomError
    }
    assert drawn == codes
