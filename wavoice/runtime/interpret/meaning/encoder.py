"""What turns sentences into vectors; adapters bring it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # a type needs no import of numpy, which takes 0.1 s
    import numpy as np
    import numpy.typing as npt

    Vector = npt.NDArray[np.float32]


class Encoder(Protocol):
    """Turns a sentence into a vector; one that means the same in another language into a near one."""

    @property
    def name(self) -> str:
        """Which weights: other weights have another name."""
        ...

    def encode(self, text: str) -> Vector:
        """The vector of a sentence, always the same for the same text."""
        ...
