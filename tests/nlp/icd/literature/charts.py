"""Twenty tiny charts whose codes follow from single words, in two notes each."""

from nlp.icd.chart import Chart, Note

SAID = {
    "R51": "cefalea",
    "R05": "tos",
    "I10": "hipertensión",
    "E11.9": "diabetes",
    "J45.909": "asma",
    "K35.80": "apendicitis",
}
FILLING = ("Varón que consulta. Presenta {}.", "Mujer de 50 años con {}; sin otros datos.", "Ingresa por {}.")


def tiny(count: int = 20) -> list[Chart]:
    made = []
    codes = list(SAID)
    for at in range(count):
        gold = {codes[at % 6], codes[(at + 1 + at // 6) % 6]}  # each beside several others
        texts = [FILLING[(at + turn) % 3].format(SAID[code]) for turn, code in enumerate(sorted(gold))]
        notes = tuple(Note(f"{at}-{turn}", text) for turn, text in enumerate(texts))
        made.append(Chart(str(at), notes, dict.fromkeys(gold, ())))
    return made
