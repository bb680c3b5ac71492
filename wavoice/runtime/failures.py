"""What follows when a customer is not understood twice in a row: buttons, and then a person. Pure.

While a question is open the question itself counts its unclear answers (`Proposal.attempts`); this is for
everything else. A message that was understood, or a tap, begins the count anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from wavoice.runtime import journal
from wavoice.runtime.courtesy import Courtesy, courtesy_of
from wavoice.runtime.errors import OverBudgetError, UnsupportedLanguageError
from wavoice.runtime.model import Button, HandOff, Modality, Tier
from wavoice.runtime.replies import english
from wavoice.runtime.replies.others import ENGLISH, Words, words_in
from wavoice.runtime.steps import Scene, Step

CHOICE = "ask"
"""Of a button that asks for something: `ask:track_order`. It answers no question and approves nothing."""
HUMAN = "human"
OUTSIDE = "out_of_scope"
"""What readers call a wish that is none of the jobs."""
SURELY = 0.9
SENTENCE = 4
"""Words; what is shorter is a greeting, or half of something."""
_TITLES: Mapping[str, str] = {
    "track_order": english.WHERE_IS_IT,
    "reschedule_delivery": english.MOVE_IT,
    HUMAN: english.A_PERSON,
}
"""As many as WhatsApp takes: three."""


def with_failures(step: Step, scene: Scene) -> Step:
    """The step as it stands once it is known how often in a row nothing was understood."""
    if not step.failed:
        return step
    failed, most = scene.conversation.failures + 1, scene.policy.max_attempts
    if failed < most or step.hand_off is not None:
        return step
    if failed == most:
        return replace(step, text=f"{step.text} {english.CHOOSE}", choices=_choices(scene))
    handed = journal.HandedOff(reason=HandOff.NOT_UNDERSTOOD)
    events = (*step.events, handed)
    return Step(text=english.HANDED_OFF, failed=True, hand_off=HandOff.NOT_UNDERSTOOD, events=events)


def _choices(scene: Scene) -> tuple[str, ...]:
    """What can be tapped here: a person, and what this bot does."""
    return tuple(name for name in _TITLES if name == HUMAN or scene.jobs.offered(name) is not None)


def buttons(step: Step) -> tuple[Button, ...]:
    """What the step offers to tap."""
    return tuple(Button(f"{CHOICE}:{choice}", _TITLES[choice]) for choice in step.choices)


def chosen(button: str) -> str | None:
    """The job, or `human`, that a tapped button asks for; None for any other button."""
    kind, _, choice = button.partition(":")
    return choice if kind == CHOICE and choice in _TITLES else None


def not_heard(scene: Scene) -> tuple[str, Words, str] | None:
    """Why the note was not listened to, with the language in which it is said and its words.

    None if it was, or if what was wrong is said in English.
    """
    language, words, said_in = _tongue(scene)
    if scene.trouble == OverBudgetError.code:
        return said_in, words, words.listened_enough
    if scene.trouble == UnsupportedLanguageError.code:
        told = english.cannot_listen_to(language) if words is ENGLISH else words.cannot_listen
        return said_in, words, told
    return None


def not_caught(scene: Scene, rest: str) -> Step:
    """What was said was not understood: said in the language that it was said in, with what may help."""
    _, words, said_in = _tongue(scene)
    return Step(
        text=f"{words.not_caught} {rest}",
        language=said_in,
        asking=scene.conversation.asking,
        failed=True,
    )


def is_none_of_mine(scene: Scene) -> bool:
    """A whole sentence that surely asks for what is no job here, in a language that this can be said in."""
    reading, (_, words, _) = scene.case.reading, _tongue(scene)
    likely = dict(reading.likely[:1])
    sentence = len(reading.text.split()) >= SENTENCE
    return words is ENGLISH and sentence and likely.get(OUTSIDE, 0.0) >= SURELY


def none_of_mine(scene: Scene) -> Step:
    """Said plainly, with the way to a person and what this bot does."""
    text = f"{english.NOT_OFFERED} {scene.jobs.help}"
    return Step(text=text, asking=scene.conversation.asking, failed=True)


_COURTESIES: Mapping[Courtesy, str] = {
    Courtesy.GREETING: english.GREETED,
    Courtesy.THANKS: english.THANKED,
    Courtesy.FAREWELL: english.FAREWELL,
    Courtesy.COMPLAINT: english.COMPLAINED,
    Courtesy.ABUSE: english.ABUSED,
}


def small_talk(scene: Scene) -> Step | None:
    """What asks for nothing, where nothing is asked: answered in a sentence, and no failure to understand.

    Who only swears is counted like who is not understood, so that a person is there after a while.
    """
    reading, heard = scene.case.reading, scene.trouble is None and not scene.case.unreadable
    words = scene.case.evidence.modality is not Modality.OTHER and not scene.case.evidence.forwarded
    if reading.intent is not None or scene.conversation.asking is not None or not (heard and words):
        return None
    kind = courtesy_of(reading.text)
    if kind is None:
        return None
    text = f"{_COURTESIES[kind]} {scene.jobs.help}" if kind is Courtesy.GREETING else _COURTESIES[kind]
    return Step(text=text, failed=kind is Courtesy.ABUSE)


def which_is_meant(scene: Scene, name: str) -> Step | None:
    """Readers disagree about what writes and costs something: the customer says what is meant."""
    rival, meant = scene.jobs.offered(scene.case.reading.rival), scene.jobs.offered(name)
    if rival is None or meant is None or meant.tier not in (Tier.R2, Tier.R3):
        return None
    if not (rival.can and meant.can):
        return None
    return Step(text=english.which_job(meant.can, rival.can), asking=scene.conversation.asking)


def _tongue(scene: Scene) -> tuple[str, Words, str]:
    """The language of what was said, the words that there are for it, and the language of these."""
    language = scene.tongue or scene.conversation.language
    words = words_in(language)
    return language, words, "en" if words is ENGLISH else language
