"""Pipecat's scripted evals, read as scenarios: what they become, and what is refused, by line."""

from __future__ import annotations

from pathlib import Path

from tests.sim.foreign_files import GIVEN, read, refused, shown, steps, write
from wavoice.sim.scenario.foreign import read_foreign


def test_a_scripted_eval_becomes_a_scenario(tmp_path: Path) -> None:
    imported = read(
        tmp_path,
        """\
        name: Move an order
        turns:
          - user: "move order 1842 to Friday"
            expect:
              - event: response
                text_contains: "move it to
                  Friday"
                text_excludes: Saturday
                within_ms: 3000
          - user: "yes"
            send_after: {delay_ms: 1500}
            expect:
              - event: function_call
                calls:
                  - name: move_order
                    args: {order_id: 1842, day: Friday}
          - expect:
              - event: response
                text_contains: Done
                within_ms: 5000
        """,
    )
    assert imported.format == "Pipecat's scripted evals"
    assert imported.refused == ()
    (draft,) = imported.scenarios
    assert draft.name == "move_an_order"
    assert shown(draft) == {
        "version": 1,
        "scenario": "move_an_order",
        "about": "Move an order (from theirs.yaml).",
        "tags": ["imported"],
        "given": GIVEN,
        "steps": [
            {
                "text": "move order 1842 to Friday",
                "expect": {
                    "reply": {"contains": ["move it to Friday"], "excludes": ["Saturday"]},
                    "within": {"turn": 3_000_000},
                },
            },
            {"text": "yes", "after": 1_500_000},
            {"wait": 5_000_000, "expect": {"reply": {"contains": ["Done"]}}},
        ],
        "then": {"writes": [{"action": "reschedule_delivery", "order": "1842", "day": "Friday"}]},
    }
    assert "writes: # these the source names, and rules out no others: check this line" in draft.text


def test_what_the_source_does_not_say_of_writes_is_to_be_checked(tmp_path: Path) -> None:
    (draft,) = read(tmp_path, "name: hi\nturns:\n  - user: hello\n").scenarios
    assert shown(draft)["then"] == {"writes": []}
    assert "writes: [] # the source says nothing of writes: check this line" in draft.text


def test_spoken_turns_become_notes(tmp_path: Path) -> None:
    write(tmp_path, "modality: audio\nspeech: {service: some, voice: any}\n", "shared/voice.yml")
    file = write(
        tmp_path,
        """\
        name: said
        user: !include ../shared/voice.yml
        turns:
          - user: move my order
            audio: ../notes/move.ogg
            expect:
              - event: user_transcription
              - event: user_transcription
                text_contains: order
          - user: "no"
            audio: no.wav
        """,
        "evals/said.yaml",
    )
    imported = read_foreign(file)
    assert steps(imported) == [
        {
            "note": "move my order",
            "audio": (tmp_path / "notes/move.ogg").as_posix(),
            "expect": {"events": ["heard"]},
        },
        {"note": "no"},
    ]
    assert refused(imported) == [
        (2, "../shared/voice.yml:2: speech"),
        (9, "user_transcription text_contains"),
        (11, "audio no.wav"),
    ]


def test_many_scenarios_with_shared_turns(tmp_path: Path) -> None:
    write(
        tmp_path,
        """\
        - user: hello
          expect:
            - event: response
            - event: llm_started
        """,
        "turns.yaml",
    )
    imported = read(
        tmp_path,
        """\
        name: all of them
        scenarios:
          - name: typed
            turns: !include turns.yaml
          - name: Spoken!
            user: {modality: audio}
            turns: !include turns.yaml
          - name: spoken
            turns:
              - user: again
          - name: free
            persona: a curious caller
            goal: find out
        """,
    )
    assert [draft.name for draft in imported.scenarios] == ["typed", "spoken", "spoken_2"]
    assert [shown(draft)["steps"][0] for draft in imported.scenarios] == [
        {"text": "hello", "expect": {"reply": {}}},
        {"note": "hello", "expect": {"reply": {}}},
        {"text": "again"},
    ]
    assert refused(imported) == [
        (4, "turns.yaml:4: event llm_started"),
        (7, "turns.yaml:4: event llm_started"),
        (12, "persona"),
    ]


def test_absence_is_a_wait_in_which_nothing_comes(tmp_path: Path) -> None:
    imported = read(
        tmp_path,
        """\
        name: quiet
        turns:
          - user: hm
            expect:
              - event: response
                absent: true
                within_ms: 3000
          - user: hello
            send_after: {delay_ms: 40000}
            expect:
              - event: response
                text_contains: hi
              - event: response
                absent: True
                within_ms: 30000
          - user: bye
            send_after: {delay_ms: 40000}
            expect:
              - event: function_call
                absent: true
        """,
    )
    silent = {"reply": "none", "notice": "none"}
    assert steps(imported) == [
        {"text": "hm", "expect": silent},
        {"wait": 3_000_000, "expect": silent},
        {"text": "hello", "after": 37_000_000, "expect": {"reply": {"contains": ["hi"]}}},
        {"wait": 30_000_000, "expect": silent},
        {"text": "bye", "after": 10_000_000, "expect": {"writes": []}},
        {"wait": 60_000_000, "expect": {"writes": []}},
    ]
    assert refused(imported) == [(19, "absent function_call")]


def test_what_an_eval_asks_that_has_no_like_here(tmp_path: Path) -> None:
    imported = read(
        tmp_path,
        """\
        name: rich
        judge: {modality: text, eval: {service: some, model: any}}
        context: [{role: user, content: hi}]
        stop_on_failure: false
        turns:
          - expect:
              - event: response
                eval: greets
          - user: move it
            send_after: {event: llm_started, delay_ms: 500}
            image: cat.jpg
            expect:
              - event: llm_started
                within_ms: 900
              - event: response
                eval: asks which order
              - event: response
                text_contains: order
              - event: user_transcription
          - dtmf: "12#"
            expect: [{event: response}]
          - user: ""
          - user: "yes"
            expect:
              - event: function_call
                within_ms: 100
                calls:
                  - get_weather
                  - find_order
                  - name: move_order
                    args: {order_id: "1842", sure: true, days: [1, 2]}
              - event: function_call
              - event: function_call_stopped
                name: move_order
        """,
    )
    assert steps(imported) == [
        {"text": "move it", "expect": {"reply": {"contains": ["order"]}, "judge": "asks which order"}},
        {"text": "yes"},
    ]
    assert shown(imported.scenarios[0])["then"] == {
        "writes": [{"action": "reschedule_delivery", "order": "1842"}]
    }
    assert refused(imported) == [
        (2, "judge"),
        (3, "context"),
        (4, "stop_on_failure: false"),
        (7, "event response"),
        (10, "send_after llm_started"),
        (11, "image"),
        (13, "event llm_started"),
        (16, "eval"),
        (17, "a second reply"),
        (19, "event user_transcription"),
        (20, "dtmf"),
        (22, "an empty line"),
        (26, "function_call within_ms"),
        (28, "function_call get_weather"),
        (29, "function_call find_order"),
        (31, "argument sure"),
        (31, "argument days"),
        (32, "event function_call"),
        (33, "event function_call_stopped"),
    ]


def test_every_loss_is_told_at_its_place(tmp_path: Path) -> None:
    (draft,) = read(
        tmp_path,
        """\
        name: places
        turns:
          - user: one
            expect:
              - event: llm_started
          - dtmf: "1"
          - user: two
        """,
    ).scenarios
    lines = [
        line.strip().partition(": ") for line in draft.text.splitlines() if "lost" in line or "text:" in line
    ]
    assert [(head, rest.partition(":")[0]) for head, _, rest in lines] == [
        ("- text", "one"),
        ("# lost from line 5", "event llm_started"),
        ("# lost from line 6", "dtmf"),
        ("- text", "two"),
    ]


def test_a_case_without_a_customers_line_is_refused(tmp_path: Path) -> None:
    imported = read(
        tmp_path,
        """\
        name: greeting
        turns:
          - expect: [{event: response}]
          - dtmf: "1"
        """,
    )
    assert imported.scenarios == ()
    assert [(one.line, one.what, one.reason) for one in imported.refused] == [
        (1, "the case 'greeting'", "no line of a customer could be carried over")
    ]
