"""Brings a release to the machine: files by their hashes, credentials, an environment, wavoice itself."""

from __future__ import annotations

import json
from dataclasses import dataclass

from wavoice.deploy.errors import TargetError
from wavoice.deploy.release import MANIFEST, Release
from wavoice.deploy.ssh import scripts, units
from wavoice.deploy.ssh.layout import Layout
from wavoice.deploy.ssh.remote import program
from wavoice.deploy.ssh.transport import Ssh
from wavoice.deploy.ssh.wheels import DESCRIPTION
from wavoice.runtime.settings import Store

ABOUT = "about.json"
"""What the machine has to know of a release before it is started: credentials and variables."""
_SHIP_SECONDS = 1800.0
"""A wheelhouse of 300 MB over a slow line."""
_INSTALL_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Shipping:
    """One machine, as releases come to it. Whatever was cut off is done again, and harms nothing."""

    ssh: Ssh
    layout: Layout
    store: Store
    host: str

    async def ship(self, release: Release) -> str:
        """See `Releases.ship`."""
        layout = self.layout
        await self.ssh.script(scripts.PREPARE, "preparing the machine", layout.root, layout.user)
        sent, size = await self._send(release)
        await self._place(release)
        await self._put_credentials(release)
        await self.ssh.put(
            units.unit(layout).encode(), f"{units.UNITS}/{layout.template}", "writing the unit"
        )
        await self._install(release)
        every = len(set(release.files.values()))
        return f"{sent} of {every} files sent ({size / 1e6:.1f} MB), all hashes right"

    async def _send(self, release: Release) -> tuple[int, int]:
        """Send what is not there; return how many files that were, and their bytes."""
        by_hash = {sha: release.folder / path for path, sha in release.files.items()}
        blobs = self.layout.blobs
        asked = "".join(f"{sha}\n" for sha in sorted(by_hash)).encode()
        missing = (await self.ssh.script(scripts.MISSING, "comparing files", blobs, data=asked)).split()
        if missing:
            files = [(sha, by_hash[sha]) for sha in missing]
            await self.ssh.send(files, scripts.RECEIVE, "sending files", blobs, seconds=_SHIP_SECONDS)
        return len(missing), sum(by_hash[sha].stat().st_size for sha in missing)

    async def _place(self, release: Release) -> None:
        folder = self.layout.release(release.id)
        await self.ssh.run(["mkdir", "-p", folder], "making the folder of the release")
        given = {"blobs": self.layout.blobs, "folder": f"{folder}/files", "files": dict(release.files)}
        placed = await self.ssh.run(
            program("place"), "placing the files", data=json.dumps(given).encode(), seconds=_INSTALL_SECONDS
        )
        if wrong := json.loads(placed)["wrong"]:
            told = f"{len(wrong)} files arrived damaged: {', '.join(wrong[:3])}"
            raise TargetError(told, host=self.host, remedy="Try again: they are sent once more.")
        manifest = (release.folder / MANIFEST).read_bytes()
        await self.ssh.put(manifest, f"{folder}/{MANIFEST}", "writing the manifest")

    async def _put_credentials(self, release: Release) -> None:
        folder = self.layout.credentials
        for name, value in release.credentials.items():
            secret = value.get_secret_value().encode()
            await self.ssh.script(scripts.CREDENTIAL, f"encrypting {name}", folder, name, data=secret)
        variables = units.variables(self.layout, self.store)
        about = {"version": 1, "credentials": sorted(release.credentials), "variables": variables}
        place = f"{self.layout.release(release.id)}/{ABOUT}"
        await self.ssh.put(json.dumps(about).encode(), place, "describing the release")

    async def _install(self, release: Release) -> None:
        described = json.loads((release.folder / DESCRIPTION).read_text(encoding="utf-8"))
        environment = self.layout.environment(described["key"])
        await self.ssh.script(
            scripts.INSTALL,
            "installing",
            *(self.layout.release(release.id), environment, described["python"]),
            seconds=_INSTALL_SECONDS,
        )
