"""Every error of a scenario file says file and line and what would be right; words stay what they are."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.sim.scenario.scripts import FILE, line_of, load, text
from wavoice.runtime.errors import ScenarioError
from wavoice.runtime.model import SECOND
from wavoice.sim.scenario.load import load_cases

SAY = "- text: hello"


def problems(whole: str) -> Sequence[tuple[int | None, str]]:
    """What the loader says of the file."""
    with pytest.raises(ScenarioError) as caught:
        load_cases(FILE, whole)
    for line, said in caught.value.problems:
        assert f"{FILE}:{line}: {said}" in str(caught.value)
    return caught.value.problems


def swept(around: str) -> str:
    return text(SAY, rest=f"sweep: {{around: {around}}}")


@pytest.mark.parametrize(
    ("whole", "wrong", "right"),
    [
        (text(SAY, rest="abuot: x"), "abuot", "about"),
        (text(SAY, rest="matrx: {}"), "matrx", "matrix"),
        (text(SAY, "zome: UTC"), "zome", "zone"),
        (text(SAY, "world:\n  ordres: {}"), "ordres", "orders"),
        (text(SAY, "world:\n  orders:\n    '1':\n      dya: Friday"), "dya", "day"),
        (text(SAY, "world:\n  customers:\n    asha:\n      phon: '1'"), "phon", "phone"),
        (text(SAY, "consent:\n  voice_reply: true"), "voice_reply", "voice_replies"),
        (text(SAY, "chaos:\n  seed: 1\n  dorp: 0.5"), "dorp", "drop"),
        (text(SAY, "faults:\n  - system: orders\n    dose: fail"), "dose", "does"),
        (text("- txet: hello"), "txet", "text"),
        (text(f"{SAY}\n  form: asha"), "form", "from"),
        (text(f"{SAY}\n  from_: asha"), "from_", "from"),
        (text("- note: yes\n  heard:\n    logprop: -1"), "logprop", "logprob"),
        (text(f"{SAY}\n  expect:\n    absnet: []"), "absnet", "absent"),
        (text(f"{SAY}\n  expect:\n    reply:\n      contians: x"), "contians", "contains"),
        (text(f"{SAY}\n  expect:\n    notice:\n      max_word: 3"), "max_word", "max_words"),
        (text(f"{SAY}\n  expect:\n    reply:\n      parts:\n        - frm: text"), "frm", "form"),
        (text(f"{SAY}\n  expect:\n    proposal:\n      stat: held"), "stat", "state"),
        (text("- vendor:\n    order: {}"), "order", "orders"),
        (text(SAY, then="then:\n  wirtes: []"), "wirtes", "writes"),
        (text(SAY, then="then:\n  writes: []\n  log:\n    - outcom: held"), "outcom", "outcome"),
        (text(SAY, rest="sweep:\n  arond: read"), "arond", "around"),
    ],
)
def test_a_misspelt_key_is_named_with_its_line_and_the_nearest_key(
    whole: str, wrong: str, right: str
) -> None:
    said = f"{wrong} is not a key here; the nearest is {right}"
    assert (line_of(whole, f"{wrong}:"), said) in problems(whole)


def test_a_wrong_first_step_is_not_also_no_step() -> None:
    whole = text("- txet: hello")
    assert problems(whole) == ((9, "txet is not a key here; the nearest is text"),)


def test_a_wrong_table_is_not_also_no_text() -> None:
    whole = text(SAY, "world: {ordres: {}}")
    assert problems(whole) == ((7, "ordres is not a key here; the nearest is orders"),)


def test_every_problem_of_a_file_is_named() -> None:
    whole = text(f"{SAY}\n  expct: {{}}\n  lsts: 3s", rest="abuot: x\ntgas: y")
    said = " ".join(said for _, said in problems(whole))
    assert [word for word in ("expct", "lsts", "abuot", "tgas") if word not in said] == []


def test_problems_of_several_tables_are_named_together() -> None:
    whole = text(f"{SAY}\n- text: hello\n  after: 6", "contct: x", then="then: {wirtes: []}")
    assert [line for line, _ in problems(whole)] == [7, 11, 12, 12]


@pytest.mark.parametrize(
    ("whole", "line", "said"),
    [
        (text(SAY, then=""), 1, "lacks the key then"),
        (text(SAY, then="then: {}"), 10, "then lacks the key writes"),
        (text(SAY).replace("zone: Asia/Kolkata", ""), 4, "given lacks the key zone"),
        (text(SAY).replace("about: What a test is about.", ""), 1, "lacks the key about"),
        (text(SAY).replace("scenario: talk", ""), 1, "lacks the key scenario"),
        (text(SAY).replace("version: 1\n", ""), 1, "lacks the key version"),
        (text(SAY, "chaos: {drop: 0.5}"), 7, "given.chaos lacks the key seed"),
        (swept("read, from: 0s, to: 1s"), 11, "sweep lacks the key step"),
    ],
)
def test_a_missing_key_is_named_where_it_is_missing(whole: str, line: int, said: str) -> None:
    assert (line, said) in problems(whole)


NO_UNIT = "is not a duration: write a number and a unit, as in 800ms, 1.5s, 2min or 26h"


@pytest.mark.parametrize(
    ("whole", "at", "said"),
    [
        (text(f"{SAY}\n  after: 6"), "after", f"steps.1.after: '6' {NO_UNIT}"),
        (text(f"{SAY}\n  after: -6s"), "after", "steps.1.after: -6s lies in the past"),
        (text("- wait: 10"), "wait", f"steps.1.wait: '10' {NO_UNIT}"),
        (text("- note: yes\n  lasts: 3 seconds"), "lasts", f"steps.1.lasts: '3 seconds' {NO_UNIT}"),
        (text("- note: yes\n  heard: {took: 3}"), "heard", f"steps.1.heard.took: '3' {NO_UNIT}"),
        (text(f"{SAY}\n  expect:\n    within: {{turn: 3}}"), "within", f"within.turn: '3' {NO_UNIT}"),
        (text(SAY, "chaos: {seed: 1, delay: 3}"), "chaos", f"given.chaos.delay: '3' {NO_UNIT}"),
        (text(SAY, "policy:\n  memry: 3"), "memry", "given.policy.memry: memry is no number of the policy"),
        (text(SAY, "policy:\n  memory: 0"), "memory", "given.policy.memory: policy: memory: the last turn"),
        (text(SAY, "policy: {settle: {voice: 3}}"), "policy", f"given.policy.settle: '3' {NO_UNIT}"),
        (
            text(SAY, "faults:\n  - {system: ears, does: slow}"),
            "- {system",
            "given.faults.1: ears cannot do slow; it can fail, timeout",
        ),
        (
            text(SAY, "faults:\n  - {system: ears, does: fail, at: write}"),
            "- {system",
            "given.faults.1: `at` is for the systems orders and tickets",
        ),
        (text(SAY, "faults: [{system: ears, does: fail, step: 7}]"), "faults", "there is no step '7'"),
        (text(SAY, "faults: [{system: ears, does: fail, step: q}]"), "faults", "there is no step 'q'"),
        (
            text(SAY).replace("Asia/Kolkata", "Asia/Kolkatta"),
            "zone",
            "given.zone: Asia/Kolkatta is not an IANA time zone; did you mean Asia/Kolkata?",
        ),
        (
            text(SAY).replace("2026-11-23T10:00:00", "next Monday"),
            "now",
            "given.now: next Monday is not a date and time such as 2026-11-23T10:00:00",
        ),
        (text(f"{SAY}\n  note: hello"), "- text", "this one has note and text"),
        (text("- after: 6s"), "- after", "this one has none"),
        (text(f"{SAY}\n  heard: {{text: hi}}"), "- text", "steps.1: heard does not belong to text"),
        (text(f"{SAY}\n  lasts: 3s"), "- text", "steps.1: lasts does not belong to text"),
        (text(f"{SAY}\n  audio: a.ogg"), "- text", "steps.1: audio does not belong to text"),
        (text("- button: yes\n  forwarded: true"), "- button", "forwarded does not belong to button"),
        (text("- wait: 5s\n  after: 5s"), "- wait", "steps.1: after does not belong to wait"),
        (text("- staff: hi\n  from: asha"), "- staff", "steps.1: from does not belong to staff"),
        (text("- wait: 5s\n  quotes: q"), "- wait", "steps.1: quotes does not belong to wait"),
        (text("- crash: true\n  deliver: twice"), "- crash", "steps.1: deliver does not belong to crash"),
        (text("- revoke: yes"), "- revoke", "steps.1.revoke: should be True"),
        (text(f"{SAY}\n  id: a\n- text: x\n  quotes: b"), "quotes", "quotes 'b': a"),
        (text(f"{SAY}\n  quotes: b"), "quotes", "quotes 'b': no step before it has an id"),
        (text(f"{SAY}\n  quotes: b\n- text: x\n  id: b"), "quotes", "quotes 'b': no step before it"),
        (text(f"{SAY}\n  id: a\n- text: x\n\n  id: a"), "\n    id: a\nthen", "the id 'a' is used twice"),
        (text(f"{SAY}\n  deliver: never"), "deliver", "deliver: should be 'twice', 'late' or 'reordered'"),
        (text("- vendor: {orders: {'1': {dya: x}}}"), "- vendor", "dya is not a key here; the nearest is"),
        (text(f"{SAY}\n  expect: {{acts: [afirm]}}"), "expect", "steps.1.expect.acts.1: should be "),
        (text(f"{SAY}\n  expect: {{events: [comitted]}}"), "expect", "steps.1.expect.events.1: should be "),
        (text(f"{SAY}\n  expect: {{reply: yes}}"), "expect", "steps.1.expect.reply: should be "),
        (text(SAY).replace("version: 1", "version: 2"), "version", "has version 2"),
        (text(SAY).replace("version: 1", "version: 0"), "version", "version: should be 1"),
        (text(SAY).replace("o: talk", "o: walk"), "scenario", "is named 'walk', and the file 'talk'"),
        (text("").replace("steps:", "steps: []"), "steps", "steps: "),
        (text("- hello"), "- hello", "steps.1: should be "),
        (swept("read, from: 2s, to: 1s, step: 1s"), "sweep", "from a smaller to a larger offset"),
        (swept("read, from: 0s, to: 1s, step: 0s"), "sweep", "from a smaller to a larger offset"),
        (swept("read, from: 0s, to: 10s, step: 1us"), "sweep", "in at most 10,000 steps"),
        (swept("said, from: 0s, to: 1s, step: 1s"), "sweep", "sweep.around: should be "),
        (
            swept("read, from: 0s, to: 1s, step: 1s, sends: q"),
            "sweep",
            "there is no step 'q' that a customer sends",
        ),
        (
            text("- wait: 1s\n  id: q", rest="sweep: {around: read, from: 0s, to: 1s, step: 1s, sends: q}"),
            "sweep",
            "there is no step 'q' that a customer sends",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(whole: str, at: str, said: str) -> None:
    line = line_of(whole, at) + at.startswith("\n")
    assert [found for found, problem in problems(whole) if said in problem] == [line]


def test_a_later_version_comes_with_its_remedy() -> None:
    with pytest.raises(ScenarioError) as caught:
        load_cases(FILE, text(SAY).replace("version: 1", "version: 2"))
    assert caught.value.remedy == "Upgrade wavoice-bot."


@pytest.mark.parametrize("top", ["- a", "hello", "true"])
def test_a_file_that_is_no_table_holds_no_scenario(top: str) -> None:
    assert problems(top) == ((1, "holds no scenario: its top is not a table of keys"),)


def test_an_endless_duration_is_an_error_of_the_file() -> None:
    assert problems(text(f"{SAY}\n  after: {'9' * 400}s"))[0][0] == 10


def test_an_endless_version_is_an_error_of_the_file() -> None:
    assert problems(text(SAY).replace("version: 1", f"version: {'1' * 5000}"))[0][0] == 1


@pytest.mark.parametrize(
    "whole",
    [
        text(SAY, "world: {orders: {'1': {day: Fryday}}}"),
        text("- vendor: {orders: {'1842': {day: Fryday}}}"),
    ],
)
def test_a_day_is_a_weekday_or_a_date(whole: str) -> None:
    assert problems(whole)[0][0] == line_of(whole, "Fryday")


def test_a_crash_names_a_failpoint_that_is_there() -> None:
    whole = text(f"- crash: turn_kpet\n{SAY}")
    assert problems(whole)[0][0] == line_of(whole, "turn_kpet")


def test_a_budget_names_a_stage_that_is_there() -> None:
    whole = text(f"{SAY}\n  expect:\n    within: {{trnu: 1s}}")
    assert problems(whole)[0][0] == line_of(whole, "within")


def test_what_is_not_said_has_its_default() -> None:
    (case,) = load(SAY)
    scenario = case.scenario
    assert (scenario.given.contact, scenario.given.language, case.world) == ("customer", "en", None)
    assert (scenario.given.consent.messages, scenario.given.consent.voice_replies) == (True, True)
    assert (scenario.tags, scenario.pending, scenario.sweep) == ((), None, None)
    assert (scenario.steps[0].after, scenario.steps[0].deliver, scenario.steps[0].expect.reply) == (None,) * 3


def test_words_of_yes_and_no_stay_words() -> None:
    (case,) = load("- note: yes\n- text: no\n- button: on\n- edit: 10:30\n- wait: 2min")
    steps = case.scenario.steps
    assert [steps[0].note, steps[1].text, steps[2].button, steps[3].edit] == ["yes", "no", "on", "10:30"]
    assert steps[4].wait == 120 * SECOND


def test_a_case_knows_the_lines_of_its_file() -> None:
    (case,) = load(f"{SAY}\n- text: x\n  expect:\n    reply: none")
    assert [case.line("steps", 0), case.line("steps", 1, "expect", "reply"), case.line("then")] == [9, 12, 13]


def test_order_numbers_keep_their_zeros_and_phones_their_plus() -> None:
    (case,) = load(SAY, "world:\n  orders: {0042: {}}\n  customers: {asha: {phone: +15550100}}")
    assert case.world is not None
    assert list(case.world.orders) == ["0042"]
    assert case.world.customers["asha"].phone == "+15550100"
