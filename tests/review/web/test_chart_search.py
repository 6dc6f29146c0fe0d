"""Search and the hierarchy, by script and by form; the list of keys."""

import pytest
from fastapi import FastAPI

from review.web.shown.words import words
from tests.review.web.charting import CM, Charting, log
from tests.review.web.conftest import Enter

pytestmark = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)  # both: tests of the log


@pytest.fixture
def coder(hospital: FastAPI, enter: Enter) -> Charting:
    made = Charting(enter("coder"), hospital)
    made.open()
    return made


def test_words_find_codes(coder: Charting) -> None:
    answer = coder.visitor.post(f"{coder.path}/search", {"q": "acute bronchitis", "system": CM}, fragment=True)
    assert answer.status_code == 200 and 'role="listbox"' in answer.text and 'data-code="J20.9"' in answer.text


def test_without_a_script_a_page_comes_with_what_was_found(coder: Charting) -> None:
    answer = coder.visitor.post(f"{coder.path}/search", {"q": "acute bronchitis", "system": CM})
    assert 'value="add|ICD-10-CM|J20.9"' in answer.text and 'id="notes"' in answer.text
    coder.press("add|ICD-10-CM|J20.9")
    assert log(coder.app) == [("coder", "add", "J20.9")]


def test_the_way_through_the_hierarchy(coder: Charting) -> None:
    looked = coder.visitor.post(f"{coder.path}/browse", {"system": CM, "code": "E11"}, fragment=True).text
    assert 'data-code="E11.9"' in looked and 'class="above"' in looked and "Use additional code" in looked
    chapters = coder.visitor.post(f"{coder.path}/browse", {"system": CM, "code": ""}, fragment=True).text
    assert chapters.count("data-open") > 20
    assert coder.visitor.post(f"{coder.path}/browse", {"system": CM, "code": "E1<"}, fragment=True).status_code == 404


def test_what_was_typed_stays_text(coder: Charting) -> None:
    answer = coder.visitor.post(f"{coder.path}/search", {"q": '"><script>x</script>', "system": CM})
    assert answer.status_code == 200 and "<script>x" not in answer.text
    assert coder.visitor.post(f"{coder.path}/search", {"q": "x", "system": "ICD-99"}, fragment=True).status_code == 422


def test_keys_are_one_list_for_the_page_and_its_help(coder: Charting) -> None:
    assert coder.open().text.count('data-does="accept"') >= 2
    for text in (coder.open().text, coder.visitor.get("/keys").text):
        for group in words().keys:
            assert all(key.said.split("'")[0] in text for key in group.keys)
