"""What reaches a machine over ssh: commands word by word, secrets on standard input alone."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from wavoice.deploy.errors import TargetError
from wavoice.deploy.ssh import scripts
from wavoice.deploy.ssh.transport import Ssh
from wavoice.runtime.errors import UserInputError

# Does to a command line what ssh and sshd do: joins nothing, quotes nothing, lets a shell read it.
STAND_IN = f"""#!{sys.executable}
import os, pathlib, sys
arguments = sys.argv[1:]
with pathlib.Path({{log!r}}).open("a") as log:
    print(arguments, file=log)
if "-O" in arguments:
    sys.exit(0)
host, command = arguments[arguments.index("--") + 1:]
if host == "nowhere":
    print("ssh: connect to host nowhere port 22: No route to host", file=sys.stderr)
    sys.exit(255)
os.execvp("sh", ["sh", "-c", command])
"""
WORDS = ["a b", "$HOME", "'", '"', "`id`", "*", "", "ü\n"]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A door to this machine, where whoever runs the tests passes for root."""
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    write(tmp_path / "id", "#!/bin/sh\necho 0\n")
    return write(tmp_path / "ssh", STAND_IN.format(log=str(tmp_path / "log")))


def write(file: Path, text: str) -> Path:
    file.write_text(text)
    file.chmod(0o755)
    return file


def ssh(program: Path, host: str = "vps") -> Ssh:
    return Ssh(host, program=str(program))


async def test_every_word_arrives_as_it_was(program: Path) -> None:
    line = [sys.executable, "-c", "import sys; print(ascii(sys.argv[1:]))", *WORDS]
    async with ssh(program) as machine:
        assert (await machine.run(line, "echoing")).strip() == ascii(WORDS)


async def test_a_secret_is_on_no_command_line(program: Path, tmp_path: Path) -> None:
    target = tmp_path / "there"
    async with ssh(program) as machine:
        await machine.put(b"hush-hush", str(target), "writing", mode="0600")
    assert target.read_bytes() == b"hush-hush"
    assert target.stat().st_mode & 0o777 == 0o600
    assert "hush-hush" not in (tmp_path / "log").read_text()


async def test_a_failure_says_what_was_done_and_the_last_word(program: Path) -> None:
    async with ssh(program) as machine:
        with pytest.raises(TargetError, match="starting failed: no such unit") as caught:
            await machine.script("echo starting >&2; echo no such unit >&2; exit 3", "starting")
        assert (await machine.ask(["sh", "-c", "exit 3"])).code == 3
    assert caught.value.host == "vps"


async def test_a_machine_that_cannot_be_reached(program: Path) -> None:
    async with ssh(program, "nowhere") as machine:
        with pytest.raises(TargetError, match="No route to host") as caught:
            await machine.run(["true"], "looking")
    assert caught.value.remedy == "Try it by hand: ssh nowhere true"


async def test_without_ssh_it_is_said_how_to_get_it(tmp_path: Path) -> None:
    async with ssh(tmp_path / "missing") as machine:
        with pytest.raises(UserInputError, match="not installed"):
            await machine.run(["true"], "looking")


async def test_a_command_that_does_not_end_is_ended(program: Path) -> None:
    async with ssh(program) as machine:
        await machine.run(["true"], "looking")
        with pytest.raises(TargetError, match=r"did not finish within 0\.2 s"):
            await machine.ask(["tail", "-f", "/dev/null"], seconds=0.2)


async def test_a_lock_has_one_holder(program: Path, tmp_path: Path) -> None:
    lock = str(tmp_path / "notes/lock.json")
    async with ssh(program) as machine:
        assert await machine.script(scripts.LOCK, "locking", lock, data=b'{"who": "ada"}') == ""
        assert await machine.script(scripts.LOCK, "locking", lock, data=b'{"who": "ben"}') == '{"who": "ada"}'
    assert [file.name for file in (tmp_path / "notes").iterdir()] == ["lock.json"]


async def test_a_login_other_than_root_becomes_root(program: Path, tmp_path: Path) -> None:
    write(tmp_path / "id", "#!/bin/sh\necho 1000\n")
    write(tmp_path / "sudo", '#!/bin/sh\n[ "$1 $2" = "-n --" ] || exit 9\nshift 2\nROOT=yes exec "$@"\n')
    async with ssh(program) as machine:
        assert await machine.run(["sh", "-c", 'echo "$ROOT"'], "looking") == "yes\n"
