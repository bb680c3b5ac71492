"""A recorded journal becomes a scenario: what was said, when, how it was heard, and what came of it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.sim.scenario.scripts import MOVE, play
from wavoice.runtime import journal
from wavoice.runtime.errors import UserInputError
from wavoice.runtime.journal import Event, Where
from wavoice.runtime.model import SECOND, Stage
from wavoice.sim.scenario.format import Scenario, Step
from wavoice.sim.scenario.from_trace import REDACTED, SCHEMA, FromTrace, from_trace, recordings_in
from wavoice.sim.scenario.given import WorldSpec
from wavoice.sim.scenario.load import load_cases
from wavoice.sim.scenario.perform import perform
from wavoice.sim.scenario.run import run_cases
from wavoice.sim.trace_file import Trace

BEGAN = 1_795_408_200 * SECOND
"""Monday 23 November 2026, 10:00 in Kolkata."""
SEEN = journal.LookedUp(1, (journal.OrderSeen("1842", "packed", "2026-11-26", "v1", address="12 Hill Road"),))
NOTE = b"OggS and what else is in a note"
DIGEST = hashlib.sha256(NOTE).hexdigest()


def recorded(steps: str, given: str = "") -> Trace:
    record = play(steps, given)
    return Trace(record.events, "Asia/Kolkata", record.names)


def made_of(trace: Trace, recordings: Mapping[str, Path] | None = None) -> FromTrace:
    return from_trace(trace, "made", recordings or {})


def scenario(made: FromTrace) -> Scenario:
    (case,) = load_cases(Path("made.yaml"), made.text)
    return case.scenario


def differs(made: FromTrace) -> list[str]:
    """In what a run of the scenario does not come out as it was recorded."""
    result = run_cases(load_cases(Path("made.yaml"), made.text))
    return [f"{failure.kind}: {failure.reason}" for failure in result.failures]


def lines(*bodies: Any, turn: str = "t_1", contact: str = "c_1", at: int = BEGAN) -> list[Event]:
    """Events of one turn, at one moment."""
    return [Event(at, Where("default", "100", contact, turn), body) for body in bodies]


def typed(text: str, **more: Any) -> list[Event]:
    """Somebody types it, and the bot looks at the shop."""
    return lines(journal.Received("wamid.1", BEGAN), journal.Typed("wamid.1", text=text, **more), SEEN)


def heard(text: str, second: str | None = None, speech: float = 1.0) -> journal.HeardNote:
    decodes = [journal.DecodeFigures("none", 5, -0.3456, 0.01, "en", "base", text=text)]
    if second is not None:
        decodes.insert(0, journal.DecodeFigures("negative", 1, -0.7, 0.02, "en", "base", text=second))
    return journal.HeardNote(speech, 2.0, tuple(decodes), text=text)


def kept(sha256: str) -> journal.MediaKept:
    return journal.MediaKept("1", "audio/ogg", sha256, 9, "opus", 48_000, 1, 2.0, 0.0, 0.0)


def redacted(event: Event) -> Event:
    """The event as an erasure leaves it: every personal text is empty."""
    empty = {
        name: type(getattr(event.body, name))()
        for name, spec in event.body.__dataclass_fields__.items()
        if spec.metadata.get("pii")
    }
    body = replace(event.body, **empty)
    if isinstance(body, journal.HeardNote):
        body = replace(body, decodes=tuple(replace(one, text="") for one in body.decodes))
    if isinstance(body, journal.LookedUp):
        body = replace(body, orders=tuple(replace(one, address="") for one in body.orders))
    return replace(event, body=body)


class TestItComesOutAsRecorded:
    @pytest.mark.parametrize(
        ("steps", "given"),
        [
            pytest.param(MOVE, "", id="spoken"),
            pytest.param(MOVE, "consent: {voice_replies: false}", id="without consent to voice"),
            pytest.param(
                "- text: move my delivery to Friday\n- button: 'No'\n- wait: 5s", "", id="tapped"
            ),
            pytest.param(
                "- text: move my delivery to Friday\n- text: 'yes'\n  forwarded: true", "", id="passed on"
            ),
            pytest.param("- note: ''\n- text: hello", "", id="silence"),
            pytest.param(
                "- note: move my delivery to Friday\n- note: 'yes'\n  heard: {second: 'no', logprob: -0.9}",
                "",
                id="heard in two ways",
            ),
            pytest.param(
                "- text: where is my order", "world: {orders: {}, customers: {customer: {known: false}}}",
                id="a stranger",
            ),
            pytest.param("- text: I want to talk to a person", "", id="handed off"),
            pytest.param("- text: STOP\n- text: where is my order\n  after: 1h", "", id="opted out"),
            pytest.param(
                "- text: refund order 1842\n  id: first\n- text: no, 20 rupees\n"
                "- text: 'YES {code of first}'\n- text: 'YES {code}'\n- wait: 5s",
                "",
                id="a refund with its codes",
            ),
            pytest.param(
                "- text: change my address to 7 Lake View\n- text: 'yes'\n- wait: 5s", "", id="an address"
            ),
        ],
    )  # fmt: skip
    def test_it_runs_as_it_was(self, steps: str, given: str) -> None:
        made = made_of(recorded(steps, given))
        assert (made.missing, scenario(made).pending) == ((), None)
        assert differs(made) == []

    def test_a_forwarded_note_comes_out_or_is_said_to_be_unknown(self) -> None:
        made = made_of(
            recorded("- note: move my delivery to Friday\n- note: 'yes'\n  forwarded: true\n- wait: 5s")
        )
        assert made.missing or differs(made) == []

    def test_two_replies_while_one_message_is_decided(self) -> None:
        steps = """\
            - note: move my delivery to Friday
            - note: "yes"
            - note: where is my order
              after: 1s
              heard: {took: 5s}
            - wait: 5s
            """
        assert differs(made_of(recorded(steps))) == []


class TestMoments:
    def moments(self, steps: str, given: str = "") -> tuple[list[int], list[int]]:
        """When messages were received: as recorded, and in a run of what was made of it."""
        trace = recorded(steps, given)
        (case,) = load_cases(Path("made.yaml"), made_of(trace).text)
        return _received(trace.events), _received(perform(case).events)

    def test_they_are_as_they_were(self) -> None:
        before, after = self.moments(
            "- note: hello\n- note: there\n  after: 700ms\n- wait: 2h\n- text: and now\n  after: 333ms"
        )
        assert after == before

    def test_a_conversation_that_begins_within_a_second(self) -> None:
        before, after = self.moments("- wait: 400ms\n- text: hello\n  after: 0s\n- text: there\n  after: 2s")
        assert before[0] % SECOND == 400_000
        assert after == before

    def test_the_local_time_of_the_shop(self) -> None:
        given = scenario(made_of(Trace(typed("hello"), "Asia/Kolkata", {"c_1": "asha"}))).given
        assert (given.now, given.zone, given.contact) == ("2026-11-23T10:00:00", "Asia/Kolkata", "asha")

    def test_what_came_by_itself_is_waited_for(self) -> None:
        *_, last = scenario(made_of(recorded(MOVE))).steps
        assert (last.action, last.wait) == ("wait", 3 * SECOND)


def _received(events: Sequence[Event]) -> list[int]:
    return [event.at for event in events if event.kind == "received"]


class TestWhatIsSaid:
    def step(self, events: Sequence[Event]) -> Step:
        return scenario(made_of(Trace(events))).steps[0]

    def test_it_is_a_scenario_for_editors_too(self) -> None:
        made = made_of(recorded(MOVE))
        assert made.text.startswith(SCHEMA)
        assert scenario(made).tags == ("recorded",)
        assert len(scenario(made).about.split()) >= 5

    def test_evidence_of_the_ears(self) -> None:
        span = journal.SpanEvent(Stage.TRANSCRIBE, BEGAN, BEGAN + 412_345, 412_345)
        step = self.step(
            lines(journal.Received("wamid.1", BEGAN, voice=True), SEEN, heard("yes", second="yes no"), span)
        )
        assert (step.note, step.lasts) == ("yes", 2 * SECOND)
        assert step.heard is not None
        assert (step.heard.text, step.heard.second) == (None, "yes no")
        assert (step.heard.logprob, step.heard.no_speech, step.heard.took) == (-0.7, 0.01, 412_000)

    def test_a_tap_on_an_answer(self) -> None:
        asks = journal.Replied("g_1", "buttons", ("wamid.9",), text="Yes or no?")
        events = [
            *typed("move it"),
            *lines(asks),
            *lines(
                journal.Received("wamid.2", BEGAN),
                journal.Typed("wamid.2", button=True, quotes="wamid.9", text="Yes"),
                turn="t_2",
                at=BEGAN + 4 * SECOND,
            ),
        ]
        first, second = scenario(made_of(Trace(events))).steps
        assert (second.button, second.quotes, second.after) == ("Yes", first.id, 4 * SECOND)

    def test_whoever_else_takes_part_is_named(self) -> None:
        events = [
            *typed("hello"),
            *lines(
                journal.Received("wamid.2", BEGAN),
                journal.Typed("wamid.2", text="hello"),
                journal.LookedUp(0, ()),
                turn="t_2",
                contact="c_2",
                at=BEGAN + SECOND,
            ),
        ]
        for names, shown in (({}, "customer_2"), ({"c_1": "asha", "c_2": "ravi"}, "ravi")):
            made = scenario(made_of(Trace(events, "UTC", names)))
            assert [step.from_ for step in made.steps] == [None, shown]
            assert isinstance(made.given.world, WorldSpec)
            assert not made.given.world.customers[shown].known

    @settings(deadline=None)
    @given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30))
    @example("yes")
    @example("12:30")
    @example("true")
    @example('it\'s: "this" # or that\n- no\t')
    @example("हाँ 👍\u200d")
    @example("x" * 200)
    @example("[image]")
    def test_typed_words_stay_as_they_are(self, said: str) -> None:
        if "${" not in said:
            assert self.step(typed(said)).text == said

    def test_a_dollar_and_a_bracket(self) -> None:
        case = load_cases(Path("made.yaml"), made_of(Trace(typed("it costs ${5}"))).text)[0]
        assert case.scenario.steps[0].text == "it costs ${5}"


class TestWhatCameOfIt:
    def test_writes_and_a_hand_off(self) -> None:
        wrote = journal.Committed(
            "p_1", 1, "reschedule_delivery", "R2", "d1", "v1", args={"order": "1842", "day": "2026-11-27"}
        )
        events = [*typed("yes"), *lines(wrote, journal.HandedOff("asked_for_a_person"))]
        then = scenario(made_of(Trace(events))).then
        assert then.writes == ({"action": "reschedule_delivery", "order": "1842", "day": "2026-11-27"},)
        assert then.handoff == "asked_for_a_person"

    def test_nothing_is_said_of_what_did_not_happen(self) -> None:
        made = scenario(made_of(Trace(typed("hello"))))
        assert (made.then.writes, made.then.handoff, made.steps[0].expect.reply) == ((), None, None)


@pytest.mark.parametrize(
    "last",
    [
        '- reaction: "👎"\n  quotes: question',
        "- reaction: removed\n  quotes: question",
        '- edit: "no"',
        "- revoke: true",
    ],
)
def test_what_is_done_to_a_message_is_recorded_as_that(last: str) -> None:
    steps = f'- text: move my delivery to Friday\n  id: question\n- text: "yes"\n{last}\n  after: 700ms'
    made = made_of(recorded(steps))
    assert made.missing == ()
    assert differs(made) == []


class TestWhatIsNotKnown:
    @pytest.mark.parametrize(
        ("steps", "reason"),
        [
            ("- image: true", "the journal does not hold the content of a message: [image]"),
            (
                "- text: hello\n- staff: Hi, it is me",
                "the journal does not hold the content of a message: [echo]",
            ),
        ],
    )
    def test_messages_without_words(self, steps: str, reason: str) -> None:
        made = made_of(recorded(steps))
        assert made.missing == (reason,)
        assert scenario(made).pending == reason

    def test_a_note_that_could_not_be_heard(self) -> None:
        steps = "- note: hello"
        made = made_of(recorded(steps, "faults: [{system: media, does: garbage}]"))
        assert made.missing == ("a voice note could not be heard, and what was said in it is not known",)
        assert scenario(made).steps[0].note == REDACTED

    def test_a_redacted_journal_says_what_was_redacted(self) -> None:
        trace = recorded(f"{MOVE}\n- text: where is my order")
        made = made_of(replace(trace, events=[redacted(event) for event in trace.events]))
        assert made.missing == (
            "the words of a voice note were redacted",
            "the journal does not hold the content of a message: redacted",
            "the arguments of a write were redacted",
        )
        read = scenario(made)
        assert read.pending == "; ".join(made.missing)
        assert [step.note or step.text for step in read.steps[:2]] == [REDACTED, REDACTED]
        assert not any(word in made.text for word in ("Friday", "Hill Road", "where is"))

    def test_a_shop_that_was_never_asked(self) -> None:
        (received, said, _) = typed("hello")
        assert made_of(Trace([received, said])).missing == ("the journal does not say what the shop held",)

    def test_several_records_of_one_number(self) -> None:
        events = [*typed("hello")[:2], *lines(journal.LookedUp(2, ()))]
        assert made_of(Trace(events)).missing == (
            "several customer records matched, and the journal does not hold them",
        )

    def test_a_journal_in_which_nobody_speaks(self) -> None:
        with pytest.raises(UserInputError) as caught:
            made_of(Trace(lines(journal.StatusSeen("wamid.1", "read"))))
        assert str(caught.value) == "Nobody says anything in this journal. Record a conversation."


class TestRecordings:
    def spoken(self, sha256: str) -> Trace:
        return Trace(
            lines(journal.Received("wamid.1", BEGAN, voice=True), kept(sha256), SEEN, heard("hello"))
        )

    def write(self, file: Path) -> Path:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(NOTE)
        return file

    def test_notes_are_found_by_their_hash_in_folders_and_below(self, tmp_path: Path) -> None:
        deep = self.write(tmp_path / "a" / "deep" / "note.ogg")
        self.write(tmp_path / "a" / "note.txt")
        assert recordings_in([tmp_path / "a", tmp_path / "gone"]) == {DIGEST: deep}

    @pytest.mark.parametrize("kind", ["folder", "dangling"])
    def test_what_cannot_be_read_is_passed_over(self, kind: str, tmp_path: Path) -> None:
        note = self.write(tmp_path / "note.ogg")
        if kind == "folder":
            (tmp_path / "more.ogg").mkdir()
        else:
            (tmp_path / "more.ogg").symlink_to(tmp_path / "gone")
        assert recordings_in([tmp_path]) == {DIGEST: note}

    @pytest.mark.parametrize(
        "digest", [DIGEST, DIGEST.upper(), base64.b64encode(bytes.fromhex(DIGEST)).decode()]
    )
    def test_the_notes_of_the_project_stay_where_they_are(
        self, digest: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        note = self.write(tmp_path / "fixtures" / "audio" / "deep" / "hello.ogg")
        made = made_of(self.spoken(digest), {DIGEST: note})
        assert scenario(made).steps[0].audio == "fixtures/audio/deep/hello.ogg"
        assert made.audio == {}

    def test_a_note_from_elsewhere_is_to_be_copied(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "project").mkdir()
        monkeypatch.chdir(tmp_path / "project")
        note = self.write(tmp_path / "report" / "hello.ogg")
        made = made_of(self.spoken(DIGEST), {DIGEST: note})
        assert scenario(made).steps[0].audio == "fixtures/audio/made_1.ogg"
        assert made.audio == {"fixtures/audio/made_1.ogg": note}

    def test_a_note_that_the_project_has_already_is_not_copied(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        self.write(tmp_path / "fixtures" / "audio" / "hello.ogg")
        self.write(tmp_path / "report" / "hello.ogg")
        known = recordings_in([Path("fixtures/audio"), tmp_path / "report"])
        assert made_of(self.spoken(DIGEST), known).audio == {}

    @pytest.mark.parametrize("digest", ["0" * 64, "", "no base64!"])
    def test_without_its_file_the_note_is_scripted(self, digest: str, tmp_path: Path) -> None:
        made = made_of(self.spoken(digest), {DIGEST: self.write(tmp_path / "hello.ogg")})
        assert (scenario(made).steps[0].audio, made.audio, made.missing) == (None, {}, ())
