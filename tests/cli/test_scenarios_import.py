"""`wavoice test --from`: journals, Pipecat's and Rasa's files become scenarios."""

from __future__ import annotations

import itertools
import json
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import structlog

from tests.cli.commands import WHERE, Done, Shell
from tests.rehearsing import desk, warm_decoder
from wavoice.runtime.build import Parts
from wavoice.runtime.model import Stage
from wavoice.runtime.settings import Settings
from wavoice.sim.replay import Replay
from wavoice.sim.scenario.load import load_cases
from wavoice.sim.scenario.pool import run_files
from wavoice.sim.scripted import Line, ScriptedEars, ToneVoice
from wavoice.sim.trace_file import Trace, read_trace, write_trace

REPO = Path(__file__).parents[2] / "scenarios"
RECORDED = [
    "confirmation/yes_then_no_wait_same_note",  # spoken, held
    "confirmation/no_wait_inside_settle_window",  # a note that is read slowly
    "confirmation/late_yes_same_evening",
    "confirmation/yes_of_another_person",  # two customers
    "confirmation/two_unclear_answers_call_a_person",  # handed off
    "confirmation/answers_that_quote_an_old_question",  # typed, with quotes
    "confirmation/button_of_a_superseded_question",  # taps, with quotes
    "confirmation/no_wait_after_commit",  # a write, and the offer of the way back
    "stop/without_consent_to_voice_a_note_is_answered_in_text",
    "burst/neighbours_ask_at_the_same_time",
]
PIPECAT = """\
name: Move an order
turns:
  - user: move my delivery to Friday
    expect:
      - event: response
        text_contains: Friday
      - event: user_started_speaking
  - user: "yes"
    expect:
      - event: function_call
        calls:
          - name: move_order
            args: {order: "1842", day: Friday}
"""
RASA = """\
test_cases:
  - test_case: asks where it is
    steps:
      - user: where is my order
      - bot: Order 1842
      - slot_was_set:
          - order: "1842"
"""


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Shell]:
    """No settings, an empty project; the log is set up again as it was."""
    for name in [name for name in os.environ if name.startswith("WAVOICE_")]:
        monkeypatch.delenv(name)
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    before = structlog.get_config()
    yield Shell(tmp_path / "project", monkeypatch, capsys)
    structlog.configure(**before)


@pytest.fixture(scope="module")
def journals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `--journal` keeps of scenarios of this repository."""
    folder = tmp_path_factory.mktemp("recorded")
    files = [load_cases(REPO / f"{name}.yaml") for name in RECORDED]
    assert [result.name for result in run_files(files, 1, journals=folder) if not result.ok] == []
    return folder


@pytest.fixture
def moved(journals: Path, tmp_path: Path) -> Path:
    """A journal that may be changed: a request, a late yes, and another question."""
    return Path(shutil.copy(journals / "late_yes_same_evening.jsonl", tmp_path / "bug-7 (late).jsonl"))


def changed(file: Path, line: int, **more: object) -> None:
    """Change keys of a line (from 1)."""
    lines = [json.loads(text) for text in file.read_text().splitlines()]
    lines[line - 1].update(more)
    file.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in lines))


class TestJournals:
    @pytest.mark.parametrize("name", [name.partition("/")[2] for name in RECORDED])
    def test_a_recorded_conversation_comes_out_as_recorded(
        self, name: str, journals: Path, shell: Shell
    ) -> None:
        done = shell("test", "--from", journals / f"{name}.jsonl")
        file = Path("scenarios/imported") / f"{name}.yaml"
        assert (done.code, done.err, done.out) == (
            0,
            "",
            f"wrote {file}\nIt comes out as recorded: change what should have come of it.\n",
        )
        (case,) = load_cases(file)
        assert (case.scenario.tags, case.scenario.pending) == (("recorded",), None)

    @pytest.mark.parametrize("name", [name.partition("/")[2] for name in RECORDED])
    def test_what_was_kept_can_be_written_and_read_again(
        self, name: str, journals: Path, tmp_path: Path
    ) -> None:
        trace = read_trace(journals / f"{name}.jsonl")
        write_trace(tmp_path / "again.jsonl", trace)
        assert read_trace(tmp_path / "again.jsonl") == trace
        assert (tmp_path / "again.jsonl").read_text() == (journals / f"{name}.jsonl").read_text()

    def test_the_file_gets_a_name_that_a_scenario_may_have(self, moved: Path, shell: Shell) -> None:
        done = shell("test", "--from", moved, "--to", "bugs/new")
        assert (done.code, done.out.splitlines()[0]) == (0, "wrote bugs/new/bug_7_late.yaml")
        assert load_cases(Path("bugs/new/bug_7_late.yaml"))

    def test_what_was_made_of_it_runs(self, moved: Path, shell: Shell) -> None:
        shell("test", "--from", moved)
        done = shell("test", "-j", "1")
        assert (done.code, "✓ imported/bug_7_late  " in done.out) == (0, True)

    def test_a_bare_export(self, moved: Path, shell: Shell) -> None:
        _, *events = moved.read_text().splitlines(keepends=True)
        moved.write_text("".join(events))
        done = shell("test", "--from", moved)
        assert (done.code, done.err) == (0, "")
        (case,) = load_cases(Path("scenarios/imported/bug_7_late.yaml"))
        assert (case.scenario.given.zone, case.scenario.given.contact) == ("UTC", "customer")

    def test_a_redacted_one_is_pending_and_says_why(self, moved: Path, shell: Shell) -> None:
        lines = [json.loads(line) for line in moved.read_text().splitlines()]
        moved.write_text("".join(json.dumps({**line, "pii": {}}) + "\n" for line in lines))
        done = shell("test", "--from", moved)
        file = Path("scenarios/imported/bug_7_late.yaml")
        assert (done.code, done.out) == (1, f"wrote {file}\n")
        assert done.err == "not known: the words of a voice note were redacted\n"
        (case,) = load_cases(file)
        assert case.scenario.pending == "the words of a voice note were redacted"
        assert shell("test", file).out.startswith("… imported/bug_7_late  ")

    def test_one_that_comes_out_otherwise_says_how(self, moved: Path, shell: Shell) -> None:
        """The shop has changed in the meantime, and nobody told the journal."""
        moved.write_text(moved.read_text().replace("still Thursday", "still somewhere"))
        done = shell("test", "--from", moved)
        assert done.code == 1
        assert done.err.startswith("it does not come out as recorded: scenarios/imported/bug_7_late.yaml:")
        assert ": step 2 reply: it does not say " in done.err

    def test_an_earlier_file_is_never_replaced(self, moved: Path, shell: Shell) -> None:
        file = shell.folder / "scenarios" / "imported" / "bug_7_late.yaml"
        file.parent.mkdir(parents=True)
        file.write_text("somebody's work\n")
        said = shell.refuses("test", "--from", moved)
        assert said == (
            "scenarios/imported/bug_7_late.yaml: is there already. Move it, or name another --to."
        )
        assert file.read_text() == "somebody's work\n"
        assert list(file.parent.iterdir()) == [file]

    def test_what_looks_like_a_name_of_the_matrix(self, moved: Path, shell: Shell) -> None:
        moved.write_text(moved.read_text().replace("move my delivery to Friday", "move ${it} to Friday"))
        assert "is no name of the matrix" not in shell("test", "--from", moved).err


class TestFilesThatAreNone:
    @pytest.mark.parametrize(
        ("content", "said"),
        [
            ("", "j.jsonl holds no journal events. Record one with --journal."),
            ("# A diary\n", "j.jsonl:1 is no journal event. Record one with --journal."),
            ('{"kind": "sang", "data": {}, "pii": {}}\n', "j.jsonl:1 is no journal event."),
            (
                '{"kind": "trace", "version": 9}\n',
                "j.jsonl:1 trace version 9 is newer than 1: upgrade wavoice.",
            ),
        ],
    )
    def test_they_are_named_by_line(self, content: str, said: str, shell: Shell) -> None:
        (shell.folder / "j.jsonl").write_text(content)
        assert shell.refuses("test", "--from", "j.jsonl").startswith(said)
        assert not (shell.folder / "scenarios").exists()

    def test_an_event_of_a_newer_wavoice(self, moved: Path, shell: Shell) -> None:
        changed(moved, 3, version=3)
        said = shell.refuses("test", "--from", moved)
        assert said.startswith(f"{moved}:3 journal version 3 is newer than 2: upgrade wavoice.")

    def test_no_file(self, shell: Shell) -> None:
        assert shell.refuses("test", "--from", "gone.jsonl") == "There is no file gone.jsonl. Check the path."
        assert shell.refuses("test", "--from", ".") == "There is no file .. Check the path."

    def test_nobody_speaks(self, moved: Path, shell: Shell) -> None:
        head, *events = moved.read_text().splitlines(keepends=True)
        moved.write_text(head + "".join(line for line in events if '"received"' not in line))
        assert shell.refuses("test", "--from", moved) == (
            "Nobody says anything in this journal. Record a conversation."
        )

    def test_a_target_that_is_no_folder(self, moved: Path, shell: Shell) -> None:
        (shell.folder / "taken").write_text("")
        assert "taken" in shell.refuses("test", "--from", moved, "--to", "taken")


@pytest.fixture
async def report(tmp_path: Path) -> Path:
    """A bug report: the journal of a note, and the note beside it."""
    folder = tmp_path / "report"
    folder.mkdir()
    said = WHERE.read_bytes()
    (folder / "what she said.ogg").write_bytes(said)
    async with desk() as talk:
        talk.note = said
        await talk.speaks("where is my order")
        write_trace(folder / "bug.jsonl", Trace(await talk.journal(), "Asia/Kolkata"))
    return folder


class TestRecordings:
    COPY = Path("fixtures/audio/bug_1.ogg")

    def test_a_note_beside_the_journal_is_copied_to_the_project(self, report: Path, shell: Shell) -> None:
        done = shell("test", "--from", report / "bug.jsonl")
        assert (done.code, done.err) == (0, "")
        assert done.out.splitlines()[:2] == ["wrote scenarios/imported/bug.yaml", f"wrote {self.COPY}"]
        assert self.COPY.read_bytes() == WHERE.read_bytes()
        (case,) = load_cases(Path("scenarios/imported/bug.yaml"))
        assert (case.scenario.steps[0].note, case.scenario.steps[0].audio) == (
            "where is my order",
            str(self.COPY),
        )

    def test_a_note_of_the_project_stays_where_it_is(self, report: Path, shell: Shell) -> None:
        own = shell.folder / "fixtures" / "audio" / "asha" / "where.ogg"
        own.parent.mkdir(parents=True)
        (report / "what she said.ogg").rename(own)
        done = shell("test", "--from", report / "bug.jsonl")
        assert done.out.splitlines()[0] == "wrote scenarios/imported/bug.yaml"
        assert "wrote fixtures" not in done.out
        (case,) = load_cases(Path("scenarios/imported/bug.yaml"))
        assert case.scenario.steps[0].audio == "fixtures/audio/asha/where.ogg"

    def test_a_note_that_nobody_has_is_scripted(self, report: Path, shell: Shell) -> None:
        (report / "what she said.ogg").write_bytes(b"another note")
        done = shell("test", "--from", report / "bug.jsonl")
        assert (done.code, done.err) == (0, "")
        (case,) = load_cases(Path("scenarios/imported/bug.yaml"))
        assert case.scenario.steps[0].audio is None
        assert not self.COPY.exists()

    def test_an_earlier_note_is_never_replaced(self, report: Path, shell: Shell) -> None:
        earlier = shell.folder / self.COPY
        earlier.parent.mkdir(parents=True)
        earlier.write_bytes(b"the note of an earlier bug")
        shell("test", "--from", report / "bug.jsonl")
        assert earlier.read_bytes() == b"the note of an earlier bug"


@asynccontextmanager
async def scripted_models(
    settings: Settings, until: Stage | None = None, *, real_time: bool = False, journals: Path | None = None
) -> AsyncIterator[tuple[Replay, str]]:
    """In the place of the speech models: ears that hear a question in every note."""
    ears = ScriptedEars(itertools.repeat(Line("where is my order"), 9))
    yield (
        Replay(settings, Parts(ears=ears, voice=ToneVoice(), decoder=warm_decoder()), real_time, journals),
        "scripted",
    )


class TestReplays:
    def test_the_journal_of_a_replay_comes_out_as_recorded(self, shell: Shell) -> None:
        shell.monkeypatch.setattr("wavoice.sim.replay.replay_with_models", scripted_models)
        notes = shell.folder / "fixtures" / "audio"
        notes.mkdir(parents=True)
        shutil.copy(WHERE, notes / "where.ogg")
        assert shell("replay", "--journal", "deep/journals").code == 0
        done = shell("test", "--from", "deep/journals/where.jsonl")
        assert (done.code, done.err) == (0, "")
        (case,) = load_cases(Path("scenarios/imported/where.yaml"))
        (note,) = [step for step in case.scenario.steps if step.by_customer]
        assert (note.note, note.audio) == ("where is my order", "fixtures/audio/where.ogg")


class TestForeignTests:
    def imported(self, shell: Shell, text: str, *options: str) -> Done:
        (shell.folder / "theirs.yaml").write_text(text)
        return shell("test", "--from", "theirs.yaml", *options)

    def test_a_pipecat_file(self, shell: Shell) -> None:
        done = self.imported(shell, PIPECAT, "--action", "move_order=reschedule_delivery")
        file = Path("scenarios/imported/move_an_order.yaml")
        assert done.code == 1
        assert done.out == f"wrote {file}\n1 from Pipecat's scripted evals, 1 refusals\n"
        (refusal,) = done.err.splitlines()
        assert refusal.startswith("theirs.yaml:7: ")
        assert "user_started_speaking is not carried over: " in refusal
        (case,) = load_cases(file)
        assert [step.text for step in case.scenario.steps] == ["move my delivery to Friday", "yes"]
        assert case.scenario.then.writes == (
            {"action": "reschedule_delivery", "order": "1842", "day": "Friday"},
        )

    def test_an_action_that_nobody_named_is_refused(self, shell: Shell) -> None:
        done = self.imported(shell, PIPECAT)
        assert (done.code, done.out.splitlines()[1]) == (1, "1 from Pipecat's scripted evals, 2 refusals")
        assert "theirs.yaml:12: " in done.err
        assert "map it to one, if it writes" in done.err
        (case,) = load_cases(Path("scenarios/imported/move_an_order.yaml"))
        assert case.scenario.then.writes == ()

    def test_nothing_refused_is_0(self, shell: Shell) -> None:
        text = PIPECAT.replace("      - event: user_started_speaking\n", "")
        done = self.imported(shell, text, "--action", "move_order=reschedule_delivery", "--to", "theirs")
        assert (done.code, done.err) == (0, "")
        assert done.out == ("wrote theirs/move_an_order.yaml\n1 from Pipecat's scripted evals, 0 refusals\n")

    def test_a_rasa_file(self, shell: Shell) -> None:
        done = self.imported(shell, RASA)
        assert done.code == 1
        assert done.out == (
            "wrote scenarios/imported/asks_where_it_is.yaml\n1 from Rasa's end-to-end tests, 1 refusals\n"
        )
        assert done.err.startswith("theirs.yaml:6: slot_was_set order is not carried over: ")
        ran = shell("test", "scenarios/imported/asks_where_it_is.yaml")
        assert (ran.code, ran.out.startswith("✓ ")) == (0, True)

    def test_an_earlier_file_is_never_replaced(self, shell: Shell) -> None:
        self.imported(shell, RASA)
        before = Path("scenarios/imported/asks_where_it_is.yaml").read_text()
        done = self.imported(shell, RASA.replace("Order 1842", "Another"))
        assert (done.code, "is there already" in done.err) == (2, True)
        assert Path("scenarios/imported/asks_where_it_is.yaml").read_text() == before

    @pytest.mark.parametrize("text", ["services: {web: 1}\n", "", "- a list\n"])
    def test_a_file_of_no_known_format(self, text: str, shell: Shell) -> None:
        done = self.imported(shell, text)
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith("wavoice: theirs.yaml")

    def test_an_action_is_a_pair(self, shell: Shell) -> None:
        (shell.folder / "theirs.yaml").write_text(RASA)
        assert shell.refuses("test", "--from", "theirs.yaml", "--action", "move_order") == (
            "--action is a pair. Write --action their_name=our_name, e.g. move_order=reschedule_delivery."
        )
