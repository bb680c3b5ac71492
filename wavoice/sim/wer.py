"""Word error rate of what was heard against what was said."""

from __future__ import annotations

import re


def word_error_rate(said: str, heard: str) -> float:
    """Errors per word said (0 is perfect, more than 1 is possible); case and punctuation do not count."""
    import jiwer  # noqa: PLC0415 -- only who listens needs it

    reference, hypothesis = _plain(said), _plain(heard)
    if not reference:
        return 0.0 if not hypothesis else 1.0
    return float(jiwer.wer(reference, hypothesis))


def _plain(words: str) -> str:
    return " ".join(re.sub(r"[^\w\s']", " ", words.lower()).split())
