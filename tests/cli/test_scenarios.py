"""`wavoice test` as a user meets it: which files run, what is printed, written and returned."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from textwrap import dedent
from typing import Any
from xml.etree import ElementTree

import pytest
import structlog

from tests.cli.commands import NOTES, Done, Shell, bare_environment, needs_weights, script
from wavoice.sim.trace_file import read_trace

HEAD = """\
version: 1
scenario: {name}
about: What a test of the command is about.
tags: [{tags}]
given: {{now: 2026-11-23T10:00:00, zone: Asia/Kolkata}}
steps:
"""
ASKS = '- text: where is my order\n  expect: {reply: {contains: ["1842"]}}'
"""Comes out as written."""
FAILS = "- text: where is my order\n  expect: {reply: {contains: [Sorry]}}"
MOVES = "- text: move my delivery to Friday\n- text: 'yes'\n- wait: 5s"
MOVED = 'then: {writes: [{action: reschedule_delivery, order: "1842", day: Friday}]}'
NOTHING = "then: {writes: []}"
PENDING = "pending: nobody has built it"
SWEPT = """\
- text: move my delivery to Friday
- text: "yes"
- text: no wait
"""
SWEEP = "sweep: {around: confirmed, from: 100ms, to: 900ms, step: 400ms}"
KEYS = {
    "file", "name", "status", "failures", "steps", "points", "failing", "pending", "ms", "slice", "notes",
    "trace",
}  # fmt: skip
FAILURE = {"step", "kind", "reason", "expected", "got", "line", "turn"}


def write(folder: Path, name: str, steps: str = ASKS, end: str = NOTHING, tags: str = "") -> Path:
    """Write a scenario file; `end` is what follows its steps."""
    listed = "".join(f"  {line}\n" for line in dedent(steps).strip().splitlines())
    file = folder / f"{name}.yaml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{HEAD.format(name=file.stem, tags=tags)}{listed}{end}\n", encoding="utf-8")
    return file


def spoil(folder: Path, name: str = "spoilt") -> Path:
    """Write a file that is a scenario, and a wrong one."""
    file = write(folder, name)
    file.write_text(file.read_text().replace("steps:", "stepps:"))
    return file


def lines_of(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def ran(done: Done) -> list[str]:
    """Names of the scenarios that a run printed, with their marks."""
    first = [line.split("  ")[0] for line in done.out.splitlines() if line[:2] in ("✓ ", "✗ ", "… ")]
    return sorted(f"{line[:2]}{line[2:].rpartition('/')[2]}" for line in first)


@pytest.fixture
def shell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Shell]:
    """No settings, an empty folder, one process; the log is set up again as it was."""
    for name in [name for name in os.environ if name.startswith("WAVOICE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("wavoice.sim.scenario.pool.cores", lambda: 1)
    before = structlog.get_config()
    yield Shell(tmp_path, monkeypatch, capsys)
    structlog.configure(**before)


class TestWhatRuns:
    def test_without_a_path_all_of_the_folder_scenarios(self, shell: Shell) -> None:
        write(shell.folder / "scenarios" / "one", "first")
        write(shell.folder / "scenarios" / "two", "second")
        write(shell.folder, "elsewhere")
        done = shell("test")
        assert (done.code, done.err, ran(done)) == (0, "", ["✓ first", "✓ second"])
        assert done.out.splitlines()[-1].startswith("2 passed; 2 runs in ")

    def test_a_file_a_folder_and_only_the_scenarios_in_it(self, shell: Shell) -> None:
        file = write(shell.folder / "a", "first")
        write(shell.folder / "b" / "deep", "second")
        (shell.folder / "b" / "other.yaml").write_text("services: {web: 1}\n")
        (shell.folder / "b" / "worlds").mkdir()
        (shell.folder / "b" / "worlds" / "shop.yaml").write_text("scenario: no\n")
        done = shell("test", file, "b")
        assert (done.code, ran(done)) == (0, ["✓ first", "✓ second"])

    def test_a_file_that_is_named_twice_runs_once(self, shell: Shell) -> None:
        file = write(shell.folder, "first")
        assert ran(shell("test", file, shell.folder)) == ["✓ first"]

    def test_nothing_here(self, shell: Shell) -> None:
        said = shell.refuses("test")
        assert said == "There is no folder scenarios here. Name a scenario file or a folder."

    def test_a_path_that_is_not_there(self, shell: Shell) -> None:
        write(shell.folder, "first")
        assert shell.refuses("test", "first.yaml", "gone") == (
            "There is no file or folder gone. Check the path."
        )

    def test_a_folder_without_scenarios(self, shell: Shell) -> None:
        (shell.folder / "empty").mkdir()
        assert shell.refuses("test", "empty") == "empty holds no scenarios. Name a folder of .yaml files."

    def test_selected_by_name_and_by_tag(self, shell: Shell) -> None:
        write(shell.folder, "late_yes", tags="D39, voice")
        write(shell.folder, "late_no", tags="D40")
        write(shell.folder, "early_yes", tags="D01, voice")
        assert ran(shell("test", ".", "-k", "late and not (no or never)")) == ["✓ late_yes"]
        assert ran(shell("test", ".", "--tag", "d40", "--tag", "D01")) == ["✓ early_yes", "✓ late_no"]
        assert ran(shell("test", ".", "--tag", "voice", "-k", "LATE")) == ["✓ late_yes"]

    def test_nothing_selected(self, shell: Shell) -> None:
        write(shell.folder, "late_yes")
        assert shell.refuses("test", ".", "-k", "early") == "No scenario fits. Check -k and --tag."
        assert shell.refuses("test", ".", "--tag", "D99") == "No scenario fits. Check -k and --tag."

    def test_an_expression_that_is_none(self, shell: Shell) -> None:
        write(shell.folder, "late_yes")
        assert shell.refuses("test", ".", "-k", "late and (") == (
            "-k 'late and (' is not words with and, or, not and brackets. "
            'Write for example -k "yes and not late".'
        )

    def test_numbers_that_make_no_sense(self, shell: Shell) -> None:
        assert "-j" in shell.refuses("test", "-j", "0")
        assert "--repeat" in shell.refuses("test", "--repeat", "0")

    def test_repetitions_are_for_scripted_ears(self, shell: Shell) -> None:
        file = write(shell.folder, "first")
        said = shell.refuses("test", file, "--real-ears", "--repeat", "2")
        assert said == "--repeat is for scripted ears. The real ones take another time in every run."


class TestExitCodes:
    def test_1_if_something_came_out_otherwise(self, shell: Shell) -> None:
        write(shell.folder, "good")
        write(shell.folder, "bad", FAILS)
        done = shell("test", ".")
        assert (done.code, done.err, ran(done)) == (1, "", ["✓ good", "✗ bad"])
        assert done.out.splitlines()[-1].startswith("1 passed, 1 failed; 2 runs in ")

    def test_2_if_a_file_is_wrong_and_the_others_still_run(self, shell: Shell) -> None:
        spoil(shell.folder)
        write(shell.folder, "bad", FAILS)
        write(shell.folder, "good")
        done = shell("test", ".")
        assert (done.code, ran(done)) == (2, ["✓ good", "✗ bad"])
        assert "spoilt.yaml:6: stepps is not a key here; the nearest is steps.\n" in done.err
        assert done.out.splitlines()[-1].startswith("1 passed, 1 failed, 1 file wrong; 2 runs in ")

    def test_2_if_no_file_is_right(self, shell: Shell) -> None:
        spoil(shell.folder)
        spoil(shell.folder, "spoilt_too")
        done = shell("test", ".")
        assert (done.code, ran(done)) == (2, [])
        assert done.out == "2 files wrong; 0 runs in 0.0 s, 0 ms each\n"
        assert done.err.count("stepps is not a key here") == 2

    def test_a_wrong_file_of_its_own_name_is_enough(self, shell: Shell) -> None:
        done = shell("test", write(shell.folder, "first").rename(shell.folder / "second.yaml"))
        assert (done.code, "is named 'first', and the file 'second'" in done.err) == (2, True)

    def test_pending_is_as_expected_and_listed(self, shell: Shell) -> None:
        write(shell.folder, "later", FAILS, f"{NOTHING}\n{PENDING}")
        done = shell("test", ".")
        assert (done.code, ran(done)) == (0, ["… later"])
        assert "pending: nobody has built it" in done.out
        assert done.out.splitlines()[-1].startswith("1 pending; ")

    def test_pending_that_passes_is_a_failure(self, shell: Shell) -> None:
        write(shell.folder, "later", ASKS, f"{NOTHING}\n{PENDING}")
        done = shell("test", ".")
        assert (done.code, ran(done)) == (1, ["✗ later"])
        assert "pending: it passes now: take `pending` out of the file" in done.out


class TestWhatIsPrinted:
    def test_a_failure_says_all_that_is_needed(self, shell: Shell) -> None:
        write(shell.folder / "talks", "bad", FAILS)
        done = shell("test", "talks")
        head, failure, *journal, _ = done.out.splitlines()
        assert head.startswith("✗ talks/bad  ")
        assert failure.startswith(
            "    talks/bad.yaml:8: step 1 reply: it does not say 'Sorry'; expected Sorry; got Order 1842 is "
        )
        assert [line.split()[2] for line in journal] == [
            "received",
            "typed",
            "read",
            "decided",
            "turn_ended",
            "replied",
        ]
        assert all(line.startswith("      ") and " t_000001 " in line for line in journal)
        assert "text='where is my order'" in done.out

    def test_every_failure_of_a_scenario(self, shell: Shell) -> None:
        write(shell.folder / "talks", "bad", FAILS, MOVED)
        out = shell("test", "talks").out
        assert "talks/bad.yaml:8: step 1 reply: " in out
        assert (
            "talks/bad.yaml:9: writes: 0 written instead of 1; "
            "expected action=reschedule_delivery order=1842 day=2026-11-27; got none\n"
        ) in out

    def test_points_of_a_sweep_that_failed(self, shell: Shell) -> None:
        write(shell.folder / "talks", "swept", SWEPT, f"{MOVED}\n{SWEEP}")
        done = shell("test", "talks")
        assert done.code == 1
        assert done.out.startswith("✗ talks/swept  3 runs, ")
        assert "    failing: +100ms, +500ms, +900ms (3 of 3)\n" in done.out

    def test_quiet_shows_only_what_somebody_has_to_look_at(self, shell: Shell) -> None:
        write(shell.folder, "good")
        write(shell.folder, "bad", FAILS)
        write(shell.folder, "later", FAILS, f"{NOTHING}\n{PENDING}")
        done = shell("test", ".", "-q")
        assert (done.code, ran(done)) == (1, ["… later", "✗ bad"])
        assert "1 passed, 1 failed, 1 pending; 3 runs in " in done.out

    def test_what_is_not_judged_is_said(self, shell: Shell) -> None:
        write(shell.folder, "judged", "- text: where is my order\n  expect: {judge: Is it kind?}")
        done = shell("test", ".")
        assert (done.code, "    not judged (advisory): Is it kind?\n" in done.out) == (0, True)

    def test_a_file_of_this_folder_is_shown_without_a_slash(self, shell: Shell) -> None:
        write(shell.folder, "good")
        assert shell("test", "good.yaml").out.startswith("✓ good  ")


class TestForMachines:
    def test_json_on_stdout_is_only_json(self, shell: Shell) -> None:
        write(shell.folder / "talks", "good", MOVES, MOVED)
        write(shell.folder / "talks", "bad", FAILS)
        write(shell.folder / "talks", "later", FAILS, f"{NOTHING}\n{PENDING}")
        done = shell("test", "talks", "--json", "-")
        bad, good, later = lines_of(done.out)
        assert done.code == 1
        assert "✗ talks/bad" in done.err
        assert "1 passed, 1 failed, 1 pending; " in done.err
        assert bad.keys() == good.keys() == later.keys() == KEYS
        assert [one["file"] for one in (bad, good, later)] == [
            f"talks/{name}.yaml" for name in ("bad", "good", "later")
        ]
        assert (good["name"], good["status"], good["failures"], good["points"]) == ("good", "passed", [], 1)
        assert good["steps"] == ["passed", "passed", "passed"]
        assert (bad["status"], bad["pending"], bad["steps"]) == ("failed", None, ["failed"])
        (failure,) = bad["failures"]
        assert failure.keys() == FAILURE
        assert (failure["step"], failure["kind"], failure["line"]) == (1, "reply", 8)
        assert (failure["expected"], failure["got"][:10]) == ("Sorry", "Order 1842")
        assert any("received" in line for line in bad["slice"])
        assert (later["status"], later["pending"]) == ("pending", "nobody has built it")
        assert len({len(one["trace"]) for one in (bad, good, later)} | {64}) == 1

    def test_json_in_a_file_and_the_table_on_stdout(self, shell: Shell) -> None:
        write(shell.folder, "swept", SWEPT, f"{MOVED}\n{SWEEP}")
        done = shell("test", ".", "--json", "result.jsonl")
        (line,) = lines_of((shell.folder / "result.jsonl").read_text())
        assert "failing: +100ms" in done.out
        assert (line["points"], line["steps"]) == (3, [])
        assert [point["at"] for point in line["failing"]] == ["+100ms", "+500ms", "+900ms"]
        assert line["failing"][0]["failures"][0].keys() == FAILURE

    def test_junit(self, shell: Shell) -> None:
        write(shell.folder / "talks", "good")
        write(shell.folder / "talks", "bad", FAILS.replace("Sorry", '"<b> & Co."'))
        write(shell.folder / "more", "later", FAILS, f"{NOTHING}\n{PENDING}")
        done = shell("test", ".", "--junit", "report.xml")
        assert done.code == 1
        root = ElementTree.parse(shell.folder / "report.xml").getroot()
        suites = {suite.get("name"): suite for suite in root}
        assert root.tag == "testsuites"
        assert set(suites) == {"talks", "more"}
        assert {name: suites["talks"].get(name) for name in ("tests", "failures", "errors", "skipped")} == {
            "tests": "2", "failures": "1", "errors": "0", "skipped": "0",
        }  # fmt: skip
        assert suites["more"].get("skipped") == "1"
        skipped = suites["more"].find("testcase/skipped")
        assert skipped is not None
        assert skipped.get("message") == "nobody has built it"
        failure = suites["talks"].find("testcase[@name='bad']/failure")
        assert failure is not None
        assert (failure.get("type"), failure.get("message")) == ("reply", "it does not say '<b> & Co.'")
        assert "bad.yaml:8: step 1 reply: " in (failure.text or "")
        assert "received" in (failure.text or "")
        good = suites["talks"].find("testcase[@name='good']")
        assert good is not None
        assert (list(good), good.get("classname")) == ([], "talks")

    def test_json_that_cannot_be_written(self, shell: Shell) -> None:
        write(shell.folder, "good")
        done = shell("test", ".", "--json", "missing/result.jsonl")
        assert (done.code, done.err.count("\n")) == (2, 1)
        assert done.err.startswith("wavoice: missing/result.jsonl cannot be written")

    def test_junit_that_cannot_be_written(self, shell: Shell) -> None:
        write(shell.folder, "good")
        done = shell("test", ".", "--junit", "missing/report.xml")
        assert (done.code, done.err.count("\n")) == (2, 1)
        assert done.err.startswith("wavoice: missing/report.xml cannot be written")

    @pytest.mark.parametrize("name", ["test", "replay"])
    def test_journal_folder_that_is_a_file(self, name: str, shell: Shell) -> None:
        file = write(shell.folder, "good")
        note = shell.folder / "note.ogg"
        note.write_bytes(b"OggS")
        said = shell.refuses(name, file if name == "test" else note, "--journal", file)
        assert "good.yaml" in said

    def test_an_earlier_json_outlives_a_run_that_cannot_begin(self, shell: Shell) -> None:
        earlier = shell.folder / "earlier.jsonl"
        earlier.write_text("kept\n")
        shell.refuses("test", "gone", "--json", earlier)
        assert earlier.read_text() == "kept\n"


class TestJournals:
    def test_a_journal_for_each_scenario(self, shell: Shell) -> None:
        write(shell.folder, "moved", MOVES, MOVED)
        write(shell.folder, "bad", FAILS)
        write(shell.folder, "swept", SWEPT, f"{NOTHING}\n{SWEEP}")
        done = shell("test", ".", "--journal", "deep/journals")
        assert done.code == 1
        traces = {file.stem: read_trace(file) for file in (shell.folder / "deep" / "journals").iterdir()}
        kinds = {name: [event.kind for event in trace.events] for name, trace in traces.items()}
        assert set(kinds) == {"moved", "bad", "swept"}
        assert {trace.zone for trace in traces.values()} == {"Asia/Kolkata"}
        assert all("customer" in trace.names.values() for trace in traces.values())
        assert kinds["moved"].count("committed") == 1
        assert "replied" in kinds["bad"]
        assert ("committed" in kinds["swept"], kinds["swept"].count("received")) == (True, 2)


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files that come to different things, one of them with more than one run."""
    folder = tmp_path_factory.mktemp("suite")
    write(folder, "good", MOVES, MOVED)
    write(folder, "bad", FAILS)
    write(folder, "swept", SWEPT, f"{NOTHING}\n{SWEEP}")
    return folder


@pytest.fixture(scope="module")
def thrice(suite: Path) -> Done:
    """Three repetitions in as many processes, where the caller's environment fixes the hash seed."""
    options = ("-k", "good or bad", "-j", "2", "--repeat", "3", "--json", "-", "--journal", "journals")
    return script("test", ".", *options, folder=suite, PYTHONHASHSEED="0")


def results(done: Done) -> dict[str, dict[str, Any]]:
    """Results by name, without the time that they took."""
    return {line["name"]: {**line, "ms": 0} for line in lines_of(done.out)}


class TestProcesses:
    @pytest.mark.bulk
    def test_one_and_two_come_to_the_same(self, suite: Path, shell: Shell) -> None:
        shell.monkeypatch.chdir(suite)
        alone = shell("test", ".", "--json", "-")
        two = script("test", ".", "-j", "2", "--json", "-", folder=suite)
        assert (alone.code, two.code) == (1, 1)
        assert results(alone) == results(two)

    @pytest.mark.bulk
    def test_repetitions_leave_one_trace(self, suite: Path, thrice: Done, shell: Shell) -> None:
        shell.monkeypatch.chdir(suite)
        once = results(shell("test", ".", "-k", "good or bad", "--json", "-"))
        assert (thrice.code, set(once)) == (1, {"good", "bad"})
        assert results(thrice) == {name: {**line, "points": 3} for name, line in once.items()}
        assert "1 passed, 1 failed; 6 runs in " in thrice.err

    @pytest.mark.bulk
    def test_repetitions_keep_journals_too(self, suite: Path, thrice: Done) -> None:
        assert {one.name for one in (suite / "journals").iterdir()} == {"good.jsonl", "bad.jsonl"}


SPOKEN = """\
- note: where is my order
  audio: fixtures/audio/where_is_my_order__street_20db.ogg
  expect: {acts: [request], reply: {contains: ["1842"]}}
- text: thank you
"""


@pytest.mark.bulk
@needs_weights
def test_with_real_ears_a_note_is_heard_from_its_file(tmp_path: Path) -> None:
    file = write(tmp_path, "spoken", SPOKEN)
    done = script("test", str(file), "--real-ears", "--json", "-", folder=NOTES.parents[1])
    (line,) = lines_of(done.out)
    assert (done.code, line["status"], line["steps"]) == (0, "passed", ["passed", "passed"]), line


class TestMissingExtras:
    @pytest.mark.parametrize(
        ("module", "option"), [("junitparser", ["--junit", "report.xml"]), ("watchfiles", ["--watch"])]
    )
    def test_what_an_option_needs_is_named_with_its_remedy(
        self, module: str, option: list[str], shell: Shell
    ) -> None:
        file = write(shell.folder, "good")
        shell.monkeypatch.setitem(sys.modules, module, None)
        done = shell("test", file, *option)
        assert (done.code, done.err) == (
            2,
            f'wavoice: {module} is not installed. Install it with: pip install "wavoice-bot[sim]"\n',
        )

    def test_without_the_extra_nothing_runs_and_the_remedy_is_named(self, tmp_path: Path) -> None:
        write(tmp_path / "scenarios", "good")
        program = "import sys; sys.modules['yaml'] = None; from wavoice.cli.main import main; main()"
        done = subprocess.run(
            [sys.executable, "-c", program, "test"],
            cwd=tmp_path,
            env=bare_environment(),
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=60,
        )
        assert (done.returncode, done.stdout, done.stderr) == (
            2,
            "",
            'wavoice: yaml is not installed. Install it with: pip install "wavoice-bot[sim]"\n',
        )


@dataclass(frozen=True, slots=True)
class Running:
    """A command under way, in a process group of its own, as a terminal would start it."""

    process: subprocess.Popen[str]
    lines: queue.Queue[str | None]

    def until(self, part: str, timeout: float = 60) -> str:
        """Wait for a line that holds this. Raises `queue.Empty` if nothing comes in that many seconds."""
        seen: list[str] = []
        while (line := self.lines.get(timeout=timeout)) is not None:
            seen.append(line)
            if part in line:
                return line
        raise AssertionError(f"it ended without {part!r}: {seen}")

    def rest(self) -> str:
        """All that is still said until nobody is left who could say something, children included."""
        said: list[str] = []
        while (line := self.lines.get(timeout=60)) is not None:
            said.append(line)
        self.process.wait(timeout=60)
        return "".join(said)

    def interrupt(self) -> None:
        """What Ctrl-C on a terminal does: everybody of the group is told."""
        os.killpg(self.process.pid, signal.SIGINT)


@contextmanager
def running(*arguments: str | Path, folder: Path) -> Iterator[Running]:
    """Start a command; whatever happens it ends here.

    Ctrl-C means to it what it means to a program of a terminal, whoever started these tests.
    """
    heeds = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    program = [sys.executable, "-u", "-c", f"{heeds}; from wavoice.cli.main import main; main()"]
    with subprocess.Popen(
        [*program, *map(str, arguments)],
        cwd=folder,
        env=bare_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        start_new_session=True,
    ) as process:
        lines: queue.Queue[str | None] = queue.Queue()
        reader = threading.Thread(target=_read, args=(process, lines))
        reader.start()
        try:
            yield Running(process, lines)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            reader.join()


def _read(process: subprocess.Popen[str], lines: queue.Queue[str | None]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line)
    lines.put(None)


LONG = "sweep: {around: confirmed, from: 10ms, to: 390ms, step: 10ms}"
"""One task, which takes long beside a single run."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """What a run that was interrupted left behind."""

    code: int
    said: str


@pytest.fixture(scope="module", params=["1", "3"])
def stopped(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Stopped:
    """Ctrl-C once two results are there: of three processes one has had nothing to do for a while then."""
    folder = tmp_path_factory.mktemp("stopped")
    write(folder, "a_quick_one")
    write(folder, "b_slow_one", SWEPT, f"{NOTHING}\n{SWEEP}")
    write(folder, "long_one", SWEPT, f"{NOTHING}\n{LONG}")
    with running("test", ".", "-j", request.param, folder=folder) as run:
        run.until("_one")
        run.until("_one")
        run.interrupt()
        said = run.rest()
    return Stopped(run.process.returncode, said)


@pytest.mark.bulk
class TestInterrupted:
    def test_it_ends_with_130_and_leaves_nobody_behind(self, stopped: Stopped) -> None:
        """The end of its output is reached: no child holds it open any more."""
        assert stopped.code == 130
        assert "long_one" not in stopped.said

    def test_it_says_that_it_stopped(self, stopped: Stopped) -> None:
        assert stopped.said.endswith("wavoice: Stopped.\n")

    def test_no_traceback(self, stopped: Stopped) -> None:
        assert "Traceback" not in stopped.said


@pytest.mark.bulk
@pytest.mark.timeout(60)
def test_a_command_that_is_killed_leaves_no_process_behind(tmp_path: Path) -> None:
    for number in range(200):
        write(tmp_path, f"talk_{number}")
    program = [
        sys.executable,
        "-u",
        "-c",
        "from wavoice.cli.main import main; main()",
        "test",
        ".",
        "-j",
        "2",
    ]
    with subprocess.Popen(program, cwd=tmp_path, env=bare_environment(), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        process.kill()
        # The workers hold the other end of this pipe: it ends when they have ended.
        process.stdout.read()


@pytest.mark.bulk
@pytest.mark.skipif(find_spec("watchfiles") is None, reason='needs `pip install "wavoice-bot[sim]"`')
class TestWatch:
    def test_it_runs_again_after_a_change(self, tmp_path: Path) -> None:
        file = write(tmp_path, "talk")
        with running("test", "--watch", "talk.yaml", folder=tmp_path) as run:
            assert run.until("ms each").startswith("1 passed; ")
            run.until("Watching for changes; Ctrl-C ends.")
            assert _after_changes(run, file).startswith("1 failed; ")
            run.process.send_signal(signal.SIGINT)
            said = run.rest()
        assert run.process.returncode in (0, 130)
        assert "Traceback" not in said

    def test_its_own_option_is_not_handed_on(self, shell: Shell) -> None:
        """Every run is one of its own: without --watch it ends."""
        seen: list[list[str]] = []
        shell.monkeypatch.setattr(subprocess, "run", lambda words, check: seen.append(list(words)))
        shell.monkeypatch.setattr("watchfiles.watch", lambda *paths, **how: iter([{("changed", "x")}]))
        file = write(shell.folder, "talk")
        assert shell("test", "--watch", file, "-q").code == 0
        assert [words[-3:] for words in seen] == [["test", str(file), "-q"]] * 2


def _after_changes(run: Running, file: Path) -> str:
    """Change the file until that is noticed: it may not be watched yet when that is said."""
    for attempt in range(60):
        write(file.parent, file.stem, FAILS, f"{NOTHING} # {attempt}")
        try:
            return run.until("ms each", timeout=5)
        except queue.Empty:
            continue
    raise AssertionError("no change is noticed")
