"""What the bot would do with what it heard, against what it should: the figure that matters to an owner.

A *wrong* act proposes a job or a value that nobody asked for, or takes for a yes what was none. Whatever
makes the customer say it again is *missed*: it costs a turn and nothing else. Everything else is *right*.
Words are read by the rules of the runtime and answers put to its gate; what the exact words come to is the
truth, unless the row says otherwise by its label, intent and slots.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum

from wavoice.runtime.actions.builtin import JOBS
from wavoice.runtime.cases import UNSURE, Case, Effect, is_doubtful, says_nothing
from wavoice.runtime.confirm import decide
from wavoice.runtime.interpret.slots import find_slots
from wavoice.runtime.model import Binding, Evidence, Heard, Modality, Tier
from wavoice.runtime.ports import Situation
from wavoice.sim.eval_replies import ACTION, ANSWERED, NOW, Judge
from wavoice.sim.eval_rows import Channel, Label, Row
from wavoice.sim.stt.rows import Sample

SLOTS = ("order", "day", "address", "amount", "currency")
"""Values that the built-in jobs take and the bot writes in its own way; `product` is taken as it is."""
AT_ONCE = (Effect.OPT_OUT, Effect.HAND_OFF)
"""What is done however badly it was heard."""


class Verdict(IntEnum):
    """What came of hearing; the worse one wins."""

    RIGHT = 0
    MISSED = 1
    WRONG = 2


@dataclass(frozen=True, slots=True)
class Act:
    """A verdict and its reason."""

    verdict: Verdict
    why: str = ""
    unsafe_yes: bool = False
    """What was none was taken for a yes."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What words ask for."""

    job: str | None
    """A job or wish; None: nothing that the bot does."""
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answering:
    """Tells answers from requests, and judges both; answers at the tier of the judge."""

    judge: Judge = field(default_factory=lambda: Judge(Tier.R2))

    def answers(self, sample: Sample) -> bool:
        """True if it answers a question: it is labelled so, or its words are a yes, a no or a "wait"."""
        return bool(self._accepted(sample))

    def _accepted(self, sample: Sample) -> tuple[Label, ...]:
        if sample.label is not None:
            return sample.accept or (sample.label,)
        if sample.words is None or self.meaning(sample.words, sample.language).job in JOBS:
            return ()
        read = self.judge(_row(sample, sample.words, Label.OTHER)).predicted
        return (read,) if read in (Label.YES, Label.NO, Label.WAIT) else ()

    def meaning(self, text: str, language: str) -> Meaning:
        """Read a request as the runtime does where no question is open."""
        reading = self.judge.interpreter.read(text, self._situation(language))
        return Meaning(reading.intent, dict(reading.slots))

    def _situation(self, language: str) -> Situation:
        return Situation(now=NOW, language=language, catalogue=self.judge.catalogue)

    def canonical(self, slot: str, value: str) -> str:
        """A labelled value as the runtime writes it: "Friday" as its date, "eighteen forty-two" as 1842."""
        asked = replace(self._situation("en"), asked=slot)
        return find_slots(value, asked).values.get(slot, value)

    def act(self, sample: Sample, heard: Heard | None) -> Act | None:
        """Judge what was heard; None if nothing in the row says what should come of it.

        A request that was heard while a question was open must not be a yes to it.
        """
        if accepted := self._accepted(sample):
            return self._answer(sample, heard, accepted)
        if heard is not None and len(heard.decodes) > 1:
            judged = self.judge(_row(sample, None, Label.OTHER), heard)
            if judged.settles:
                return Act(Verdict.WRONG, f"taken for a yes ({judged.decision.row})", unsafe_yes=True)
        meant = self._meant(sample)
        if meant is None:
            return None
        if heard is None:
            return Act(Verdict.MISSED, "not heard")
        understood, why = self._understood(heard, sample.language)
        return _request(meant, understood, sample.orders, why)

    def _understood(self, heard: Heard, language: str) -> tuple[Meaning, str]:
        """What the runtime would act on: nothing where it heard nothing, or only guesses."""
        case = self._case(heard, language)
        doubt = self._doubt(case)
        if doubt and decide(case, self.judge.policy).effect not in AT_ONCE:
            return Meaning(None, {}), doubt
        return Meaning(case.reading.intent, dict(case.reading.slots)), ""

    def doubt(self, heard: Heard, language: str) -> str:
        """Why the runtime would ask again, whatever was heard; empty if it would not."""
        return self._doubt(self._case(heard, language))

    def _doubt(self, case: Case) -> str:
        if says_nothing(case, self.judge.policy):
            return "no speech"
        return UNSURE if is_doubtful(case, self.judge.policy) else ""

    def _case(self, heard: Heard, language: str) -> Case:
        reading = self.judge.interpreter.read(heard.transcript.text, self._situation(language))
        job = JOBS.get(reading.intent or "")
        return Case(
            reading=reading,
            evidence=request_evidence(heard),
            now=ANSWERED,
            language=language,
            reads_only=job is not None and job.tier is Tier.R0,
        )

    def _meant(self, sample: Sample) -> Meaning | None:
        if sample.intent in JOBS:
            values = {
                slot: self.canonical(slot, value)
                for slot, value in sample.slots.items()
                if slot in (*SLOTS, "product")
            }
            return Meaning(sample.intent, values)
        return None if sample.words is None else self.meaning(sample.words, sample.language)

    def _answer(self, sample: Sample, heard: Heard | None, accepted: tuple[Label, ...]) -> Act:
        if heard is None:
            return Act(Verdict.MISSED, "not heard")
        judged = self.judge(_row(sample, None, accepted[0], accepted), heard)
        if judged.settles and Label.YES not in accepted:
            return Act(
                Verdict.WRONG, f"{accepted[0]} taken for a yes ({judged.decision.row})", unsafe_yes=True
            )
        if judged.decision.effect is Effect.OPT_OUT and not self._opts_out(sample):
            return Act(Verdict.WRONG, "messages stopped")
        if invented := self._invented(sample, judged.text):
            return Act(Verdict.WRONG, invented)
        hit = judged.settles if Label.YES in accepted else judged.predicted in accepted
        return Act(Verdict.RIGHT) if hit else Act(Verdict.MISSED, f"taken for {judged.predicted}")

    def _invented(self, sample: Sample, text: str) -> str:
        """A value beside an answer that was never said would be read back as a change."""
        if sample.words is None:
            return ""
        situation = replace(self._situation(sample.language), open_action=ACTION, prompt=sample.prompt)
        said = find_slots(sample.words, situation).values
        for slot, value in find_slots(text, situation).values.items():
            if not _same(value, said.get(slot)):
                return f"{slot} {value} for {said.get(slot, 'nothing')}"
        return ""

    def _opts_out(self, sample: Sample) -> bool:
        if sample.words is None:
            return False
        typed = self.judge(_row(sample, sample.words, Label.OTHER))
        return typed.decision.effect is Effect.OPT_OUT


def request_evidence(heard: Heard) -> Evidence:
    """A note that answers nothing."""
    return Evidence(
        message="wamid.REQUEST",
        modality=Modality.VOICE,
        binding=Binding.NONE,
        prompt=None,
        digest=None,
        event_at=ANSWERED,
        received_at=ANSWERED,
        note_seconds=heard.note_seconds,
        speech_seconds=heard.speech_seconds,
        decodes=heard.decodes,
    )


def _request(meant: Meaning, heard: Meaning, orders: tuple[str, ...] | None, why: str) -> Act:
    if heard.job is None:
        return Act(Verdict.RIGHT) if meant.job is None else Act(Verdict.MISSED, why or "no job")
    if heard.job != meant.job:
        return Act(Verdict.WRONG, f"{heard.job} for {meant.job or 'nothing'}")
    for slot, value in heard.values.items():
        if _same(value, meant.values.get(slot)):
            continue
        if slot == "order" and orders is not None and value not in orders:
            return Act(Verdict.MISSED, f"order {value} is not theirs")
        return Act(Verdict.WRONG, f"{slot} {value} for {meant.values.get(slot, 'nothing')}")
    missing = sorted(meant.values.keys() - heard.values.keys())
    return Act(Verdict.MISSED, f"no {', '.join(missing)}") if missing else Act(Verdict.RIGHT)


def _same(heard: str, meant: str | None) -> bool:
    """Blanks, marks and case of an address are no other address."""
    return meant is not None and _letters(heard) == _letters(meant)


def _letters(value: str) -> str:
    return "".join(letter for letter in value.casefold() if letter.isalnum())


def _row(sample: Sample, words: str | None, label: Label, accept: tuple[Label, ...] = ()) -> Row:
    return Row(
        where=sample.where,
        id=sample.id,
        prompt=sample.prompt,
        words=words,
        audio=None if words is not None else sample.path,
        label=label,
        accept=accept or (label,),
        hard=(),
        language=sample.language,
        channel=Channel.TEXT if words is not None else Channel.VOICE,
    )
