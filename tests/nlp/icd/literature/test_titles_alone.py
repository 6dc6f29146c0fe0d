"""Codes by their titles alone, with the words as evidence."""

from nlp.icd.chart import Chart, Note
from nlp.icd.literature.titles_alone import TitlesAlone


def test_titles_in_two_languages() -> None:
    texts = {"en": "She has otosclerosis. No fever.", "es": "Presenta macroglosia."}
    charts = [Chart(name, (Note(name, text, name),), {"K14.8": ()}) for name, text in texts.items()]
    system = TitlesAlone()
    system.fit(charts)
    english, spanish = system.suggest(charts)
    best = english[0]
    assert best.code.startswith("H80") and texts["en"][best.evidence[0].start : best.evidence[0].end] == "otosclerosis"
    assert "Q38.2" in {one.code for one in spanish[:5]}
    assert [one.score for one in english] == sorted((one.score for one in english), reverse=True)
