"""A Debian machine of its own on loopback: systemd as its first process, sshd, Caddy, and nothing of wavoice.

It shares the network of this machine, so every port is a free one of 127.0.0.1. Needs root, and Debian's
systemd-container and mmdebstrap; the base system is made once and kept in `.vps/`.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from wavoice.deploy.ssh.layout import ADMIN_OFFSET

KEPT = Path(__file__).parents[2] / ".vps"
SUITE = "bookworm"
PACKAGES = (
    "systemd", "systemd-sysv", "dbus", "openssh-server", "sudo", "python3", "python3-venv", "ca-certificates",
    "iproute2", "procps", "caddy",
)  # fmt: skip
PROGRAMS = {
    "systemd-nspawn": "systemd-container",
    "mmdebstrap": "mmdebstrap",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
}
LOGIN = "deployer"
"""May use sudo without a password; nobody logs in as root."""
BOOT_SECONDS = 60.0
# Its administration is a socket of its own: a port would be one of this machine. The site is somebody else's;
# for it Caddy makes its own authority as soon as it starts.
CADDYFILE = """\
{{
\tadmin unix//var/lib/caddy/admin.sock
\tauto_https disable_redirects
\tskip_install_trust
\thttp_port {http}
\thttps_port {https}
}}

https://before.localhost {{
\ttls internal
\trespond "somebody else's"
}}
"""


def unavailable() -> str | None:
    """Why no machine can be made here; None if one can."""
    if sys.platform != "linux":
        return "a machine needs Linux"
    if os.geteuid() != 0:
        return "a machine needs root"
    missing = sorted({package for program, package in PROGRAMS.items() if shutil.which(program) is None})
    return f"a machine needs: apt install {' '.join(missing)}" if missing else None


@dataclass(frozen=True, slots=True)
class Vps:
    """A machine that has booted."""

    tree: Path
    """Its root directory, as this machine sees it."""
    ssh_config: Path
    https: int
    ports: tuple[int, int]

    @property
    def ssh_options(self) -> tuple[str, ...]:
        """What a user's own `~/.ssh/config` would say."""
        return ("-F", str(self.ssh_config))

    def sh(self, script: str) -> str:
        """Run a script there as root; return what it prints."""
        line = ["ssh", *self.ssh_options, "vps", "sudo -n sh -eu"]
        return subprocess.run(line, input=script, capture_output=True, text=True, check=True).stdout

    @property
    def authority(self) -> Path:
        """Certificate of Caddy's own authority."""
        return self.tree / "var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt"


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, all different."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


@contextmanager
def machine(folder: Path) -> Iterator[Vps]:
    """Boot a fresh machine in `folder`, and switch it off at the end."""
    tree = folder / "vps"
    tree.mkdir()
    subprocess.run(["tar", "-xpf", str(_base()), "-C", str(tree)], check=True)
    ssh_port, http, https = free_ports(3)
    _prepare(folder, tree, ssh_port, (http, https))
    with _booted(tree, folder / "console.log"):
        yield Vps(tree, folder / "ssh_config", https, _colours())


def _colours() -> tuple[int, int]:
    """Two ports whose admin ports are free as well."""
    while True:
        one, other = free_ports(2)
        admin = {one + ADMIN_OFFSET, other + ADMIN_OFFSET}
        if not admin & {one, other} and all(_free(port) for port in admin):
            return one, other


def _free(port: int) -> bool:
    with socket.socket() as tried:
        try:
            tried.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _base() -> Path:
    """The base system as an archive; half a minute the first time."""
    key = hashlib.sha256(f"{SUITE} {PACKAGES}".encode()).hexdigest()[:12]
    base = KEPT / f"base-{key}.tar"
    if not base.exists():
        KEPT.mkdir(exist_ok=True)
        beside = base.with_suffix(".part.tar")
        include = f"--include={','.join(PACKAGES)}"
        subprocess.run(
            ["mmdebstrap", "--quiet", "--variant=minbase", include, SUITE, str(beside)],
            check=True,
            timeout=600,
        )
        beside.rename(base)
    return base


def _prepare(folder: Path, tree: Path, ssh_port: int, web: tuple[int, int]) -> None:
    (tree / "etc/machine-id").write_text("")
    (tree / "etc/hostname").write_text("vps\n")
    (tree / "etc/hosts").write_text("127.0.0.1 localhost before.localhost vps\n")
    for unit in ("ssh.socket", "apt-daily.timer", "apt-daily-upgrade.timer", "e2scrub_all.timer"):
        (tree / "etc/systemd/system" / unit).unlink(missing_ok=True)
        (tree / "etc/systemd/system" / unit).symlink_to("/dev/null")
    (tree / "etc/ssh/sshd_config.d/machine.conf").write_text(
        f"Port {ssh_port}\nListenAddress 127.0.0.1\nPasswordAuthentication no\nPermitRootLogin no\n"
    )
    (tree / "etc/caddy/Caddyfile").write_text(CADDYFILE.format(http=web[0], https=web[1]))
    _keys(folder, tree, ssh_port)


def _keys(folder: Path, tree: Path, ssh_port: int) -> None:
    subprocess.run(
        ["chroot", str(tree), "useradd", "--create-home", "--shell", "/bin/bash", LOGIN], check=True
    )
    (tree / "etc/sudoers.d/deployer").write_text(f"{LOGIN} ALL=(ALL) NOPASSWD: ALL\n")
    (tree / "etc/sudoers.d/deployer").chmod(0o440)
    for old in (tree / "etc/ssh").glob("ssh_host_*"):
        old.unlink()
    _keygen(tree / "etc/ssh/ssh_host_ed25519_key")
    _keygen(folder / "id")
    home = tree / "home" / LOGIN
    (home / ".ssh").mkdir(mode=0o700)
    (home / ".ssh/authorized_keys").write_text((folder / "id.pub").read_text())
    owner = home.stat()
    for path in (home / ".ssh", home / ".ssh/authorized_keys"):
        os.chown(path, owner.st_uid, owner.st_gid)
    host_key = (tree / "etc/ssh/ssh_host_ed25519_key.pub").read_text()
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{ssh_port} {host_key}")
    (folder / "ssh_config").write_text(
        f"Host vps\n  HostName 127.0.0.1\n  Port {ssh_port}\n  User {LOGIN}\n  IdentityFile {folder / 'id'}\n"
        f"  IdentitiesOnly yes\n  StrictHostKeyChecking yes\n  UserKnownHostsFile {folder / 'known_hosts'}\n"
    )


def _keygen(file: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(file)], check=True)


def _hear(told: socket.socket) -> None:
    """Hear all that its systemd tells, until it is switched off: it stands still while nobody listens."""
    while True:
        try:
            told.recv(4096)
        except OSError:  # closed
            return


@contextmanager
def _booted(tree: Path, log: Path) -> Iterator[None]:
    """Its systemd tells when all is started, as a service tells its own (sd_notify)."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told, log.open("w") as console:
        told.bind(str(tree.parent / "notify"))
        told.settimeout(BOOT_SECONDS)
        running = subprocess.Popen(
            [
                *("systemd-nspawn", "--quiet", "--boot", "--register=no", "--keep-unit", "--console=pipe"),
                *("--notify-ready=yes", "--directory", str(tree)),
            ],
            env={**os.environ, "NOTIFY_SOCKET": str(tree.parent / "notify")},
            stdin=subprocess.DEVNULL, stdout=console, stderr=console,
        )  # fmt: skip
        try:
            while b"READY=1" not in told.recv(4096):
                continue
            told.settimeout(None)
            threading.Thread(target=_hear, args=(told,), daemon=True).start()
            yield
        finally:
            running.terminate()
            running.wait(timeout=BOOT_SECONDS)
