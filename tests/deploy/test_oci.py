"""The image is built and run for real, where podman or docker is installed: `uv run pytest -m oci`.

`WAVOICE_DEPLOY__IMAGE__BASE` names an image to build on where the default cannot be pulled.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy.stage import project
from wavoice.deploy.image.write import write_image
from wavoice.runtime.adapters.clock import SystemClock
from wavoice.runtime.settings import Settings

TOOL = shutil.which("podman") or shutil.which("docker")
pytestmark = [
    pytest.mark.oci,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(TOOL is None, reason="needs podman or docker"),
]


def ran(*words: str) -> str:
    assert TOOL is not None
    done = subprocess.run([TOOL, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return project(tmp_path_factory.mktemp("oci") / "bot")


def test_an_image_hears_and_answers_without_rights_or_network(settings: Settings, tmp_path: Path) -> None:
    base = settings.deploy.image.base
    assert TOOL is not None
    if subprocess.run([TOOL, "image", "inspect", base], capture_output=True, check=False).returncode:
        pulled = subprocess.run([TOOL, "pull", "-q", base], capture_output=True, text=True, check=False)
        if pulled.returncode:
            pytest.skip(f"{base} is not here and cannot be pulled: {pulled.stderr.strip()[-200:]}")
    written = write_image(settings, tmp_path / "out", SystemClock())
    ran("build", "-t", written.plan.image, str(tmp_path / "out"))
    secrets = tmp_path / "secrets"
    secrets.mkdir(mode=0o755)
    for name in written.plan.secrets:
        (secrets / name).write_text("EAAJ-of-a-test")
    told = ran(
        *("run", "--rm", "--network", "none", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "all"),
        *("-v", f"{secrets}:/run/secrets:ro", "-e", "CREDENTIALS_DIRECTORY=/run/secrets"),
        *(written.plan.image, "deploy", "canary", "--json"),
    )
    assert json.loads(told.strip().rpartition("\n")[2])["ok"], told
