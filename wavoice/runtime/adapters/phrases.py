"""A voice that says a sentence it has said before at no cost."""

from __future__ import annotations

import re
from collections import OrderedDict

from wavoice.runtime.model import Speech
from wavoice.runtime.ports import TextToSpeech

PAUSE_SECONDS = 0.15
"""Between two sentences."""
REMEMBERED = 256
"""Sentences; the one unused for longest is forgotten."""
_BETWEEN_SENTENCES = re.compile(r"(?<=[.?!:])\s+")
_BYTES_PER_SAMPLE = 4


class PhraseVoice:
    """`TextToSpeech` over another voice, sentence by sentence; most replies repeat most sentences.

    Nothing is written to disk: sentences may hold what a customer said.
    """

    def __init__(self, voice: TextToSpeech, remembered: int = REMEMBERED) -> None:
        self._voice, self._remembered = voice, remembered
        self._said: OrderedDict[tuple[str, str], Speech] = OrderedDict()

    async def say(self, text: str, language: str) -> Speech:
        """Say all sentences of the text, with pauses. Raises what the voice raises."""
        parts = [await self._sentence(each, language) for each in _BETWEEN_SENTENCES.split(text.strip())]
        rate = parts[0].rate
        pause = bytes(round(PAUSE_SECONDS * rate) * _BYTES_PER_SAMPLE)
        return Speech(pcm=pause.join(part.pcm for part in parts), rate=rate, voice=parts[0].voice)

    async def _sentence(self, sentence: str, language: str) -> Speech:
        key = (sentence, language)
        if key not in self._said:
            self._said[key] = await self._voice.say(sentence, language)
            if len(self._said) > self._remembered:
                self._said.popitem(last=False)
        self._said.move_to_end(key)
        return self._said[key]
