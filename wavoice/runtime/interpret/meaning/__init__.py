"""Jobs by what sentences mean: examples of our own, and a classifier over sentence embeddings."""

from wavoice.runtime.interpret.meaning.encoder import Encoder
from wavoice.runtime.interpret.meaning.examples import OUT_OF_SCOPE, known_jobs

__all__ = ["OUT_OF_SCOPE", "Encoder", "known_jobs"]
