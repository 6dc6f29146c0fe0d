"""Terms: names, codes and running text to concepts; look-alikes are never confused; a site's tables win."""

from pathlib import Path

import pytest
import simple_icd_10_cm
import yaml

from contract.errors import ConfigError
from nlp.adverse.terms.tables import FOLDER, rows
from nlp.adverse.terms.terms import Terms

HERE = Path(__file__).parent
DRUGS, EFFECTS = (yaml.safe_load((HERE / f"{name}.yaml").read_text(encoding="utf-8")) for name in ("drugs", "effects"))
TERMS = Terms.shipped()
NAMED = [
    (text, concept)
    for part in ("ingredients", "combinations", "classes")
    for concept, texts in DRUGS[part].items()
    for text in texts
]


@pytest.mark.parametrize(("text", "concept"), NAMED)
def test_a_drug_by_any_name(text: str, concept: str) -> None:
    drug = TERMS.drug(text)
    assert drug is not None and drug.concept == concept


@pytest.mark.parametrize("text", DRUGS["nothing"])
def test_what_is_no_drug(text: str) -> None:
    assert TERMS.drug(text) is None


@pytest.mark.parametrize(("one", "other"), yaml.safe_load((FOLDER / "words.yaml").read_text(encoding="utf-8"))["alike"])
def test_look_alikes_stay_apart(one: str, other: str) -> None:
    """Each slip of one letter in either name gives that drug or none, never the other."""
    for name, wrong in ((one, other), (other, one)):
        right, never = TERMS.drug(name), TERMS.drug(wrong)
        assert right and never
        if right.ingredients == never.ingredients:
            continue
        for at in range(1, len(name)):
            for slip in (
                name[:at] + name[at + 1 :],
                name[:at] + "x" + name[at + 1 :],
                name[:at] + name[at] + name[at:],
            ):
                found = TERMS.drug(slip)
                assert found is None or found.ingredients != never.ingredients or slip == wrong


def test_a_misspelling_says_so() -> None:
    right, wrong = TERMS.drug("lisinopril"), TERMS.drug("lisinoprli")
    assert right and wrong and right.exact and not wrong.exact


@pytest.mark.parametrize(
    ("system", "code", "concept"),
    [
        ("RXNORM", "314076", "lisinopril"),
        ("", "RXNORM//860975//ORDER", "metformin"),
        ("http://www.nlm.nih.gov/research/umls/rxnorm", "1191", "aspirin"),
        ("RxNorm", "1049221", "acetaminophen / oxycodone"),
    ],
)
def test_a_code_of_the_timeline(system: str, code: str, concept: str) -> None:
    drug = TERMS.drug_of_code(system, code)
    assert drug is not None and drug.concept == concept


def test_codes_of_nothing() -> None:
    assert TERMS.drug_of_code("LOINC", "314076") is None
    assert TERMS.drug_of_code("RXNORM", "0") is None


@pytest.mark.parametrize(("text", "concept"), [(text, c) for c, texts in EFFECTS["concepts"].items() for text in texts])
def test_an_effect_by_any_name(text: str, concept: str) -> None:
    effect = TERMS.effect(text)
    assert effect is not None and effect.concept == concept


@pytest.mark.parametrize("text", EFFECTS["nothing"])
def test_what_is_no_effect(text: str) -> None:
    assert TERMS.effect(text) is None


@pytest.mark.parametrize("texts", EFFECTS["groups"])
def test_one_episode(texts: list[str]) -> None:
    groups = {found.group for text in texts if (found := TERMS.effect(text))}
    assert len(groups) == 1 and all(TERMS.effect(text) for text in texts)


@pytest.mark.parametrize(("one", "other"), EFFECTS["apart"])
def test_two_episodes(one: str, other: str) -> None:
    first, second = TERMS.effect(one), TERMS.effect(other)
    assert first and second and first.group != second.group


def test_every_code_exists() -> None:
    codes = {row["icd10cm"] for row in rows(FOLDER / "effects.csv", ("icd10cm",))} - {""}
    assert [code for code in sorted(codes) if not simple_icd_10_cm.is_leaf(code)] == []


def test_tables_agree() -> None:
    """What one table names stands in the other."""
    known = set(TERMS.names.kinds)
    assert {name for those in TERMS.names.codes.values() for name in those} <= known
    effects = set(TERMS.effects.concepts) | {effect.group for effect in TERMS.effects.concepts.values()}
    treats = yaml.safe_load((FOLDER / "treats.yaml").read_text(encoding="utf-8"))
    kinds = {kind for those in TERMS.names.kinds.values() for kind in those} | {"oral_contraceptive"}
    assert set(treats) <= effects
    assert {drug for drugs in treats.values() for drug in drugs} - known - kinds == set()
    labs = yaml.safe_load((FOLDER / "labs.yaml").read_text(encoding="utf-8"))
    assert {row[side][1] for row in labs.values() for side in ("low", "high") if side in row} <= effects


def test_mentions() -> None:
    text = (
        "Pt on lisinoprli 10 mg has dry cough and K 5.9; MS 4 mg IV given, hx of MS. In contrast, HA after simvastatin."
    )
    found = [(text[m.start : m.end], m.label, m.score == 1.0) for m in TERMS.mentions(text)]
    assert found == [
        ("lisinoprli", "DRUG", False),
        ("dry cough", "EFFECT", True),
        ("K 5.9", "EFFECT", True),
        ("MS", "DRUG", True),
        ("HA", "EFFECT", True),
        ("simvastatin", "DRUG", True),
    ]


def test_offsets_hold_beside_odd_letters() -> None:
    text = "İstanbul ﬁle, 患者: náusea tras amoxicilina\r\n— ß rash"
    assert [text[m.start : m.end] for m in TERMS.mentions(text)] == ["náusea", "amoxicilina", "rash"]


@pytest.mark.parametrize("text", ["", " ", "\n", "a", "|||", "𝔘𝔫𝔦", "." * 5000])
def test_odd_texts(text: str) -> None:
    assert TERMS.mentions(text) == []
    assert TERMS.drug(text) is None and TERMS.effect(text) is None


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "meddra.csv").write_text("code,term\n10037844,Rash\n10011224,Cough\n9,Purple ear lobes\n")
    (tmp_path / "rxnorm.csv").write_text("rxcui,str\n29046,lisinopril\n91,Zaxolimumab 5 MG Injection\n92,zaxolimumab\n")
    (tmp_path / "own.csv").write_text(
        "vocabulary,code,term,kind,ingredients,concept,group\n"
        "Formulary,F1,House cocktail,drug,acetaminophen;codeine,,\nCTCAE,C1,Red skin spots,effect,,rash,skin_eruption\n"
    )
    return tmp_path


def test_the_tables_of_a_site(site: Path) -> None:
    terms = Terms.of(site)
    codes = [effect.code for text in ("rash", "skin rash", "tos seca", "hives") if (effect := terms.effect(text))]
    assert codes == ["MedDRA//10037844", "MedDRA//10037844", "MedDRA//10011224", "ICD-10-CM//L50.0"]
    new = terms.effect("purple ear lobes")
    assert new and (new.concept, new.code) == ("purple_ear_lobes", "MedDRA//9")
    spots = terms.effect("red skin spots")
    assert spots and (spots.concept, spots.code) == ("rash", "CTCAE//C1")
    brand, unknown, house = (terms.drug(text) for text in ("Zestril", "zaxolimumab 10 mg", "house cocktail"))
    assert brand and unknown and house
    assert brand.code == "RxNorm//29046"
    assert (unknown.concept, unknown.code) == ("zaxolimumab", "RxNorm//92")
    assert house.ingredients == ("acetaminophen", "codeine")
    coded = terms.drug_of_code("RXNORM", "91")
    assert coded and coded.concept == "zaxolimumab"
    assert [m.label for m in terms.mentions("zaxolimumab: purple ear lobes")] == ["DRUG", "EFFECT"]


def test_the_shipped_tables_stay_as_they_are(site: Path) -> None:
    Terms.of(site)
    effect = Terms.shipped().effect("rash")
    assert effect and effect.code == "ICD-10-CM//R21"
    assert Terms.of(None) is Terms.shipped()


@pytest.mark.parametrize(
    ("written", "told"),
    [("name,number\nrash,1\n", "code"), ("code,term\n,rash\n", "row 1"), ("code,term,kind\n1,rash,x\n", "kind")],
)
def test_a_table_that_cannot_be_read_says_why(tmp_path: Path, written: str, told: str) -> None:
    (tmp_path / "own.csv").write_text(written)
    with pytest.raises(ConfigError, match=told):
        Terms.of(tmp_path)


def test_an_empty_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="CSV"):
        Terms.of(tmp_path)
