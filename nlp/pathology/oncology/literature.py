"""The classifiers of Qiu 2018 over whole reports: TF-IDF with naive Bayes, logistic regression and SVM, and the CNN.

One label a report. Words that fewer than two reports have teach nothing; only the CNN minds their order.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from nlp.pathology.oncology.words import RUN, plain

if TYPE_CHECKING:
    from torch import Tensor

    from models.document_cnn import DocumentCnn
    from models.documents import Document

FEWEST = 2  # documents that a word stands in
EPOCHS, RATE, BATCH, LONGEST = 20, 2e-3, 16, 1500  # of the CNN; words of a report that it reads


class Classifier(Protocol):
    def fit(self, texts: Sequence[str], labels: Sequence[str]) -> None: ...
    def predict(self, texts: Sequence[str]) -> list[str]: ...


@dataclass
class Weighed:
    """`model`: any classifier of scikit-learn."""

    model: Any
    words: Any = field(default=None, init=False, repr=False)

    def fit(self, texts: Sequence[str], labels: Sequence[str]) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        self.words = TfidfVectorizer(analyzer=_grams, min_df=FEWEST, sublinear_tf=True)
        self.model.fit(self.words.fit_transform(texts), list(labels))

    def predict(self, texts: Sequence[str]) -> list[str]:
        return [str(one) for one in self.model.predict(self.words.transform(texts))]


@dataclass
class Network:
    """The CNN, one label of all by softmax; the last epoch is kept."""

    seed: int = 1
    epochs: int = EPOCHS
    known: dict[str, int] = field(default_factory=dict, init=False, repr=False)
    labels: list[str] = field(default_factory=list, init=False)
    network: "DocumentCnn | None" = field(default=None, init=False, repr=False)

    def fit(self, texts: Sequence[str], labels: Sequence[str]) -> None:
        import torch

        from models.document_cnn import CnnConfig, DocumentCnn
        from models.documents import UNKNOWN, shuffled
        from models.train import Schedule, fit

        counts = Counter(word for text in texts for word in set(_words(text)))
        kept = sorted(word for word, count in counts.items() if count >= FEWEST)
        self.known = {word: UNKNOWN + 1 + at for at, word in enumerate(kept)}
        self.labels = sorted(set(labels))
        torch.manual_seed(self.seed)
        self.network = DocumentCnn(CnnConfig(len(self.labels), len(kept) + UNKNOWN + 1))
        read = [self._read(text, [self.labels.index(label)]) for text, label in zip(texts, labels, strict=True)]
        schedule = Schedule(epochs=self.epochs, rate=RATE, seed=self.seed, patience=self.epochs)
        fit(self.network, lambda epoch: shuffled(read, BATCH, self.seed + epoch), self._loss, lambda: 0.0, schedule)

    def predict(self, texts: Sequence[str]) -> list[str]:
        import torch

        assert self.network is not None, "fit it first"
        with torch.inference_mode():
            return [self.labels[int(self.network([self._read(text)]).argmax())] for text in texts]

    def _loss(self, documents: "Sequence[Document]") -> "Tensor":
        import torch

        assert self.network is not None
        truth = torch.tensor([one.gold[0] for one in documents])
        return torch.nn.functional.cross_entropy(self.network(documents), truth)

    def _read(self, text: str, gold: Sequence[int] = ()) -> "Document":
        from models.documents import UNKNOWN, Document

        ids = [self.known.get(word, UNKNOWN) for word in _words(text)[:LONGEST]] or [UNKNOWN]
        return Document(ids, [0] * len(ids), gold)


def classifiers(seed: int = 1) -> Mapping[str, Callable[[], Classifier]]:
    from sklearn.linear_model import LogisticRegression
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.svm import LinearSVC

    return {
        "naive Bayes": lambda: Weighed(MultinomialNB(alpha=0.1)),
        "logistic regression": lambda: Weighed(LogisticRegression(C=30.0, max_iter=400)),
        "SVM": lambda: Weighed(LinearSVC(random_state=seed)),
        "CNN": partial(Network, seed),
    }


def _words(text: str) -> list[str]:
    return RUN.findall(plain(text))


def _grams(text: str) -> Iterator[str]:
    words = _words(text)
    yield from words
    yield from (" ".join(words[at : at + 2]) for at in range(len(words) - 1))
