"""Hears the spoken set as production does, and puts each note to the gate as the answer to its question."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.question import question
from benchmarks.spoken_set import Clip
from wavoice.runtime.adapters.decoder import SandboxedDecoder
from wavoice.runtime.adapters.whisper import WhisperEars
from wavoice.runtime.confirm import Case, Decision, decide
from wavoice.runtime.interpret.rules import RulesInterpreter
from wavoice.runtime.model import (
    SECOND,
    Binding,
    Decode,
    Evidence,
    Heard,
    Modality,
)
from wavoice.runtime.policy import Policy
from wavoice.runtime.ports import Hint, Situation

ASKED = datetime(2026, 11, 25, 10, tzinfo=UTC)
AT_ONCE = 2


class Listener:
    """Hears clips and remembers in a file what it heard, so that a run that was cut off goes on."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "heard.jsonl"

    def known(self) -> dict[str, Heard]:
        """What was heard so far, by clip."""
        if not self._file.is_file():
            return {}
        rows = map(json.loads, self._file.read_text(encoding="utf-8").splitlines())
        return {row["id"]: _heard(row["heard"]) for row in rows}

    async def listen(self, clips: Sequence[Clip]) -> dict[str, Heard]:
        """Hear those that were not heard yet; return all."""
        known = self.known()
        missing = [clip for clip in clips if clip.id not in known]
        decoder, ears = SandboxedDecoder(Policy(), at_once=AT_ONCE), WhisperEars()
        slots = asyncio.Semaphore(AT_ONCE)

        async def one(clip: Clip) -> None:
            async with slots:
                audio = await decoder.decode((self._folder / f"{clip.id}.ogg").read_bytes())
                known[clip.id] = await ears.hear(audio, Hint(awaiting_yes=True))
            with self._file.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"id": clip.id, "heard": asdict(known[clip.id])}) + "\n")
            if len(known) % 100 == 0:
                print(f"heard {len(known)} clips", file=sys.stderr)

        try:
            await asyncio.gather(*map(one, missing))
        finally:
            await decoder.close()
        return known


def _heard(row: Mapping[str, object]) -> Heard:
    decodes = row["decodes"]
    assert isinstance(decodes, list)
    made = tuple(Decode(**{**decode, "words": tuple(map(tuple, decode["words"]))}) for decode in decodes)
    return Heard(**{**row, "decodes": made})  # type: ignore[arg-type]


def answered(heard: Heard, policy: Policy) -> Decision:
    """The row of the gate for this note, sent 20 s after the question arrived."""
    asked = int(ASKED.timestamp()) * SECOND
    open_one = question(asked, policy)
    situation = Situation(now=ASKED, open_action=open_one.action, prompt=open_one.read_back)
    other, reading = (RULES.read(decode.text, situation) for decode in heard.decodes)
    sent = asked + 20 * SECOND
    evidence = Evidence(
        message="wamid.ANSWER",
        modality=Modality.VOICE,
        binding=Binding.SOLE_OPEN,
        prompt=open_one.prompts[-1],
        digest=open_one.digest,
        event_at=sent,
        received_at=sent + SECOND,
        note_seconds=heard.note_seconds,
        speech_seconds=heard.speech_seconds,
        decodes=heard.decodes,
        background=heard.background,
    )
    return decide(Case(reading, evidence, sent + SECOND, open_one, other), policy)


RULES = RulesInterpreter()
