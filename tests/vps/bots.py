"""The bot that is deployed, and what can be wrong with a release of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.vps.machine import Vps
from wavoice.sim.emulator.wire import Business
from wavoice.sim.starting import begin

ACCESS_TOKEN = "access-canary-7f3b9d52c1"
APP_SECRET = "app-canary-08e64a1b77"
VERIFY_TOKEN = "verify-canary-5c20d9be31"
SECRETS = (ACCESS_TOKEN, APP_SECRET, VERIFY_TOKEN)

# Well on the author's machine, where no credentials are: the scenarios pass. Not where it serves.
ENDS_AT_ONCE = """
import os
if "CREDENTIALS_DIRECTORY" in os.environ:
    raise RuntimeError("this release is broken")
"""
# Gets ready, hears its canary note, and ends as soon as customers come, again and again.
ENDS_LATER = """
import os, pathlib, threading
def end(mine):
    site = pathlib.Path("/etc/caddy/wavoice.caddy")
    while not site.exists() or mine not in site.read_text():
        threading.Event().wait(0.2)
    os._exit(3)
if "WAVOICE_SERVE__PORT" in os.environ:
    mine = f":{os.environ['WAVOICE_SERVE__PORT']} "
    threading.Thread(target=end, args=(mine,), daemon=True).start()
"""

_SETTINGS = """
version = 1

[bot]
app = "bot:app"
first_contact = ""

[shop]
name = "Sample Shop"
zone = "UTC"
base_url = "{shop}"
faq = "faq.toml"

[whatsapp]
phone_number_id = "{number}"
graph_base_url = "{graph}"
media_hosts = "{media}"
access_token = "file:{secrets}/access_token"
app_secret = "file:{secrets}/app_secret"
verify_token = "file:{secrets}/verify_token"

[deploy]
url = "https://localhost:{https}"
ready_seconds = 40
grace_seconds = 20
watch_seconds = 6

[deploy.ssh]
host = "vps"
ports = "{blue}, {green}"
tls = "own"
"""


@dataclass(frozen=True, slots=True)
class Hosts:
    """Where WhatsApp and the shop are, on this machine."""

    graph: int
    media: int
    shop: int


@dataclass(frozen=True, slots=True)
class Bot:
    """A folder as its author has it."""

    folder: Path
    first: str
    """Its jobs as they were at the beginning."""

    @property
    def settings(self) -> Path:
        """The settings file."""
        return self.folder / "wavoice.toml"

    def changed(self, code: str) -> None:
        """Put code before the jobs: another release."""
        (self.folder / "bot.py").write_text(f"{code}\n{self.first}")


def bot(folder: Path, vps: Vps, hosts: Hosts) -> Bot:
    """The bot that `wavoice init` makes, with secrets, a shop and a machine."""
    begin(folder)
    secrets = folder.with_name(f"{folder.name}-secrets")
    secrets.mkdir()
    for name, value in zip(("access_token", "app_secret", "verify_token"), SECRETS, strict=True):
        (secrets / name).write_text(value)
    text = _SETTINGS.format(
        shop=f"http://127.0.0.1:{hosts.shop}",
        graph=f"http://127.0.0.1:{hosts.graph}",
        media=f"127.0.0.1:{hosts.media}",
        number=Business().number,
        secrets=secrets,
        https=vps.https,
        blue=vps.ports[0],
        green=vps.ports[1],
    )
    (folder / "wavoice.toml").write_text(text)
    # The future import has to stay first.
    first = (folder / "bot.py").read_text().replace("from __future__ import annotations\n", "", 1)
    (folder / "bot.py").write_text(first)
    return Bot(folder, first)
