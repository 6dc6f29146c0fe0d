"""`chartloom train outcomes`: from timelines to one artifact a task, judged on persons who taught it nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from contract.errors import ConfigError
from models import folder
from models.threads import one_blas_thread
from outcomes import forecast
from outcomes.cohort import Cohort
from outcomes.described import described
from outcomes.forecast import Forecaster, hashed
from outcomes.given import Given, given
from outcomes.judgement import Judgement
from outcomes.leaks import check, leak
from outcomes.learning import named
from outcomes.learning.calibrate import Calibrated, calibrated
from outcomes.learning.compare import Verdict, judge
from outcomes.learning.folds import persons
from outcomes.learning.learner import Scores
from outcomes.tasks.report import report, text, trainable
from outcomes.tasks.select import select
from outcomes.tasks.targets import narrowed
from outcomes.tasks.task import SHIPPED, Task, load, shipped
from outcomes.timeline import Bools, Ints, Timeline, read
from outcomes.trust import card, conformal, reference

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Training:
    seed: int = 1
    join: tuple[str, ...] = ()
    challengers: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()  # leaks that are none
    error: float = 0.1  # of each class that decisions may get wrong
    source: str = "not said"
    licence: str = "not said"
    command: str = "outcomes.train.train"
    phi: bool = True  # the timelines are identifiable; False for simulated or openly licensed ones


@dataclass(frozen=True)
class Trained:
    task: str
    digest: str
    said: str  # of the persons who were held out, or out of fold where nobody was


@dataclass(frozen=True)
class Lesson:
    """One task, and what its training was handed."""

    task: Task
    text: str
    given: Given
    timeline: Timeline
    cohort: Cohort
    held: Bools  # (m,) rows of persons who teach nothing

    @property
    def teaching(self) -> Cohort:
        return self.cohort.take(~self.held)


def train(
    tasks: Sequence[str], data: Path, out: Path, training: Training, tell: Tell = lambda _: None
) -> list[Trained]:
    """Each artifact is whole or not there; those that were trained before a failure stay."""
    challengers = [_named(name) for name in training.challengers]
    loaded = [(load(name), _text(name)) for name in dict.fromkeys(tasks)]
    names = [task.name for task, _ in loaded]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ConfigError(
            f"two --task are called {', '.join(twice)}, and one artifact would replace the other; rename."
        )
    held = given(data, training.join)
    timeline = read(held.rows)
    if held.left_out:
        tell(f"{held.left_out:,} rows without subject_id or code are left out")
    tell(f"{len(timeline):,} events of {len(timeline.subjects):,} persons, {len(held.held_out):,} held out")
    done = []
    for task, yaml in loaded:
        cohort = select(task, timeline, rows=held.rows)
        apart = held.judged(timeline, cohort.subject)
        lesson = Lesson(task, yaml, held, timeline, narrowed(task, cohort, ~apart), apart)
        with one_blas_thread():
            done.append(learn(lesson, learners(task, challengers, tell), out / task.name, training, tell))
    return done


def learners(task: Task, challengers: Sequence[str], tell: Tell) -> list[str]:
    """What is learned first holds its place until another is better. A task that asks for a time has one learner."""
    if not task.options.horizons:
        return [named.DEFAULT, *challengers]
    if challengers:
        tell(f"{task.name} asks for a time: {', '.join(challengers)} give no incidences and are not tried")
    return [named.INCIDENCE]


def learn(lesson: Lesson, learners: Sequence[str], out: Path, training: Training, tell: Tell) -> Trained:
    """One task to one artifact."""
    cohort = lesson.teaching
    tell(f"{lesson.task.name}: {len(cohort):,} predictions teach, {int(lesson.held.sum()):,} are held out")
    trainable(cohort)
    leaks = check.found(lesson.timeline, lesson.given.rows, cohort.take(last_of_stay(cohort)))
    leak.refuse(leaks, training.allow)
    models = {name: fitted(name, lesson, cohort, training, tell) for name in learners}
    chosen, verdicts = champion(models, lesson, cohort, training.seed)
    forecaster = equipped(models[chosen], lesson, cohort, training)
    order = {chosen: models[chosen], **models}
    held = lesson.cohort.take(lesson.held)
    judged = Judgement(lesson.timeline, lesson.cohort, cohort, held, forecaster, order, verdicts, leaks)
    with folder.writing(out) as partial:
        forecast.save(forecaster, partial, lesson.text)
        card.write(described(judged, chosen, training, lesson.text), partial)
        said = (partial / folder.CARD).read_text(encoding="utf-8")
        digest = folder.finish(partial, forecast.KIND, forecast.stated(forecaster, chosen), said, phi=training.phi)
    return Trained(lesson.task.name, digest, judged.said)


def last_of_stay(cohort: Cohort) -> Ints:
    """One row a stay: several would count one fate as many."""
    by = np.lexsort((cohort.at, cohort.began, cohort.subject))
    other = (np.diff(cohort.subject[by]) != 0) | (np.diff(cohort.began[by]) != 0)
    return np.sort(by[np.r_[other, True]]) if len(by) else by


def fitted(name: str, lesson: Lesson, cohort: Cohort, training: Training, tell: Tell) -> Calibrated:
    tell(f"{lesson.task.name}: learning ({name})")
    return calibrated(named.NAMED[name](), lesson.timeline, cohort, training.seed)


def champion(models: Mapping[str, Calibrated], lesson: Lesson, cohort: Cohort, seed: int) -> tuple[str, list[Verdict]]:
    """The simple model, unless a challenger is surely better out of fold; of several the one with the most gain."""
    simple, *others = models
    whose, label = persons(lesson.timeline, cohort), cohort.label.astype(np.float64)
    verdicts = [judge(name, label, apart(models[simple]), apart(models[name]), whose, seed) for name in others]
    better = [each for each in verdicts if each.better]
    best = max(better, key=lambda each: each.figures["AUROC"].difference.value, default=None)
    return best.challenger if best else simple, verdicts


def apart(model: Calibrated) -> Scores:
    """Of the rows that taught it, by models that never saw the person."""
    assert model.out_of_fold is not None  # it has just been trained
    return model.out_of_fold


def equipped(model: Calibrated, lesson: Lesson, cohort: Cohort, training: Training) -> Forecaster:
    """With decisions whose error is fixed on one row a person, out of fold."""
    whose, scores = persons(lesson.timeline, cohort), apart(model)
    rows = conformal.one_each(whose, training.seed)
    levels = [
        conformal.fit(cohort.label[rows, at].astype(np.float64), scores[rows, at], training.error)
        for at in range(scores.shape[1])
    ]
    return Forecaster(
        lesson.task.name, lesson.task, cohort.targets, model, levels, np.sort(hashed(np.unique(whose))),
        reference.freeze(lesson.timeline, cohort, scores), training.join,
    )  # fmt: skip


def cohorts(tasks: Sequence[str], data: Path) -> Iterator[str]:
    """Who would be learned from, task by task."""
    held = given(data)
    timeline = read(held.rows)
    for name in dict.fromkeys(tasks):
        task = load(name)
        yield text(report(task, select(task, timeline, rows=held.rows)))


def _named(name: str) -> str:
    known = [each for each in named.NAMED if each != named.INCIDENCE]  # tasks that ask for a time take it by themselves
    if name not in known:
        raise ConfigError(f"--challenger {name!r} is no challenger; expected of {', '.join(known)}.")
    return name


def _text(name: str) -> str:
    path = SHIPPED / f"{name}.yaml" if name in shipped() else Path(name)
    return path.read_text(encoding="utf-8")
