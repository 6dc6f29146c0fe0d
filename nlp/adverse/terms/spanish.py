"""How English generic names of drugs are written in Spanish, by the rules of data/spanish.yaml."""

from nlp.adverse.terms.tables import said


def spanish(name: str) -> set[str]:
    """Of one word in small letters without accents; without the name itself."""
    rules = said("spanish")
    forms = {name}
    for ending, becomes in rules["endings"]:
        if name.endswith(ending) and len(name) > len(ending) + 2:
            forms |= {name[: -len(ending)] + each for each in becomes}
            break
    lettered = forms | {_lettered(form, rules) for form in forms}
    return {_begun(form, rules) for form in lettered} | lettered - {name}


def _lettered(form: str, rules: dict[str, list[list[str]]]) -> str:
    for letters, becomes in rules["letters"]:
        form = form.replace(letters, becomes)
    return form


def _begun(form: str, rules: dict[str, list[list[str]]]) -> str:
    for letters, becomes in rules["beginnings"]:
        if form.startswith(letters):
            return becomes + form[len(letters) :]
    return form
