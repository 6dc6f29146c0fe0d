"""Does a code fit the patient, by sex and age: a quiet note beside it, never more."""

from nlp.icd.rules.book import FACTS, listed
from review.charts.chart import Chart

OTHER = {"female": "male", "male": "female"}


def doubt(code: str, chart: Chart) -> str:
    other = OTHER.get(chart.sex)
    if other and listed(code, "sex", other):
        return f"a code for {other} patients"
    if chart.age is not None:
        for number, group in enumerate(FACTS["age"]):
            if not group["least"] <= int(chart.age) <= group["most"] and listed(code, "age", number, "codes"):
                return f"a {group['who']} code"
    return ""
