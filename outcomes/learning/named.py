"""Every learner that has a name: what benches and `train outcomes` choose from."""

from collections.abc import Callable, Mapping

from outcomes.learning.blend import Blend
from outcomes.learning.learner import Learner
from outcomes.learning.simple import Simple

DEFAULT = "simple"
NAMED: Mapping[str, Callable[[], Learner]] = {
    DEFAULT: Simple,
    "logistic": lambda: Simple(blend=Blend(members=("logistic",)), name="logistic"),
    "trees": lambda: Simple(blend=Blend(members=("trees",)), name="trees"),
}
