"""What was heard, how sure each word is, and what was made of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo

from rich.style import Style
from rich.text import Text

from wavoice.cli.tui.panes.ink import (
    BAD,
    DIM,
    DOUBT,
    GOOD,
    NOTE,
    SAID,
    STRONG,
    Part,
    clock,
    field,
    joined,
    line,
    named,
)
from wavoice.runtime.journal import DecodeFigures
from wavoice.runtime.policy import Policy
from wavoice.sim.chat.views.heard import Heard, Pass, by_word, side_by_side

_NONE = "Nothing was said yet."
_PASSES = {"negative": "for a yes", "none": "transcript", "words": "with names"}
_SURE, _FAIR = 0.8, 0.5
_WHERE: Mapping[Pass, tuple[Style, str]] = {
    "both": (GOOD, "✓✓"),
    "first": (BAD, "for a yes only"),
    "then": (DOUBT, "transcript only"),
}
"""How a word stands there, and what is said of it, by the passes that heard it."""
_FORMS = {
    "reaction": "a reaction",
    "reaction_removed": "a reaction taken back",
    "edit": "an edited message",
    "revoke": "a message unsent",
    "echo": "staff wrote",
    "offer": "an offer of the shop",
    "identity": "another number or key",
}


def heard(_width: int, view: Heard | None, policy: Policy, zone: tzinfo) -> Iterator[Text]:
    """The lines of the pane."""
    if view is None:
        yield line((_NONE, DIM))
        return
    yield line((_what(view), STRONG), (f"  {clock(view.at, zone)}", DIM))
    yield line((_words(view), SAID if view.text else DIM))
    if view.first_heard is not None:
        yield field("first", (f"“{view.first_heard}”, then once more", DIM))
    for decode in view.decodes:
        yield from _decode(decode, policy)
    yield from _in_both(view.decodes)
    if view.note:
        yield field("speech", f"{view.speech_seconds:.1f} s of {view.note_seconds:.1f} s")
    if view.language_p is not None:
        yield field("language", f"{view.decodes[-1].language if view.decodes else ''} {view.language_p:.2f}")
    yield from _meaning(view)
    for one in view.trouble:
        yield field("trouble", (joined((one.stage, one.code, one.detail)), BAD))


def _what(view: Heard) -> str:
    if view.form in _FORMS:
        return _FORMS[view.form]
    return {"voice": "voice note", "button": "button"}.get(view.modality, view.modality or "message")


def _words(view: Heard) -> str:
    if view.text:
        return f"“{view.text}”" + (" (in part removed)" if view.redacted else "")
    if view.redacted:
        return "(words removed, or not kept)"
    if view.note:
        return "(no speech)"
    return "(not heard)" if view.modality == "voice" else "(no words)"


def _decode(decode: DecodeFigures, policy: Policy) -> Iterator[Text]:
    figures: list[Part] = [(_PASSES.get(decode.prompt, decode.prompt), NOTE), f"  beam {decode.beam}"]
    if decode.measured:
        low = decode.avg_logprob < policy.min_avg_logprob
        silent = decode.no_speech > policy.max_no_speech
        figures += [
            ("  logprob ", DIM),
            (f"{decode.avg_logprob:.2f}", BAD if low else GOOD),
            (f" (floor {policy.min_avg_logprob:.2f})", DIM),
            ("  no speech ", DIM),
            (f"{decode.no_speech:.2f}", BAD if silent else GOOD),
        ]
    else:
        figures.append(("  no figures: a voice yes is asked again", DOUBT))
    yield field("pass", *figures, (f"  {decode.model} {decode.language}", DIM))
    if decode.words:
        yield field("", *_by_word(decode))
    elif decode.text:
        least = "" if decode.min_word_p is None else f"  least sure word {decode.min_word_p:.2f}"
        yield field("", (f"“{decode.text}”", SAID), (least, DIM))


def _in_both(decodes: Sequence[DecodeFigures]) -> Iterator[Text]:
    """While a yes is awaited no pass tells how sure its words are: what counts is that both heard them."""
    if len(decodes) < 2 or any(one.words for one in decodes):
        return
    if words := side_by_side(decodes[0], decodes[1]):
        yield field("by word", *(part for word, where in words for part in _heard_by(word, where)))


def _heard_by(word: str, where: Pass) -> Iterator[Part]:
    style, told = _WHERE[where]
    yield word, style
    yield f" {told}  ", DIM


def _by_word(decode: DecodeFigures) -> Iterator[Part]:
    """Each word with its probability, so that it is told without colours as well."""
    for word, p in by_word(decode):
        yield word, _sure(p)
        yield f" {p:.2f}  ", DIM


def _sure(p: float) -> Style:
    return GOOD if p >= _SURE else DOUBT if p >= _FAIR else BAD


def _meaning(view: Heard) -> Iterator[Text]:
    if view.read:
        yield field("acts", " → ".join(view.acts) or "none", (f"  marks {' '.join(view.marks) or '-'}", DIM))
        yield field(
            "intent",
            (view.intent or "none", STRONG),
            f"  {named(view.slots.items())}",
            (f"  by {view.decided_by}", DIM),
        )
    if view.effect:
        yield field("decided", (f"row {view.row or '-'} ", DIM), (view.effect, STRONG), f"  {view.reason}")
