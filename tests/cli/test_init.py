"""`wavoice init` and `wavoice actions` as a user meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.commands import Shell, needs_weights, script
from wavoice.runtime.actions.builtin import JOBS

FILES = {
    "README.md",
    "bot.py",
    "faq.toml",
    "fixtures/audio/built.json",
    "fixtures/audio/gift_wrap__street_20db.ogg",
    "fixtures/audio/manifest.toml",
    "scenarios/asks_for_points.yaml",
    "scenarios/wraps_after_a_yes.yaml",
    "wavoice.toml",
}


def made(folder: Path) -> set[str]:
    return {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}


def test_it_makes_a_project_and_says_what_comes_next(shell: Shell) -> None:
    done = shell("init", "my-bot")
    assert made(shell.folder / "my-bot") == FILES
    assert done.out.splitlines()[-1].startswith("Next: cd my-bot && wavoice chat")


def test_what_comes_next_can_be_pasted_into_a_shell(shell: Shell) -> None:
    assert "Next: cd 'my bot' && wavoice chat" in shell("init", "my bot").out


@pytest.mark.parametrize("name", sorted(FILES))
def test_nothing_is_ever_written_over(shell: Shell, name: str) -> None:
    mine = shell.folder / name
    mine.parent.mkdir(parents=True, exist_ok=True)
    mine.write_text("mine", encoding="utf-8")
    said = shell.refuses("init")
    assert said == f"{name} is there already. Name an empty folder: wavoice init my-bot."
    assert (made(shell.folder), mine.read_text(encoding="utf-8")) == ({name}, "mine")


def test_a_folder_that_is_a_file(shell: Shell) -> None:
    (shell.folder / "my-bot").write_text("", encoding="utf-8")
    assert "cannot be written" in shell.refuses("init", "my-bot")


def test_actions_of_the_project(shell: Shell) -> None:
    shell("init")
    with (shell.folder / "wavoice.toml").open("a", encoding="utf-8") as settings:
        settings.write('[jobs.gift_wrap]\nmode = "shadow"\n')
    rows = [json.loads(line) for line in shell("actions", "--json").out.splitlines()]
    ours = [(job.name, str(job.tier), "on") for job in JOBS]
    assert ("refund_order", "R3", "on") in ours
    assert [(row["name"], row["tier"], row["mode"]) for row in rows] == [
        *ours,
        ("loyalty_points", "R0", "on"),
        ("gift_wrap", "R2", "shadow"),
        ("unwrap", "R2", "on"),
    ]
    wrap = rows[-2]
    assert wrap["slots"] == {"order": "order", "paper": "choice"}
    assert wrap["read_back"] == {"en": "Order {order}: gift wrap it in {paper} paper?"}
    assert (wrap["writes"], wrap["compensation"], rows[-3]["reads"]) == (
        "shop",
        "unwrap",
        ["orders", "points"],
    )
    assert Path(wrap["where"].rpartition(":")[0]).name == "bot.py"
    listed = {line.split()[0]: line for line in shell("actions").out.splitlines()}
    assert listed["gift_wrap"].split()[1:6] == ["R2", "shadow", "order", "paper", "Order"]


def test_what_is_wrong_with_a_bot_ends_every_command_with_its_line(shell: Shell) -> None:
    shell("init")
    bot = shell.folder / "bot.py"
    bot.write_text(
        bot.read_text(encoding="utf-8").replace('    compensation="unwrap",\n', ""), encoding="utf-8"
    )
    for command in ("actions", "test"):
        said = shell.refuses(command)
        assert "bot.py:" in said
        assert "gift_wrap: compensation is missing" in said


def test_a_setting_for_a_job_that_is_not_there(shell: Shell) -> None:
    (shell.folder / "wavoice.toml").write_text('[jobs.refund]\nmode = "off"\n', encoding="utf-8")
    assert shell.refuses("actions").startswith(
        "jobs.refund: this bot has no job of that name. The nearest is"
    )


def test_the_project_passes_its_scenarios(shell: Shell) -> None:
    shell("init")
    done = shell("test", "-j", "1", "-q")
    assert (done.code, done.out.splitlines()[-1][:8]) == (0, "2 passed")


@pytest.mark.bulk
@needs_weights
def test_everything_works_at_once_with_the_real_command(tmp_path: Path) -> None:
    script("init", "my-bot", folder=tmp_path)
    folder = tmp_path / "my-bot"
    assert script("test", folder=folder).code == 0
    assert script("actions", folder=folder).code == 0
    done = script("replay", "--json", "-", folder=folder)
    assert done.code == 0, done.err
    (note,) = (json.loads(line) for line in done.out.splitlines())
    assert (note["outcome"], note["problems"]) == ("proposed", []), note
    chat = script("chat", "--no-tui", folder=folder, said="gift wrap my order in gold\nyes\n")
    assert chat.code == 0, chat.err
    assert "Done: order 1842 will be wrapped in gold paper." in chat.out
