"""Situations of the gate by name; what it makes of each stands in gate_rows_said.txt."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.runtime.gate_cases import ASKED, POLICY, case, proposal
from wavoice.runtime.confirm import Case
from wavoice.runtime.model import SECOND, Binding, Form, Modality, PromptState, Proposal, ProposalState, Tier

TEXT, VOICE, OTHER, BUTTON = Modality.TEXT, Modality.VOICE, Modality.OTHER, Modality.BUTTON
SETTLING, COMMITTED = proposal(ProposalState.SETTLING), proposal(ProposalState.COMMITTED, settle_at=ASKED)
R1, R3 = proposal(tier=Tier.R1), proposal(tier=Tier.R3)
LIFETIME = POLICY.lifetime[Tier.R2] / SECOND
HELD = proposal(ProposalState.HELD, held_at=ASKED - 5 * SECOND)
APPROVED = proposal(
    ProposalState.SETTLING, evidence=replace(case("yes", after=5).evidence, message="wamid.YES")
)
R3_SETTLING = proposal(ProposalState.SETTLING, tier=Tier.R3)


def read(made: Case, **changes: Any) -> Case:
    """The case with another reading."""
    return replace(made, reading=replace(made.reading, **changes))


def shown(made: Case, **changes: Any) -> Case:
    """The case with other evidence."""
    return replace(made, evidence=replace(made.evidence, **changes))


def done(form: Form, words: str = "", open_one: Proposal | None = None, **changes: Any) -> Case:
    """Something done to a message."""
    made = replace(case(words, OTHER if form is Form.REVOKE else TEXT, open_one), **changes)
    binding = Binding.QUOTE if form in (Form.REACTION, Form.REACTION_REMOVED) else made.evidence.binding
    return shown(made, form=form, binding=binding)


def languages(made: Case) -> Case:
    decodes = made.evidence.decodes
    return shown(made, decodes=(decodes[0], replace(decodes[1], language="hi")))


def tap(words: str, open_one: Proposal | None = None) -> Case:
    return case(words, BUTTON, open_one, binding=Binding.BUTTON)


def other(made: Case, **changes: Any) -> Case:
    """The case with another reading of decode A."""
    assert made.other is not None
    return replace(made, other=replace(made.other, **changes))


def aside(made: Case) -> Case:
    """A job that only reads."""
    return replace(read(made, intent="track_order"), reads_only=True)


def first_worse(made: Case) -> Case:
    """Decode A below the floor, B above it."""
    first, second = made.evidence.decodes
    return shown(made, decodes=(replace(first, avg_logprob=-0.7), second))


def earlier(made: Case) -> Case:
    """Sent before the yes that runs."""
    return shown(made, event_at=ASKED)


CASES: dict[str, Case] = {
    "echo": read(case("yes"), echo=True),
    "reported": read(case("yes"), reported=True),
    "irony": read(case("yes"), sarcastic=True),
    "softened voice": read(case("yes", VOICE), softened=True),
    "softened typed": read(case("yes"), softened=True),
    "softened R1 voice": read(case("yes", VOICE, R1), softened=True),
    "softened weak": read(case("ok"), softened=True),
    "softened settling": read(case("yes", open_one=SETTLING), softened=True),
    "softened R3": read(case("yes", open_one=R3), softened=True),
    "option": read(case("hmm"), option=2),
    "option and yes": read(case("yes"), option=2),
    "more than asked": read(case("yes"), mentioned={"address": ("7 Park Lane",)}),
    "more than asked, another wish": read(case("yes"), mentioned={"address": ("x",)}, intent="track_order"),
    "another wish": read(case("yes"), intent="track_order"),
    "second yes": case("yes", open_one=SETTLING),
    "second yes, another wish": read(case("yes", open_one=SETTLING), intent="track_order"),
    "money, another wish": read(case("yes", open_one=R3), intent="track_order"),
    "money, code": shown(case("yes", open_one=R3), code_fits=True),
    "money, code, unread": shown(case("yes", open_one=R3, unread=1), code_fits=True),
    "money, code again": shown(case("yes", open_one=R3_SETTLING), code_fits=True),
    "money, code spoken": shown(case("yes", VOICE, R3), code_fits=True),
    "money, wrong code": shown(case("yes", open_one=R3), code_fits=False),
    "money, weak": case("ok", open_one=R3),
    "money, value": read(case("yes", open_one=R3), mentioned={"day": ("2026-11-27",)}),
    "money, words": case("yes", open_one=R3),
    "money, spoken words": case("yes", VOICE, R3),
    "weak": case("ok"),
    "weak R1": case("ok", open_one=R1),
    "weak quoting": case("ok", binding=Binding.QUOTE),
    "emoji": read(case("ok"), text="👍"),
    "emoji quoting": read(case("ok", binding=Binding.QUOTE), text="👍"),
    "emoji R1": read(case("ok", open_one=R1), text="👍"),
    "weak, quoting, spoken": case("ok", VOICE, binding=Binding.QUOTE),
    "other language": read(case("yes"), language="hi"),
    "other language quoting": read(case("yes", binding=Binding.QUOTE), language="hi"),
    "other language R1": read(case("yes", open_one=R1), language="hi"),
    "not reviewed": read(case("yes"), reviewed=False),
    "not reviewed R1": read(case("yes", open_one=R1), reviewed=False),
    "unread": case("yes", unread=1),
    "repeats the value": read(case("yes"), slots={"day": "2026-11-27"}, mentioned={"day": ("2026-11-27",)}),
    "typed": case("yes"),
    "spoken": case("yes", VOICE),
    "decodes in two languages": languages(case("yes", VOICE)),
    "one decode": replace(case("yes", VOICE), other=None),
    "expired, yes": case("yes", open_one=proposal(ProposalState.EXPIRED)),
    "expired, no": case("no", open_one=proposal(ProposalState.EXPIRED)),
    "expired, yes and no": case("yes no", open_one=proposal(ProposalState.EXPIRED)),
    "cancelled, yes": case("yes", open_one=proposal(ProposalState.CANCELLED)),
    "cancelled, no": case("no", open_one=proposal(ProposalState.CANCELLED)),
    "committed, yes": case("yes", open_one=COMMITTED),
    "committed, no": case("no", open_one=COMMITTED),
    "committed, late no": case("no", open_one=COMMITTED, after=POLICY.inactivity / SECOND),
    "committed, no in time": case("no", open_one=COMMITTED, after=POLICY.inactivity / SECOND - 1),
    "committed, late wait": case("wait", open_one=COMMITTED, after=7200),
    "committed, no settle time": case(
        "no", open_one=proposal(ProposalState.COMMITTED), after=POLICY.inactivity / SECOND - 1
    ),
    "thumb": done(Form.REACTION, "ok"),
    "thumb R1": done(Form.REACTION, "ok", R1),
    "thumb settling": done(Form.REACTION, "ok", SETTLING),
    "angry face while it runs": done(Form.REACTION, "\U0001f621", SETTLING),
    "heart while it runs": done(Form.REACTION, "\u2764\ufe0f", SETTLING),
    "face elsewhere while it runs": shown(done(Form.REACTION, "\U0001f621", SETTLING), binding=Binding.STALE),
    "thumb elsewhere": shown(done(Form.REACTION, "ok"), binding=Binding.STALE),
    "thumb, nothing open": done(Form.REACTION, "ok", COMMITTED),
    "heart": done(Form.REACTION, "hmm"),
    "thumb down": done(Form.REACTION, "no"),
    "thumb down elsewhere": shown(done(Form.REACTION, "no"), binding=Binding.STALE),
    "waiting hand": done(Form.REACTION, "wait"),
    "thumb down after": done(Form.REACTION, "no", COMMITTED),
    "thumb down, nothing": replace(done(Form.REACTION, "no"), proposal=None),
    "thumb gone": done(Form.REACTION_REMOVED),
    "thumb gone settling": done(Form.REACTION_REMOVED, open_one=SETTLING),
    "thumb gone elsewhere": shown(done(Form.REACTION_REMOVED), binding=Binding.STALE),
    "the yes gone": shown(
        done(Form.REACTION_REMOVED, open_one=SETTLING, retracts_yes=True), binding=Binding.STALE
    ),
    "thumb gone after": done(Form.REACTION_REMOVED, open_one=COMMITTED),
    "edited to no": done(Form.EDIT, "no", SETTLING, retracts_yes=True),
    "edited to another value": read(
        done(Form.EDIT, "no", SETTLING, retracts_yes=True), mentioned={"day": ("2026-11-28",)}
    ),
    "edited to wait": done(Form.EDIT, "wait", SETTLING, retracts_yes=True),
    "edited to yes": done(Form.EDIT, "yes", SETTLING, retracts_yes=True),
    "edited to nothing": done(Form.EDIT, "hmm", SETTLING, retracts_yes=True),
    "an edit is no yes": done(Form.EDIT, "yes"),
    "an edit is no yes after": done(Form.EDIT, "yes", COMMITTED),
    "an edit may veto": done(Form.EDIT, "no"),
    "unsent": done(Form.REVOKE),
    "the yes unsent": done(Form.REVOKE, open_one=SETTLING, retracts_yes=True),
    "the yes unsent in flight": done(
        Form.REVOKE, open_one=proposal(ProposalState.COMMITTING), retracts_yes=True
    ),
    "the yes unsent, unknown": done(Form.REVOKE, open_one=proposal(ProposalState.UNKNOWN), retracts_yes=True),
    "the yes unsent after": done(Form.REVOKE, open_one=COMMITTED, retracts_yes=True),
    "the yes unsent, cancelled": done(
        Form.REVOKE, open_one=proposal(ProposalState.CANCELLED), retracts_yes=True
    ),
    # --- filters
    "tap": tap("yes"),
    "tap again": tap("yes", SETTLING),
    "tap no": tap("no"),
    "two questions": replace(case("yes"), rivals=1),
    "two questions, quoted": replace(case("yes", binding=Binding.QUOTE), rivals=1),
    "two questions, no yes": replace(case("hmm"), rivals=1),
    "two questions, spoken": replace(case("yes", VOICE), rivals=1),
    "stale": case("yes", binding=Binding.STALE),
    "not asked yet": case("yes", open_one=proposal(prompted_at=None)),
    "never arrived": case("yes", open_one=proposal(prompt_state=PromptState.FAILED)),
    "at the last moment": case("yes", after=LIFETIME - 1e-6),
    "a moment too late": case("yes", after=LIFETIME),
    "a second too late": case("yes", after=LIFETIME + 1),
    "a minute ahead": shown(case("yes"), event_at=ASKED + 70 * SECOND),
    "more than a minute ahead": shown(case("yes"), event_at=ASKED + 70 * SECOND + 1),
    "ahead, and no yes": shown(case("hmm"), event_at=ASKED + 80 * SECOND),
    "begun before the question": case("yes", VOICE, after=1, seconds=2.5),
    "begun with the question": case("yes", VOICE, after=1, seconds=2),
    "an old time, damaged": shown(case("yes", after=3), event_at=ASKED - 8 * 24 * 3600 * SECOND),
    "a week old": shown(case("yes", after=3), event_at=ASKED + 3 * SECOND - 7 * 24 * 3600 * SECOND),
    "held, before it was put again": case("yes", open_one=HELD, after=-1),
    "held, long before": case("yes", open_one=HELD, after=-20),
    "forwarded": case("yes", forwarded=True),
    "forwarded, no yes": case("hmm", forwarded=True),
    "on its way": case("yes", open_one=proposal(prompt_state=PromptState.SENT)),
    "on its way R1": case("yes", open_one=proposal(tier=Tier.R1, prompt_state=PromptState.SENT)),
    "on its way, quoted": case(
        "yes", open_one=proposal(prompt_state=PromptState.SENT), binding=Binding.QUOTE
    ),
    "on its way, no yes": case("hmm", open_one=proposal(prompt_state=PromptState.SENT)),
    "not played": replace(case("yes"), voice_only=True),
    "played": replace(case("yes", open_one=proposal(prompt_state=PromptState.PLAYED)), voice_only=True),
    "no decodes": shown(case("yes", VOICE), decodes=()),
    "no words": case("", VOICE),
    "thirty seconds": case("yes", VOICE, seconds=30, after=40),
    "longer": case("yes", VOICE, seconds=30.5, after=40),
    "two voices": shown(case("yes", VOICE), background=True),
    "two voices, no yes": shown(case("hmm", VOICE), background=True),
    "poorly heard": case("yes", VOICE, logprob=-0.61),
    "just well enough": case("yes", VOICE, logprob=-0.6),
    "decode A poor": first_worse(case("yes", VOICE)),
    "lone yeah": case("yeah", VOICE, speech=0.8),
    "lone yeah, long": case("yeah", VOICE, speech=0.81),
    "near miss": case("yes now", VOICE),
    "near miss in A": case("yes", VOICE, other="yes now"),
    "another wish, spoken": read(case("hmm", VOICE), intent="track_order"),
    "another wish, poorly": read(case("hmm", VOICE, logprob=-0.9), intent="track_order"),
    "another value, poorly": read(case("hmm", VOICE, logprob=-0.61), mentioned={"day": ("2026-11-28",)}),
    "another value, just well enough": read(case("hmm", VOICE), mentioned={"day": ("2026-11-28",)}),
    "no with a value, poorly": read(case("no", VOICE, logprob=-0.9), mentioned={"day": ("2026-11-28",)}),
    "no that keeps, poorly": read(case("no", VOICE, logprob=-0.9), mentioned={"day": ("2026-11-26",)}),
    "A reported": other(case("yes", VOICE), reported=True),
    "A in irony": other(case("yes", VOICE), sarcastic=True),
    "A an echo": other(case("yes", VOICE), echo=True),
    "A on a condition": other(case("yes", VOICE), conditional=True),
    "A of a part": other(case("yes", VOICE), partial=True),
    "A asks": other(case("yes", VOICE), text="yes?"),
    "A for another job": other(case("yes", VOICE), intent="track_order"),
    "no speech to speak of": case("yes", VOICE, speech=0.04),
    "just enough speech": case("yes", VOICE, speech=0.05),
    "silence": case("yes", VOICE, no_speech=0.91),
    "almost silence": case("yes", VOICE, no_speech=0.9),
    "invented": case("thank you", VOICE, no_speech=0.61),
    # --- answers
    "question": case("how much is it?"),
    "question mark": case("yes?"),
    "other question mark": case("yes\u061f"),
    "question and another wish": read(case("what?"), intent="track_order"),
    "other value": read(case("hmm"), mentioned={"day": ("2026-11-28",)}),
    "yes, other value": read(case("yes"), mentioned={"day": ("2026-11-28",)}),
    "other value in A": other(case("yes", VOICE), mentioned={"day": ("2026-11-28",)}),
    "request again": read(case("hmm"), intent="reschedule_delivery"),
    "another wish alone": read(case("hmm"), intent="track_order"),
    "aside while it runs": aside(read(case("hmm", open_one=SETTLING), asks_only=True)),
    "aside and a value": aside(
        read(case("hmm", open_one=SETTLING), asks_only=True, mentioned={"day": ("2026-11-28",)})
    ),
    "aside, more said": aside(case("hmm", open_one=SETTLING)),
    "aside, spoken": aside(other(read(case("hmm", VOICE, SETTLING), asks_only=True), intent="track_order")),
    "aside, both": aside(
        other(read(case("hmm", VOICE, SETTLING), asks_only=True), intent="track_order", asks_only=True)
    ),
    "aside, money": aside(read(case("hmm", open_one=R3), asks_only=True)),
    "yes and where": aside(read(case("yes"), yes_first=True)),
    "yes and where, settling": aside(read(case("yes", open_one=SETTLING), yes_first=True)),
    "yes and where, value": aside(read(case("yes"), yes_first=True, mentioned={"day": ("2026-11-28",)})),
    "yes and where, condition": aside(read(case("yes"), yes_first=True, conditional=True)),
    "yes and where, part": aside(read(case("yes"), yes_first=True, partial=True)),
    "yes and where, hindi": aside(read(case("yes"), yes_first=True, language="hi")),
    "yes and a write": read(case("yes"), yes_first=True, intent="change_address"),
    "yes and where, spoken": aside(
        other(read(case("yes", VOICE), yes_first=True), yes_first=True, intent="track_order")
    ),
    "not plain": read(case("yes"), plain=False),
    "taken back": case("no wait, yes"),
    "taken back, money": case("no wait, yes", open_one=R3),
    "taken back, hindi": read(case("no wait, yes"), language="hi"),
    "weak while it runs": case("fine", open_one=SETTLING),
    "thanks while it runs": case("thanks", open_one=SETTLING),
    "praise after a hold": case("perfect", open_one=HELD, after=20),
    "yes after a hold": case("yes", open_one=HELD, after=20),
    "praise after an aside": case("perfect", open_one=proposal(reminded=True)),
    "yes after an aside": case("yes", open_one=proposal(reminded=True)),
    # --- vetoes
    "no": case("no"),
    "wait": case("wait"),
    "wait in A": case("no", VOICE, other="wait"),
    "veto in A alone": case("yes", VOICE, other="no"),
    "change it": case("change it"),
    "yes but change it": case("yes change it"),
    "yes and no": case("yes no"),
    "yes, wait": case("yes wait"),
    "wait, yes, spoken": case("wait yes", VOICE),
    "no, other value": read(case("no"), mentioned={"day": ("2026-11-28",)}),
    "no, what is": read(case("no"), mentioned={"day": ("2026-11-26",)}),
    "change, yes, other value": read(case("yes change it"), mentioned={"day": ("2026-11-28",)}),
    "no, another wish": read(case("no"), intent="track_order"),
    "condition": read(case("yes"), conditional=True, plain=False),
    "condition, stale": read(case("yes", binding=Binding.STALE), conditional=True),
    "part": read(case("yes"), partial=True, plain=False),
    "change on a condition": read(case("change it"), conditional=True),
    "change and ask": read(case("change it"), text="change it?"),
    "yes, change and ask": read(case("yes change it"), text="yes, change it?"),
    "foreign no among words": read(case("no"), language="hi", plain=False),
    "foreign no": read(case("no"), language="hi"),
    "collides": read(case("yes"), collides=True),
    "collides in A": other(case("yes", VOICE), collides=True),
    "veto sent before the yes": earlier(case("no", open_one=APPROVED)),
    "veto sent after the yes": case("no", open_one=APPROVED),
    "sticker": case("", OTHER),
    "sticker while it runs": case("", OTHER, SETTLING),
    "caption while it runs": case("my cat", OTHER, SETTLING),
    # --- before
    "somebody else": shown(case("yes"), contact="c_2"),
    "staff": shown(case("yes"), form=Form.ECHO),
    "used before": case("yes", open_one=APPROVED, message="wamid.YES"),
    "opt out": read(case("hmm"), intent="opt_out"),
    "bare stop": read(case("hmm"), intent="bare_stop"),
    "bare cancel": read(case("hmm"), intent="bare_cancel"),
    "bare stop, nothing open": read(case("hmm", open_one=COMMITTED), intent="bare_stop"),
    "a person": read(case("hmm"), intent="human"),
    "distress": read(case("hmm"), intent="distress"),
    "a person has it": replace(case("yes"), handed_off=True),
    "a person has it, no": replace(case("no"), handed_off=True),
    "a person has it, START": replace(read(case("hmm"), intent="opt_in"), handed_off=True),
    "a person has it, a person": replace(read(case("hmm"), intent="human"), handed_off=True),
    "another identity": shown(case("yes", open_one=proposal(identity="key 1")), identity="key 2"),
    "another identity R3": shown(
        case("yes", open_one=proposal(identity="key 1", tier=Tier.R3)), identity="key 2"
    ),
    "the same identity": shown(case("yes", open_one=proposal(identity="key 1")), identity="key 1"),
    "card": replace(case("yes"), card=True),
    "card and no": replace(case("no"), card=True),
    "card and no after": replace(case("no", open_one=COMMITTED), card=True),
    "unreadable": replace(case("yes", VOICE), unreadable=True),
    "over the budget": replace(case("", VOICE, SETTLING), unreadable=True, over_budget=True),
    "being written, no": case("no", open_one=proposal(ProposalState.COMMITTING)),
    "being written, yes": case("yes", open_one=proposal(ProposalState.COMMITTING)),
    "unknown, no": case("no", open_one=proposal(ProposalState.UNKNOWN)),
    "being written, aside": aside(case("hmm", open_one=proposal(ProposalState.COMMITTING))),
    "nobody asked": case("yes", nothing=True),
    "nobody asked, a request": read(case("hmm", nothing=True), intent="track_order"),
    "nobody asked, words": case("hello there", nothing=True),
    "nobody asked, sticker": case("", OTHER, nothing=True),
    "no sense": case("the blue one"),
}
