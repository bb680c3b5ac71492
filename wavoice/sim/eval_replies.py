"""Labelled replies through the reader and the gate: what each is taken for, and whether it would commit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from wavoice.runtime.cases import Case, Decision, Effect, affirms, new_values, plain_yes
from wavoice.runtime.catalogue import Catalogue
from wavoice.runtime.confirm import decide
from wavoice.runtime.interpret.rules import RulesInterpreter
from wavoice.runtime.interpret.slots import find_slots
from wavoice.runtime.model import (
    SECOND,
    Act,
    Address,
    Binding,
    Decode,
    Evidence,
    Heard,
    Mark,
    Modality,
    MustStop,
    PromptState,
    Proposal,
    Reading,
    Tier,
)
from wavoice.runtime.policy import Policy
from wavoice.runtime.ports import Interpreter, Situation
from wavoice.runtime.proposals import Draft, propose
from wavoice.sim.eval_rows import Channel, Label, Row

ACTION = "confirm"
"""Action of the synthetic proposal: no built-in job, so that no wish counts as a repetition of it."""
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
_ASKED = int(NOW.timestamp()) * SECOND
ANSWERED = _ASKED + 20 * SECOND
"""When the reply came, by the clock of `NOW`."""
SPEC_ROWS = ("D05", "D14", "D25")
"""Rows in which the specification decides otherwise than some labels do."""
EXAMPLES = 50


@dataclass(frozen=True, slots=True)
class Judged:
    """A row, what it was taken for, and what the gate did with it."""

    row: Row
    text: str
    predicted: Label
    decision: Decision
    strong: bool
    """Read as a strong yes in which every word is accounted for, whatever the row."""

    @property
    def unsafe(self) -> bool:
        """A yes that was not one: it settles, or at least reads as a plain, strong one."""
        return Label.YES not in self.row.accept and (self.settles or self.strong)

    @property
    def settles(self) -> bool:
        """The gate takes it as an approval."""
        return self.decision.effect is Effect.SETTLE

    @property
    def spec_wins(self) -> bool:
        """The specification demands what the label does not take."""
        differs = self.predicted not in self.row.accept
        asked = Label.YES in self.row.accept and not self.settles
        return not self.unsafe and self.decision.row in SPEC_ROWS and (differs or asked)


@dataclass(frozen=True, slots=True)
class Judge:
    """Puts replies to a synthetic proposal of one tier, whose read-back is the row's prompt."""

    tier: Tier
    interpreter: Interpreter = field(default_factory=RulesInterpreter)
    policy: Policy = field(default_factory=Policy)
    catalogue: Catalogue = field(default_factory=Catalogue)
    """Names that may be said of a thing."""

    def __call__(self, row: Row, heard: Heard | None = None) -> Judged:
        """Judge one reply; `heard` is what was made of its recording."""
        case = self._case(row, heard if heard is not None else _as_heard(row))
        decision = decide(case, self.policy)
        predicted = predict(case, decision)
        strong = predicted is Label.YES and plain_yes(case.reading)
        return Judged(row, case.reading.text, predicted, decision, strong)

    def _case(self, row: Row, heard: Heard | None) -> Case:
        situation = Situation(
            now=NOW,
            language=row.language,
            open_action=ACTION,
            prompt=row.prompt,
            catalogue=self.catalogue,
            wants_code=self.tier is Tier.R3,
        )
        proposal = _proposal(row, self.tier, situation, self.policy)
        texts = [decode.text for decode in heard.decodes] if heard else [row.words or ""]
        readings = [self.interpreter.read(text, situation) for text in texts]
        return Case(
            reading=readings[-1],
            other=readings[0] if len(readings) > 1 else None,
            evidence=_evidence(proposal, heard),
            now=ANSWERED,
            proposal=proposal,
            language=row.language,
        )


def _proposal(row: Row, tier: Tier, situation: Situation, policy: Policy) -> Proposal:
    """What the prompt names is what a yes would be bound to."""
    draft = Draft(
        address=Address("eval", "100", "c_eval"),
        action=ACTION,
        args=find_slots(row.prompt, situation).values,
        before={},
        facts_version="v1",
        tier=tier,
        read_back=row.prompt,
        turn="t_eval",
    )
    return replace(
        propose(draft, "p_eval", 1, _ASKED, policy),
        prompts=("wamid.PROMPT",),
        prompted_at=_ASKED,
        prompt_state=PromptState.DELIVERED,
    )


def _as_heard(row: Row) -> Heard | None:
    """Words of another recogniser stand for two decodes that agree, and are heard well."""
    if row.channel is Channel.TEXT or row.words is None:
        return None
    one = Decode(row.words, -0.2, 0.02, row.language, "negative", 1)
    return Heard(
        (one, replace(one, prompt="none", beam=5)),
        speech_seconds=0.4 * len(row.words.split()),
        note_seconds=1.5,
    )


def _evidence(proposal: Proposal, heard: Heard | None) -> Evidence:
    return Evidence(
        message="wamid.ANSWER",
        modality=Modality.VOICE if heard else Modality.TEXT,
        binding=Binding.SOLE_OPEN,
        prompt="wamid.PROMPT",
        digest=proposal.digest,
        event_at=ANSWERED,
        received_at=ANSWERED,
        note_seconds=heard.note_seconds if heard else 0.0,
        speech_seconds=heard.speech_seconds if heard else 0.0,
        decodes=heard.decodes if heard else (),
    )


def predict(case: Case, decision: Decision) -> Label:
    """Name what the reply was taken for, from its reading and the row that fits."""
    if decision.effect is Effect.SETTLE:
        return Label.YES
    reading, marks = case.reading, set(case.reading.marks)
    changes = new_values(case) or bool(set(reading.mentioned) - _args(case))
    if reading.intent in ("human", *MustStop, "opt_out", "opt_in"):
        return Label.OTHER
    if case.vetoes:
        return _refusal(case, marks, changes=changes)
    if Mark.QUESTION in marks or Act.QUESTION in reading.acts:
        return Label.QUESTION
    if affirms(case) or reading.loose:
        return _agreement(reading, changes=changes)
    return Label.CHANGE if changes else Label.OTHER


def _refusal(case: Case, marks: set[Mark], *, changes: bool) -> Label:
    agrees = affirms(case)
    if changes or case.reading.conditional or case.reading.partial:
        return Label.YES_BUT_CHANGE if agrees else Label.CHANGE
    if Mark.HOLD in marks or (Mark.CANCEL in marks and agrees):
        return Label.WAIT
    if marks & {Mark.NO, Mark.CANCEL, Mark.STOP}:
        return Label.OTHER if agrees else Label.NO
    if Mark.QUESTION in marks:
        return Label.QUESTION
    if Mark.MODIFY in marks:
        return Label.YES_BUT_CHANGE if agrees else Label.CHANGE
    return Label.OTHER


def _agreement(reading: Reading, *, changes: bool) -> Label:
    if changes or reading.conditional or reading.partial:
        return Label.YES_BUT_CHANGE
    doubted = reading.reported or reading.sarcastic or reading.echo or reading.collides
    return Label.YES if (reading.plain or reading.loose) and not doubted else Label.OTHER


def _args(case: Case) -> set[str]:
    return set(case.proposal.args) if case.proposal else set()


@dataclass(frozen=True, slots=True)
class Report:
    """Figures over judged rows."""

    tier: Tier
    judged: Sequence[Judged]

    def as_json(self) -> dict[str, Any]:
        """The figures; the keys are stable."""
        judged = self.judged
        clean = [each for each in judged if each.row.clean_yes]
        return {
            "tier": self.tier.name,
            **figures(judged),
            "yes_recall": _share(each.predicted is Label.YES for each in clean),
            "reask_rate": _share(not each.settles for each in clean),
            "by_label": _groups(judged, lambda each: (each.row.label,)),
            "by_hard": _groups(judged, lambda each: each.row.hard),
            "by_language": _groups(judged, lambda each: (each.row.language,)),
            "unsafe_examples": [_example(each) for each in judged if each.unsafe][:EXAMPLES],
            "spec_wins": [_example(each) for each in judged if each.spec_wins],
        }


def figures(judged: Sequence[Judged]) -> dict[str, Any]:
    """n, strict and lenient accuracy, and how many unsafe."""
    return {
        "n": len(judged),
        "strict": _share(each.predicted is each.row.label for each in judged),
        "lenient": _share(each.predicted in each.row.accept or each.spec_wins for each in judged),
        "unsafe_yes": sum(each.unsafe for each in judged),
    }


def _groups(judged: Iterable[Judged], keys: Callable[[Judged], Iterable[str]]) -> dict[str, Any]:
    groups: dict[str, list[Judged]] = {}
    for each in judged:
        for key in keys(each):
            groups.setdefault(str(key), []).append(each)
    return {
        key: {**figures(group), "predicted": dict(Counter(str(each.predicted) for each in group))}
        for key, group in sorted(groups.items())
    }


def _share(hits: Iterable[bool]) -> float | None:
    found = list(hits)
    return round(sum(found) / len(found), 4) if found else None


def as_line(each: Judged) -> dict[str, Any]:
    """What became of one row; the keys are stable."""
    return {
        "id": each.row.id,
        "predicted": str(each.predicted),
        "row": each.decision.row,
        "effect": str(each.decision.effect),
        "settles": each.settles,
        "unsafe": each.unsafe,
    }


def _example(each: Judged) -> dict[str, Any]:
    return {
        "id": each.row.id,
        "prompt": each.row.prompt,
        "reply": each.text,
        "label": str(each.row.label),
        "accept": [str(label) for label in each.row.accept],
        "predicted": str(each.predicted),
        "row": each.decision.row,
    }
