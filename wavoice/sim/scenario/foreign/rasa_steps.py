"""Steps and assertions of Rasa's end-to-end tests, as steps and expectations of ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from wavoice.sim.scenario.foreign.actions import Actions
from wavoice.sim.scenario.foreign.drafts import CaseDraft, StepDraft
from wavoice.sim.scenario.foreign.patterns import Words, plain_words
from wavoice.sim.scenario.foreign.source import Item

_USER = ("user", "metadata", "assertions", "assertion_order_enabled")
_STEPS = (*_USER, "bot", "utter", "slot_was_set", "slot_was_not_set", "commands")
_UTTERED = ("utter_name", "text_matches", "buttons")
_NAMED = "it names a response of the domain, and the words are not in this file"
_SLOT = "slots are Rasa's own: what was understood shows in `expect.proposal` here"
_FLOW = "flows are Rasa's own: what was understood shows in `expect.proposal` here"
_JUDGED = "only a model can judge it"
_PATTERN = "it is a regular expression, and only words are looked for here"
_LOST = {
    "flow_started": _FLOW,
    "flow_completed": "a flow also ends without a write: say what is written in `then.writes`",
    "pattern_clarification_contains": _FLOW,
    "slot_was_set": _SLOT,
    "slot_was_not_set": _SLOT,
    "generative_response_is_relevant": _JUDGED,
    "generative_response_is_grounded": _JUDGED,
    "commands": "commands are Rasa's own: what was understood shows in `expect.acts` here",
    "utter": _NAMED,
}
_ASSERTIONS = (*_LOST, "action_executed", "flow_cancelled", "bot_uttered", "bot_did_not_utter")


@dataclass(slots=True)
class RasaCase:
    """One test case under way."""

    case: CaseDraft
    actions: Actions
    step: StepDraft | None = None
    """What the customer said last."""
    titles: dict[str, str] = field(default_factory=dict)
    """Buttons that the test knows, by what a tap on one sends."""
    asserts: bool = False
    """True if the case has assertions: then Rasa looks at no other expectation."""

    def steps(self, items: Sequence[Item]) -> None:
        """Carry all steps over."""
        self.asserts = any(item.has("assertions") for item in items)
        for item in items:
            if not item.knows(*_STEPS):
                continue
            if item.has("user"):
                item.knows(*_USER)
                self._user(item)
            else:
                self._expected(item)

    def _refuse(self, item: Item, what: str, reason: str) -> None:
        self.case.refuse(item, what, reason, self.step)

    def _user(self, item: Item) -> None:
        said = (item.text("user", needed=item.data["user"] != "") or "").strip()
        payload = said.startswith("/")
        if not said or (payload and said not in self.titles):
            self.step = None
            what, reason = "an empty line", "a customer cannot send an empty message"
            if payload:
                what, reason = said, "it is what a button sends, and no button of the test sends it"
            self._refuse(item, what, reason)
        else:
            self.step = StepDraft("button", self.titles[said]) if payload else StepDraft("text", said)
            self.case.steps.append(self.step)
        if item.text("metadata") is not None:
            reason = "a message here carries what WhatsApp puts into it, and nothing else"
            self._refuse(item.at("metadata"), "metadata", reason)
        if item.flag("assertion_order_enabled"):
            self._refuse(
                item.at("assertion_order_enabled"), "assertion_order_enabled", "kinds are checked in no order"
            )
        for assertion in item.items("assertions"):
            if assertion.knows(*_ASSERTIONS):
                for kind in assertion.data:
                    self._assertion(kind, assertion.at(kind))

    def _expected(self, item: Item) -> None:
        """A step that only expects something."""
        kinds = [key for key in _STEPS if item.has(key)]
        if not kinds:
            item.wrong("a step should have a user, bot, utter, slot_was_set or slot_was_not_set")
        for kind in kinds:
            value = item.at(kind)
            if kind in _USER:
                value.wrong(f"{kind} belongs to a step with a user")
            elif self.asserts:
                self._refuse(value, _label(kind, value), "Rasa passes over it in a case that has assertions")
            elif kind != "bot":
                self._refuse(value, _label(kind, value), _LOST[kind])
            elif self.step is None:
                self._refuse(value, _label(kind, value), "a bot here speaks only when a customer has written")
            elif text := item.text("bot", needed=True):
                self.step.replied = True
                self.step.contains.append(" ".join(text.split()))

    def _assertion(self, kind: str, value: Item) -> None:
        if kind in _LOST:
            self._refuse(value, _label(kind, value), _LOST[kind])
        elif self.step is None:
            self._refuse(value, _label(kind, value), "the line that it belongs to is not carried over")
        elif kind == "action_executed":
            self._executed(value)
        elif kind == "flow_cancelled":
            self._cancelled(value, self.step)
        elif value.knows(*_UTTERED):
            if not any(value.at(key).data for key in _UTTERED):
                value.wrong(f"{kind} needs one of {', '.join(_UTTERED)}")
            if value.text("utter_name") is not None:
                self._refuse(value.at("utter_name"), f"{kind} {value.data['utter_name']}", _NAMED)
            if kind == "bot_uttered":
                self._uttered(value, self.step)
            else:
                self._not_uttered(value, self.step)

    def _executed(self, value: Item) -> None:
        if not isinstance(value.data, str) or not value.data:
            value.wrong("action_executed should be the name of an action")
            return
        reason = _NAMED if value.data.startswith("utter_") else self.actions.why_no_write(value.data)
        if reason is not None:
            self._refuse(value, f"action_executed {value.data}", reason)
            return
        self.case.writes.append({"action": self.actions.action(value.data) or ""})

    def _cancelled(self, value: Item, step: StepDraft) -> None:
        if not value.knows("flow_id", "flow_step_id"):
            return
        flow = value.text("flow_id", needed=True) or ""
        if value.has("flow_step_id"):
            self._refuse(value.at("flow_step_id"), "flow_step_id", _FLOW)
        reason = self.actions.why_no_write(flow)
        if reason is not None:
            self._refuse(value, f"flow_cancelled {flow}", reason)
            return
        step.proposal = {"state": "cancelled", "action": self.actions.action(flow) or ""}
        step.events.append("cancelled")

    def _uttered(self, value: Item, step: StepDraft) -> None:
        pattern = value.text("text_matches")
        words = None if pattern is None else self._words(value, pattern)
        if words is not None:
            step.replied = True
            step.contains.extend(words.pieces)
            if not words.exact:
                reason = "kept as words: their order and what stands between them is not compared"
                self._refuse(value.at("text_matches"), f"text_matches {pattern}", reason)
        buttons = value.items("buttons")
        titles = [title for one in buttons if (title := self._button(one)) is not None]
        if titles:
            step.replied = True
            step.buttons = titles
            if any(one.has("payload") for one in buttons):
                self._refuse(
                    value.at("buttons"), "payloads", "kept as titles: what a tap sends is not compared"
                )

    def _not_uttered(self, value: Item, step: StepDraft) -> None:
        pattern = value.text("text_matches")
        words = None if pattern is None else self._words(value, pattern)
        if words is not None and words.exact:
            step.replied = True
            step.excludes.extend(words.pieces)
        elif words is not None:
            self._refuse(value.at("text_matches"), f"text_matches {pattern}", _PATTERN)
        if value.items("buttons"):
            reason = "buttons are expected as they are, not as they are not"
            self._refuse(value.at("buttons"), "bot_did_not_utter buttons", reason)

    def _words(self, value: Item, pattern: str) -> Words | None:
        words = plain_words(pattern)
        if words is None:
            self._refuse(value.at("text_matches"), f"text_matches {pattern}", _PATTERN)
        return words

    def _button(self, item: Item) -> str | None:
        if not item.knows("title", "payload"):
            return None
        title, payload = item.text("title", needed=True), item.text("payload")
        if title is not None and payload is not None:
            self.titles[payload.strip()] = title
        return title


def _label(kind: str, value: Item) -> str:
    """The assertion in a few words."""
    data = value.data
    if isinstance(data, dict):
        data = data.get("flow_id") or data.get("flow_ids")
    if isinstance(data, list):
        data = ", ".join(_name(one) for one in data)
    return f"{kind} {data}" if isinstance(data, str) else kind


def _name(one: object) -> str:
    if isinstance(one, dict):
        return str(one["name"]) if "name" in one else ", ".join(str(key) for key in one)
    return str(one)
