"""A linear classifier over sentence embeddings: which topic a sentence is about, and how surely.

Multinomial logistic regression, every topic of the same weight, by accelerated gradient descent from
zero: no chance is involved, so the same sentences and the same encoder give the same figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final

import numpy as np
import numpy.typing as npt

from wavoice.runtime.interpret.meaning.encoder import Encoder
from wavoice.runtime.interpret.meaning.examples import Example, examples, fingerprint, job_of

Matrix = npt.NDArray[np.float64]
Vector = npt.NDArray[np.float32]

STEPS: Final = 250
PENALTY: Final = 1e-4
SPREAD: Final = 0.3
"""Standard deviation of each dimension when it is learnt from: what the penalty is counted against."""


@dataclass(frozen=True, slots=True)
class Head:
    """What was learnt."""

    encoder: str
    """Name of the encoder that it was learnt with."""
    learnt_from: str
    """Fingerprint of the examples."""
    topics: tuple[str, ...]
    weights: Matrix
    """A row a dimension, and one for the bias; a column a topic."""

    def fits(self, encoder: str) -> bool:
        """Learnt from the examples as they are now, with that encoder."""
        return self.encoder == encoder and self.learnt_from == fingerprint()

    def jobs(self, vector: Vector) -> dict[str, float]:
        """The probability of each job, and of `out_of_scope`."""
        scores = np.append(vector.astype(np.float64), 1.0) @ self.weights
        shares = np.exp(scores - scores.max())
        found: dict[str, float] = {}
        for topic, share in zip(self.topics, shares / shares.sum(), strict=True):
            found[job_of(topic)] = found.get(job_of(topic), 0.0) + float(share)
        return found

    def dumped(self) -> bytes:
        """As a file; half precision is as exact as it needs to be."""
        file = BytesIO()
        np.savez(
            file,
            encoder=np.array(self.encoder),
            learnt_from=np.array(self.learnt_from),
            topics=np.array(self.topics),
            weights=self.weights.astype(np.float16),
        )
        return file.getvalue()


def loaded(content: bytes) -> Head:
    """What `dumped` wrote."""
    with np.load(BytesIO(content), allow_pickle=False) as file:
        return Head(
            encoder=str(file["encoder"]),
            learnt_from=str(file["learnt_from"]),
            topics=tuple(str(topic) for topic in file["topics"]),
            weights=file["weights"].astype(np.float64),
        )


def learn(encoder: str, sentences: Sequence[Example], vectors: Sequence[Vector]) -> Head:
    """A head over the vectors of these sentences."""
    names = tuple(sorted({each.topic for each in sentences}))
    place = np.array([names.index(each.topic) for each in sentences])
    known = np.asarray(vectors, dtype=np.float64)
    middle, scale = known.mean(axis=0), SPREAD / (known.std(axis=0) + 1e-9)
    inputs = np.column_stack([(known - middle) * scale, np.ones(len(known))])
    fitted = _descend(inputs, place, len(names))
    weights = fitted[:-1] * scale[:, None]
    bias = fitted[-1] - middle @ weights
    return Head(encoder, fingerprint(), names, np.vstack([weights, bias]))


def taught_by(encoder: Encoder) -> Head:
    """A head over all examples, each looked at once: some thousand sentences, so some minutes."""
    sentences = examples()
    return learn(encoder.name, sentences, [encoder.encode(each.text) for each in sentences])


def _descend(inputs: Matrix, place: npt.NDArray[np.int_], count: int) -> Matrix:
    weight = 1 / np.bincount(place, minlength=count)[place]
    weight = (weight / weight.sum())[:, None]
    wanted = np.eye(count)[place]
    steepest = 0.5 * float(np.linalg.eigvalsh((inputs * weight).T @ inputs)[-1]) + PENALTY
    now = ahead = np.zeros((inputs.shape[1], count))
    pace = 1.0
    for _ in range(STEPS):
        scores = inputs @ ahead
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        after = ahead - (inputs.T @ ((shares - wanted) * weight) + PENALTY * ahead) / steepest
        quicker = (1 + (1 + 4 * pace**2) ** 0.5) / 2
        ahead = after + (pace - 1) / quicker * (after - now)
        now, pace = after, quicker
    return now
