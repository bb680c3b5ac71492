"""Rasa's end-to-end tests, read as scenarios: what they become, and what is refused, by line."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.sim.foreign_files import ACTIONS, read, refused, shown, steps, write
from wavoice.sim.scenario.foreign import read_foreign


def test_steps_become_a_scenario(tmp_path: Path) -> None:
    imported = read(
        tmp_path,
        """\
        fixtures:
          - winter:
              - mocked_datetime: "2026-12-01T09:30:00+02:00"
              - is_premium: true
          - unused:
              other: 1
        metadata:
          - room: {number: 1}
        stub_custom_actions:
          action_ask::check_stock: {events: [], responses: []}
        test_cases:
          - test_case: user changes mind, late
            fixtures: [winter, shared]
            metadata: room
            steps:
              - user: move my order
                metadata: room
              - bot: "Which order
                  is it?"
              - bot: Thanks.
              - utter: utter_ask_order
              - slot_was_set:
                  - day
                  - order: "1842"
              - user: "1842"
              - slot_was_not_set: [day]
              - commands: [cancel_flow]
          - test_case: nobody speaks
            steps:
              - bot: hello
        """,
    )
    assert imported.format == "Rasa's end-to-end tests"
    (draft,) = imported.scenarios
    assert shown(draft) == {
        "version": 1,
        "scenario": "user_changes_mind_late",
        "about": "user changes mind, late (from theirs.yaml).",
        "tags": ["imported"],
        "given": {"now": "2026-12-01T07:30:00", "zone": "UTC"},
        "steps": [
            {"text": "move my order", "expect": {"reply": {"contains": ["Which order is it?", "Thanks."]}}},
            {"text": "1842"},
        ],
        "then": {"writes": []},
    }
    assert refused(imported) == [
        (4, "slot is_premium"),
        (8, "metadata room"),
        (10, "stub of action_ask::check_stock"),
        (13, "fixture shared"),
        (14, "metadata room"),
        (17, "metadata"),
        (21, "utter utter_ask_order"),
        (22, "slot_was_set day, order"),
        (26, "slot_was_not_set day"),
        (27, "commands cancel_flow"),
        (28, "the case 'nobody speaks'"),
    ]


def test_assertions_become_expectations(tmp_path: Path) -> None:
    imported = read(
        tmp_path,
        """\
        test_cases:
          - test_case: declined
            steps:
              - user: move order 1842 to Friday
                assertions:
                  - bot_uttered:
                      utter_name: utter_ask_confirm
                      text_matches: "^(?i)x|y"
                      buttons:
                        - title: "Yes"
                          payload: "/SetSlots(confirm=True)"
                        - title: "No"
                          payload: "/SetSlots(confirm=False)"
                  - bot_uttered:
                      text_matches: "Move it to Friday?"
              - user: /SetSlots(confirm=False)
                assertion_order_enabled: True
                assertions:
                  - flow_cancelled:
                      flow_id: move_delivery
                      flow_step_id: ask
                  - bot_did_not_utter:
                      text_matches: Done
                      buttons: [{title: Undo}]
              - bot: passed over
              - user: /restart
                assertions:
                  - action_executed: action_restart
              - user: yes
                assertions:
                  - action_executed: move_delivery
                  - action_executed: utter_done
                  - action_executed: action_unknown
        """,
    )
    assert steps(imported) == [
        {
            "text": "move order 1842 to Friday",
            "expect": {"reply": {"contains": ["Move it to Friday?"], "buttons": ["Yes", "No"]}},
        },
        {
            "button": "No",
            "expect": {
                "proposal": {"state": "cancelled", "action": "reschedule_delivery"},
                "reply": {"excludes": ["Done"]},
                "events": ["cancelled"],
            },
        },
        {"text": "yes"},
    ]
    assert shown(imported.scenarios[0])["then"] == {"writes": [{"action": "reschedule_delivery"}]}
    assert refused(imported) == [
        (7, "bot_uttered utter_ask_confirm"),
        (8, "text_matches ^(?i)x|y"),
        (9, "payloads"),
        (17, "assertion_order_enabled"),
        (21, "flow_step_id"),
        (24, "bot_did_not_utter buttons"),
        (25, "bot passed over"),
        (26, "/restart"),
        (28, "action_executed action_restart"),
        (32, "action_executed utter_done"),
        (33, "action_executed action_unknown"),
    ]


@pytest.mark.parametrize(
    ("assertion", "what"),
    [
        ("flow_started: move", "flow_started move"),
        ("flow_started: {operator: any, flow_ids: [a, b]}", "flow_started a, b"),
        ("flow_completed: {flow_id: move, flow_step_id: end}", "flow_completed move"),
        ("flow_cancelled: {flow_id: other}", "flow_cancelled other"),
        ("pattern_clarification_contains: [a, b]", "pattern_clarification_contains a, b"),
        ("slot_was_set: [{name: day, value: Friday}]", "slot_was_set day"),
        ("slot_was_not_set: [{name: day}]", "slot_was_not_set day"),
        ("action_executed: find_order", "action_executed find_order"),
        ("generative_response_is_relevant: {threshold: 0.9}", "generative_response_is_relevant"),
        (
            "generative_response_is_grounded: {threshold: 0.9, ground_truth: x}",
            "generative_response_is_grounded",
        ),
        ("bot_did_not_utter: {utter_name: utter_x}", "bot_did_not_utter utter_x"),
        ("bot_did_not_utter: {text_matches: a.*b}", "text_matches a.*b"),
    ],
)
def test_assertions_without_a_like_here_are_refused(tmp_path: Path, assertion: str, what: str) -> None:
    file = write(
        tmp_path,
        f"""\
        test_cases:
          - test_case: one
            steps:
              - user: hello
                assertions:
                  - {assertion}
        """,
    )
    imported = read_foreign(file, ACTIONS)
    assert steps(imported) == [{"text": "hello"}]
    assert refused(imported) == [(6, what)]
    assert imported.refused[0].reason
    assert f"# lost from line 6: {what}: {imported.refused[0].reason}" in imported.scenarios[0].text


@pytest.mark.parametrize(
    ("pattern", "contains", "loses"),
    [
        ("Where to?", ["Where to?"], False),
        ("You have 1,250.00 left.", ["You have 1,250.00 left."], False),
        ("Sure? Then say yes.", ["Sure? Then say yes."], False),
        (r"costs \$5\.", ["costs $5."], False),
        ("(?i)^done$", ["done"], False),
        (".*Friday.*", ["Friday"], False),
        ("order .* moved", ["order", "moved"], True),
        (r"order \d+", ["order"], True),
        ("colou?r", None, True),
        ("h.llo", None, True),
        ("yes|no", None, True),
        ("[Yy]es", None, True),
        ("day (one)", None, True),
        ("a{2}", None, True),
        ("\\", None, True),
        (".*", None, True),
    ],
)
def test_patterns_that_mean_words(
    tmp_path: Path, pattern: str, contains: list[str] | None, *, loses: bool
) -> None:
    asserted = {"bot_uttered": {"text_matches": pattern}}
    case = {"test_case": "one", "steps": [{"user": "hello", "assertions": [asserted]}]}
    imported = read(tmp_path, yaml.safe_dump({"test_cases": [case]}))
    (step,) = steps(imported)
    assert step.get("expect") == (None if contains is None else {"reply": {"contains": contains}})
    assert [one.what for one in imported.refused] == [f"text_matches {pattern}"] * loses
