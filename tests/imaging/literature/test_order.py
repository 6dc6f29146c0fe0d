"""Reports in one order: what states a finding first, the commonest finding first, none twice."""

from imaging.literature.order import findings_first

NORMAL = "The heart is normal in size."


def test_findings_come_first_and_the_commonest_before_the_others() -> None:
    reports = [
        f"{NORMAL} There is a right pneumothorax. Large left effusion.",
        f"{NORMAL} Small left effusion.",
        f"Clear lungs. {NORMAL}",
    ]
    assert findings_first(reports) == [
        ["Large left effusion.", "There is a right pneumothorax.", NORMAL],
        ["Small left effusion.", NORMAL],
        ["Clear lungs.", NORMAL],
    ]


def test_what_was_stated_is_not_stated_again_but_another_side_is() -> None:
    report = "There is a left effusion. No pneumothorax. Small left effusion. Right effusion. "
    assert findings_first([report]) == [["There is a left effusion.", "Right effusion.", "No pneumothorax."]]
    assert findings_first(["", NORMAL]) == [[], [NORMAL]]
