"""The demo: a hospital that never was, two nights on it with a training between them, a few questions at the end."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import yaml

from contract.errors import CheckFailed, ConfigError, InputError
from runner.config import Entry
from runner.progress import Progress
from simulate.config import HospitalConfig
from simulate.hospital import Summary, simulate

REGISTRY = Path(__file__).parents[1] / "pipelines.yaml"
ARTIFACTS = Path("artifacts/outcomes")  # where pipelines.yaml looks for models of outcomes
TASKS = ("mortality", "readmission", "long_stay")
ERRORS = 0.0005  # share of raw rows spoiled, so that there is something to reject
QUESTIONS = (
    (
        "Which diagnoses do people have?",
        "SELECT code.text AS diagnosis, count(DISTINCT subject_id) AS persons FROM fhir.Condition "
        "GROUP BY ALL ORDER BY persons DESC LIMIT 5",
    ),
    (
        "How does a stay in hospital begin?",
        "SELECT time, code, left(description, 40) AS description, numeric_value AS value, unit "
        "FROM timeline LEFT JOIN timeline_codes USING (code) WHERE encounter_id = "
        "(SELECT id FROM fhir.Encounter WHERE class.code = 'IMP' ORDER BY id LIMIT 1) ORDER BY time, code LIMIT 12",
    ),
    (
        "Which ICD codes are suggested, and for which words?",
        "SELECT code, any_value(display) AS title, count(DISTINCT c.encounter_id) AS encounters, "
        'first(substr(text, e.start + 1, e."end" - e.start) ORDER BY score DESC, n.note_id, e.start) AS words '
        "FROM (SELECT *, evidence[1] AS e FROM codes WHERE band <> 'hidden' AND score >= 0.5) c "
        "LEFT JOIN notes n ON n.note_id = e.note_id GROUP BY code ORDER BY encounters DESC, code LIMIT 8",
    ),
    (
        "Which harm do notes blame on drugs, and in which words?",
        "SELECT strftime(onset, '%Y-%m-%d') AS onset, drug, effect, f.code, replace(left(substr(text, "
        'least(d.start, e.start) + 1, greatest(d."end", e."end") - least(d.start, e.start)), 70), '
        "chr(10), ' ') AS words "
        "FROM (SELECT *, evidence[1] AS d, evidence[2] AS e FROM findings "
        "WHERE kind = 'adverse_event' AND assertion = 'present') f JOIN notes n ON n.note_id = d.note_id "
        "WHERE d.note_id = e.note_id ORDER BY f.score DESC, f.note_id, finding_id LIMIT 8",
    ),
    (
        "What do breast pathology reports say?",
        "SELECT any_value(value) FILTER (field = 'side') AS side, any_value(value) FILTER (field = 'grade') AS grade, "
        "any_value(value) FILTER (field = 'size_mm') AS mm, any_value(value) FILTER (field = 'er') AS er, "
        "any_value(value) FILTER (field = 'her2') AS her2, any_value(p.code) FILTER (field = 'morphology') AS code, "
        "any_value(replace(substr(text, w.start + 1, w.\"end\" - w.start), chr(10), ' ')) "
        "FILTER (field = 'histology') AS words FROM (SELECT *, evidence[1] AS w FROM pathology) p "
        "JOIN notes n ON n.note_id = w.note_id GROUP BY p.note_id, specimen HAVING words IS NOT NULL "
        "ORDER BY count(*) DESC, p.note_id LIMIT 5",
    ),
    (
        "Who may die in this stay, and why? (Of persons who taught nothing.)",
        "WITH most AS (SELECT * FROM outcomes WHERE task = 'mortality' AND NOT in_training "
        "QUALIFY row_number() OVER (PARTITION BY encounter_id ORDER BY probability DESC, prediction_time) = 1), "
        "parts AS (SELECT *, unnest(contributions[1:3]) AS c FROM most), named AS (SELECT *, regexp_extract(c.feature, "
        "'^([^/]+)/(.+?)(=[^/]*)?/([^/]+)$', ['span', 'code', 'said', 'how']) AS f FROM parts) "
        "SELECT strftime(prediction_time, '%Y-%m-%d %H:%M') AS told, round(probability, 3) AS risk, decision, "
        "observed AS died, string_agg(lower(coalesce(left(description, 26), c.feature)) || ' (' || f.how || ')', ', ' "
        "ORDER BY abs(c.shap) DESC) AS because FROM named LEFT JOIN timeline_codes t ON t.code = f.code "
        "GROUP BY ALL ORDER BY risk DESC, told LIMIT 6",
    ),
    (
        "What do drafts of films say, and what stands behind each sentence?",
        "WITH chosen AS (SELECT * FROM reports WHERE len(sentences) BETWEEN 6 AND 9 AND len(list_filter(sentences, "
        "lambda s: s.state = 'present')) > 1 ORDER BY study_id LIMIT 1), said AS (SELECT unnest(sentences) AS s, "
        "generate_subscripts(sentences, 1) AS n FROM chosen) SELECT s.text AS sentence, s.finding AS finding, "
        "s.state AS state, round(s.score, 3) AS score, s.source AS source FROM said ORDER BY n",
    ),
    (
        "What became of the names in notes? (The left side is PHI, and never leaves lake/phi.)",
        'SELECT label, first(substr(p.text, s.start + 1, s."end" - s.start) ORDER BY s.note_id, s.start) AS original, '
        "first(substr(n.text, open_start + 1, open_end - open_start) ORDER BY s.note_id, s.start) AS released "
        "FROM phi.spans s JOIN phi.notes p USING (note_id) JOIN notes n ON n.note_id = open_note_id "
        "WHERE label IN ('PATIENT', 'STAFF', 'DATE', 'PHONE', 'MRN', 'STREET', 'EMAIL') GROUP BY ALL ORDER BY label",
    ),
)


def prepare(out: Path, patients: int, seed: int, progress: Progress) -> Path:
    """A hospital in out/inbox and its registry; a demo that is there already is kept: it can have more nights."""
    inbox, registry = out / "inbox", out / "pipelines.yaml"
    out.mkdir(parents=True, exist_ok=True)
    if not inbox.exists():
        _simulate(HospitalConfig(patients=patients, seed=seed, errors=ERRORS), inbox, progress)
    if not registry.exists():
        shutil.copyfile(_registry(), registry)
    return registry


def teach(lake: Path, out: Path, tell: Callable[[str], None]) -> bool:
    """Models of outcomes from what the first night published; False where there are none to predict with.

    A small hospital may hold too little for a task: that is told, and the demo goes on without it.
    """
    from outcomes.train import Training, train

    if out.exists():
        return False
    tell("Learning outcomes from lake/open/timeline: " + ", ".join(TASKS))
    training = Training(source="a simulated hospital", licence="nobody's data", command="chartloom demo", phi=False)
    for task in TASKS:
        try:
            for trained in train((task,), lake / "open", out, training, tell):
                tell(f"{trained.task}: {trained.said}")
        except (InputError, CheckFailed) as error:
            tell(f"{task}: not learned: {error}")
    return out.exists()


def hospital(said: Mapping[str, str]) -> HospitalConfig:
    """Switches as they are typed, into a hospital's; drift.coding is the field coding of its drift."""
    values = {name: yaml.safe_load(value) for name, value in said.items()}
    drift = {name.removeprefix("drift."): values.pop(name) for name in said if name.startswith("drift.")}
    if drift:
        values["drift"] = Entry("drift", "simulate.config:Drift", drift).make()
    made: HospitalConfig = Entry("simulate", "simulate.config:HospitalConfig", values).make()
    return made


def _simulate(config: HospitalConfig, inbox: Path, progress: Progress) -> None:
    """Into a folder beside it first: an inbox is whole or not there."""
    partial = inbox.with_name(".inbox")
    shutil.rmtree(partial, ignore_errors=True)
    simulated(config, partial, progress)
    partial.rename(inbox)


def simulated(config: HospitalConfig, out: Path, progress: Progress) -> Summary:
    """The hospital, watched."""
    told = 0

    def tell(done: int, _: int) -> None:
        nonlocal told
        progress.advance("simulate", done - told)
        told = done

    progress.start("simulate", config.patients, "patients")
    made = simulate(config, out, tell)
    progress.finish("simulate")
    return made


def _registry() -> Path:
    if not REGISTRY.exists():
        raise ConfigError(
            "the demo reads pipelines.yaml of a checkout, which is not there. Clone chartloom, then `make demo`."
        )
    return REGISTRY
