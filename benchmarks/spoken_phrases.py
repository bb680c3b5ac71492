"""What is said in the spoken set, all of it in answer to one question."""

from __future__ import annotations

YES = (
    "Yes.", "Yes, please.", "Yeah.", "Yep, go ahead.", "Yes, go ahead.", "Yes, do it.",
    "Sure, go ahead.", "That's correct.", "Yes, that's right.", "Yes, Friday is fine.", "Go ahead, please.",
    "Please do.", "Correct.", "Yes, confirm it.", "I confirm.", "Yes, please move it.",
    "Absolutely.", "Of course, go ahead.", "Yes, that works for me.", "Yes, that's fine.", "Yes, yes.",
    "Yes, Friday please.", "Um, yes.", "Uh, yeah, go ahead.", "Okay, yes, do it.", "Yes, thank you.",
    "Definitely.", "Exactly.", "Sounds good, yes.", "Yes, I agree.", "Perfect, go ahead.",
    "Yep.", "Yes, that is correct.", "Yes, move it to Friday.", "By all means.", "Yes, the twenty-seventh.",
)  # fmt: skip
"""Plain yeses."""

NO = (
    "No.", "No, don't.", "No, thanks.", "Nope.", "No, leave it.", "Don't do that.",
    "No, please don't move it.", "Nah.", "No, that's wrong.",
)  # fmt: skip
WAIT = (
    "Wait.", "No, wait.", "Hold on.", "Actually, no.", "Stop.", "Never mind.", "Scratch that.",
    "Yes. No, wait.", "Yes, go ahead. [pause] No, wait, don't.", "Yes. Actually no, stop.",
    "Yes, move it. No, wait, don't move it.", "Yeah, no.", "Yes, wait, hold on.", "Go ahead. Sorry, no.",
    "Yes, hang on a second.", "Yes. [pause] Actually, no.",
)  # fmt: skip
"""Retractions, and a yes that one follows."""
NEAR = (
    "No way.", "Now.", "I know.", "Not yet.", "I don't know.", "Not now.", "Not sure.", "Yes, I know.",
    "I guess so.", "Jess, are you there?", "Less.", "Yet.",
)  # fmt: skip
"""Sounds like a yes or a no, and is not the yes."""
QUESTION = (
    "What day is that?", "Is it Friday?", "How much does it cost?", "Yes, but how much is it?",
    "Are you sure?", "Which order?", "Can it come in the morning?",
)  # fmt: skip
CHANGE = (
    "Saturday.", "Make it Saturday.", "Yes, but on Saturday.", "Yes, Saturday please.",
    "Thursday instead.", "Yes, Friday. Saturday.", "Yes, if it's free.", "Yes, unless it costs extra.",
)  # fmt: skip
OTHER = (
    "My wife said yes.", "Maybe.", "Yeah, right.", "I'm driving right now, call you back.",
    "Mum, where are the keys?", "One coffee, please.", "Hello, can you hear me?", "Thank you.",
    "Yesterday it was raining.",
)  # fmt: skip

SAID = {
    "yes": YES,
    "no": NO,
    "wait": WAIT,
    "near": NEAR,
    "question": QUESTION,
    "change": CHANGE,
    "other": OTHER,
}
"""Phrases by group; what is no yes has its group's name as its label, but for `near` (`LABELS`)."""
LABELS = {"near": "other", "silence": "other"}

BACKGROUND = (
    "The tomatoes were much cheaper at the other stall last week.",
    "My sister takes the early train and still comes home after dark.",
    "They painted the whole kitchen green and nobody told the landlord.",
    "We could meet near the fountain when the match is over.",
)
"""What the people behind the speaker say."""
