"""The systemd unit of a colour: what it starts, and everything that it may not do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from wavoice.deploy.ssh.layout import Colour, Layout
from wavoice.runtime.settings import Store

UNITS = "/etc/systemd/system"

HARDENING = (
    "NoNewPrivileges=yes",
    "CapabilityBoundingSet=",
    "AmbientCapabilities=",
    "UMask=0077",
    "PrivateTmp=yes",
    "PrivateDevices=yes",
    "DevicePolicy=closed",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "ProtectProc=invisible",
    "ProtectClock=yes",
    "ProtectControlGroups=yes",
    "ProtectHostname=yes",
    "ProtectKernelLogs=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelTunables=yes",
    "LockPersonality=yes",
    "RemoveIPC=yes",
    "RestrictRealtime=yes",
    "RestrictSUIDSGID=yes",
    "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX",
    # The decoder of customer audio leaves the network by a user and a network namespace of its own.
    "RestrictNamespaces=user net",
    "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service",
    # @resources stays: the decoder limits its own children.
    "SystemCallFilter=~@privileged",
    "SystemCallErrorNumber=EPERM",
)
"""What every process of the bot runs under. `MemoryDenyWriteExecute` is missing on purpose: recognition
writes the machine code of its matrix products while it runs."""

_UNIT = """\
# Written by `wavoice deploy`; the next deploy writes it again.
[Unit]
Description={name} bot, %i
After=network-online.target
Wants=network-online.target
# However often it ends, it is started again: a database may be away for an hour.
StartLimitIntervalSec=0

[Service]
Type=exec
User={user}
Group={user}
WorkingDirectory={root}/slots/%i/files/bot
Environment=PYTHONPATH={root}/slots/%i/code PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
ExecStart={root}/slots/%i/environment/bin/python -m wavoice serve
ReadWritePaths={data}
Restart=always
RestartSec=2
# The bot ends its turns first, and then its decoder: only the bot itself is told to end.
KillMode=mixed
TimeoutStopSec=90
{hardening}

[Install]
WantedBy=multi-user.target
"""


def unit(layout: Layout) -> str:
    """The template of both colours."""
    return _UNIT.format(
        name=layout.name, user=layout.user, root=layout.root, data=layout.data, hardening="\n".join(HARDENING)
    )


def variables(layout: Layout, store: Store) -> dict[str, str]:
    """Settings that the machine decides: what outlives a release lies in the folder of data."""
    told = {"WAVOICE_STORE__PATH": f"{layout.data}/wavoice.sqlite"}
    if store.recordings is not None:
        told["WAVOICE_STORE__RECORDINGS"] = f"{layout.data}/recordings"
    return told


def colour_of(
    layout: Layout, colour: Colour, release: str, credentials: Iterable[str], chosen: Mapping[str, str]
) -> str:
    """What differs from one colour to the other: a drop-in of its instance. `chosen`: see `variables`."""
    given = {
        **chosen,
        "WAVOICE_SERVE__HOST": "127.0.0.1",
        "WAVOICE_SERVE__PORT": str(layout.port(colour)),
        "WAVOICE_SERVE__ADMIN_HOST": "127.0.0.1",
        "WAVOICE_SERVE__ADMIN_PORT": str(layout.admin_port(colour)),
    }
    lines = [
        "# Written by `wavoice deploy`; the next deploy writes it again.",
        "[Service]",
        f"SyslogIdentifier={identifier(layout, release)}",
        *(f"Environment={name}={value}" for name, value in given.items()),
        *(f"LoadCredentialEncrypted={name}:{path}" for name, path in _loaded(layout, credentials)),
    ]
    return "\n".join(lines) + "\n"


def grace(seconds: float) -> str:
    """How long a process that is told to end has before it is killed."""
    return f"[Service]\nTimeoutStopSec={max(1, round(seconds * 1000))}ms\n"


def identifier(layout: Layout, release: str) -> str:
    """What marks the log lines of a release, whichever colour it had."""
    return f"{layout.name}-{release}"


def one_shot(
    layout: Layout, release: str, credentials: Iterable[str], chosen: Mapping[str, str]
) -> list[str]:
    """Arguments of `systemd-run` for a command of a release, under everything that the bot runs under.

    It is given standard input, and its output and exit code come back.
    """
    folder = layout.release(release)
    given = {**chosen, "PYTHONPATH": f"{folder}/code", "PYTHONDONTWRITEBYTECODE": "1"}
    properties = [
        f"User={layout.user}",
        f"Group={layout.user}",
        f"WorkingDirectory={folder}/files/bot",
        f"ReadWritePaths={layout.data}",
        f"SyslogIdentifier={identifier(layout, release)}",
        *(f"LoadCredentialEncrypted={name}:{path}" for name, path in _loaded(layout, credentials)),
        *HARDENING,
    ]
    return [
        *("systemd-run", "--quiet", "--pipe", "--wait", "--collect", "--service-type=exec"),
        *(f"--property={each}" for each in properties),
        *(f"--setenv={name}={value}" for name, value in given.items()),
        f"{folder}/environment/bin/python",
        *("-m", "wavoice"),
    ]


def _loaded(layout: Layout, credentials: Iterable[str]) -> list[tuple[str, str]]:
    return [(name, f"{layout.credentials}/{name}") for name in sorted(credentials)]
