"""What was heard or read in each turn, how sure that is, and what was made of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from typing import Literal

from wavoice.runtime import journal
from wavoice.runtime.journal import DecodeFigures, Event
from wavoice.runtime.model import Form, Micros
from wavoice.runtime.redact import REMOVED

Pass = Literal["both", "first", "then"]
"""Which of two passes heard a word."""


@dataclass(frozen=True, slots=True)
class Mishap:
    """What went wrong and was survived."""

    stage: str
    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """One message as the bot took it in."""

    turn: str
    at: Micros
    contact: str
    message: str = ""
    modality: str = ""
    form: str = "message"
    """A `Form`."""
    text: str = ""
    """What was heard or typed; for a tap the title of its button."""
    redacted: bool = False
    """Words were removed, or may not be kept."""
    note: bool = False
    """It was a voice note that was transcribed."""
    speech_seconds: float = 0.0
    note_seconds: float = 0.0
    decodes: tuple[DecodeFigures, ...] = ()
    """First the pass that a yes must stand in, then the transcript."""
    language_p: float | None = None
    first_heard: str | None = None
    """What was made of it before it was heard once more in another language."""
    media: journal.MediaKept | None = None
    read: bool = False
    """It was interpreted: what follows means something."""
    acts: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    intent: str | None = None
    slots: Mapping[str, str] = field(default_factory=dict)
    decided_by: str = ""
    """Who found the intent; how surely, and what else it may have been, where that was guessed."""
    row: str = ""
    """Row of the decision table."""
    effect: str = ""
    reason: str = ""
    trouble: tuple[Mishap, ...] = ()


class Readings:
    """Folds the journal of one contact into what was heard, newest last."""

    def __init__(self) -> None:
        self._heard: dict[str, Heard] = {}

    @property
    def views(self) -> tuple[Heard, ...]:
        """One a message that arrived."""
        return tuple(self._heard.values())

    def of(self, turn: str) -> Heard | None:
        """What was heard in that turn, if a message began it."""
        return self._heard.get(turn)

    def take(self, event: Event) -> None:
        """Take the next event of this contact."""
        body, turn = event.body, event.where.turn
        if isinstance(body, journal.Received):
            modality = str(event.where.modality or "")
            self._heard.setdefault(
                turn, Heard(turn, event.at, event.where.contact, body.message, modality, str(body.form))
            )
            return
        before = self._heard.get(turn)
        if before is None:
            return
        self._heard[turn] = _after(before, body)


def _after(before: Heard, body: object) -> Heard:
    match body:
        case journal.Typed(text=text):
            gone = not text and before.form in (Form.MESSAGE, Form.EDIT)
            return replace(before, text=text, redacted=gone or REMOVED in text)
        case journal.MediaKept():
            return replace(before, media=body)
        case journal.HeardNote():
            return _heard(before, body)
        case journal.Read():
            return replace(
                before,
                read=True,
                acts=tuple(map(str, body.acts)),
                marks=tuple(map(str, body.marks)),
                intent=body.intent,
                slots=dict(body.slots),
                decided_by=_decided_by(body),
            )
        case journal.Decided() if not before.row:  # a later one is that of the commit
            return replace(before, row=body.row, effect=str(body.effect), reason=body.reason)
        case journal.Trouble(stage=stage, code=code, detail=detail):
            return replace(before, trouble=(*before.trouble, Mishap(stage, code, detail)))
        case journal.Redacted() if REMOVED not in before.text:
            return replace(before, text="", redacted=True, decodes=tuple(map(_wordless, before.decodes)))
    return before


def _decided_by(body: journal.Read) -> str:
    if not body.likely:
        return body.decided_by
    return f"{body.decided_by}: {', '.join(f'{name} {share:.2f}' for name, share in body.likely.items())}"


def _heard(before: Heard, body: journal.HeardNote) -> Heard:
    return replace(
        before,
        note=True,
        text=body.text,
        redacted=REMOVED in body.text or (not body.text and body.speech_seconds > 0),
        first_heard=before.text if before.note else None,
        speech_seconds=body.speech_seconds,
        note_seconds=body.note_seconds,
        decodes=body.decodes,
        language_p=body.language_p,
    )


def by_word(decode: DecodeFigures) -> tuple[tuple[str, float], ...]:
    """Words with how sure they are: a recogniser tells of pieces, and a word is as sure as its least one."""
    words: list[tuple[str, float]] = []
    for piece, p in decode.words:
        if words and not piece[:1].isspace():
            before, least = words[-1]
            words[-1] = (before + piece, min(least, p))
        else:
            words.append((piece.strip(), p))
    return tuple((word, p) for word, p in words if word)


def side_by_side(first: DecodeFigures, then: DecodeFigures) -> tuple[tuple[str, Pass], ...]:
    """The words of two passes over one note in their order, each with who has heard it."""
    one, two = first.text.split(), then.text.split()
    told: list[tuple[str, Pass]] = []
    alike = SequenceMatcher(a=[*map(_bare, one)], b=[*map(_bare, two)], autojunk=False)
    for same, begin, end, start, stop in alike.get_opcodes():
        if same == "equal":
            told += [(word, "both") for word in two[start:stop]]
        else:
            told += [(word, "first") for word in one[begin:end]]
            told += [(word, "then") for word in two[start:stop]]
    return tuple(told)


def _bare(word: str) -> str:
    """The word without its marks, which passes set as they like."""
    return "".join(each for each in word.casefold() if each.isalnum()) or word


def _wordless(decode: DecodeFigures) -> DecodeFigures:
    return replace(decode, text="", words=())
