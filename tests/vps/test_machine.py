"""What a preflight says of a machine: each thing that is missing, with the command that adds it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from wavoice.deploy.ssh.layout import Colour, Layout
from wavoice.deploy.ssh.machine import Facts, findings
from wavoice.deploy.ssh.python import Python
from wavoice.deploy.target import Finding

PYTHON = {
    "version": [3, 11, 2], "kind": "cpython", "path": "/usr/bin/python3.11", "machine": "x86_64",
    "venv": True, "libc": ["glibc", "2.36"],
}  # fmt: skip
WELL: Mapping[str, Any] = {
    "system": "Debian GNU/Linux 12 (bookworm)", "kind": "Linux", "machine": "x86_64", "pythons": [PYTHON],
    "systemd": 252, "disk_mb": 20_000, "memory_mb": 4_000, "missing": [], "listening": [22, 80, 443],
    "caddy": "2.6.2", "caddy_active": True, "caddyfile": "import /etc/caddy/wavoice.caddy\n",
    "synchronised": "yes", "addresses": ["192.0.2.7"], "active": [],
}  # fmt: skip


def found(skew: float = 0.0, leads_to: tuple[str, ...] = ("192.0.2.7",), **other: Any) -> dict[str, Finding]:
    facts = Facts({**WELL, **other}, skew)
    return {each.name: each for each in findings(facts, Layout(), "vps", 443, leads_to)}


def test_a_machine_that_lacks_nothing() -> None:
    assert [each for each in found().values() if not each.ok] == []


@pytest.mark.parametrize(
    ("other", "name", "words"),
    [
        ({"systemd": 249}, "systemd", "250"),
        ({"systemd": 0}, "systemd", "Debian 12"),
        ({"missing": ["caddy", "useradd"]}, "programs", "apt install caddy passwd"),
        ({"pythons": [{**PYTHON, "venv": False}]}, "python", "apt install python3-venv"),
        ({"pythons": [{**PYTHON, "version": [3, 10, 1]}]}, "python", "3.11 to 3.13"),
        ({"pythons": [{**PYTHON, "libc": ["musl", "1.2"]}]}, "python", "3.11 to 3.13"),
        ({"disk_mb": 900}, "disk", "2.5 GB"),
        ({"caddy_active": False}, "web", "Stop it"),
        ({"caddy_active": False, "listening": []}, "web", "systemctl enable --now caddy"),
        ({"listening": [18182]}, "ports", "deploy.ssh.ports"),
        ({"caddyfile": None}, "caddyfile", "Install"),
    ],
)
def test_what_is_missing_stops_it_and_names_the_remedy(other: dict[str, Any], name: str, words: str) -> None:
    finding = found(**other)[name]
    assert (finding.ok, finding.needed) == (False, True)
    assert words in finding.remedy


@pytest.mark.parametrize(
    ("finding", "needed"),
    [
        (found(skew=6.0)["clock"], True),
        (found(skew=-6.0)["clock"], True),
        (found(leads_to=())["address"], True),
        (found(leads_to=("198.51.100.1",))["address"], False),
        (found(memory_mb=900)["memory"], False),
    ],
)
def test_what_stops_it_and_what_is_only_said(finding: Finding, *, needed: bool) -> None:
    assert (finding.ok, finding.needed) == (False, needed)


def test_ports_of_a_colour_that_runs_are_its_own() -> None:
    unit = Layout().unit(Colour.GREEN)
    assert found(listening=[18082, 18182], active=[unit])["ports"].ok
    assert not found(listening=[18081], active=[unit])["ports"].ok


def test_a_second_python_is_taken_where_the_first_will_not_do() -> None:
    old = {**PYTHON, "version": [3, 10, 1]}
    newer = {**PYTHON, "version": [3, 12, 3], "path": "/usr/bin/python3.12"}
    python = Facts({**WELL, "pythons": [old, newer]}, 0.0).python()
    assert python == Python((3, 12), "x86_64", (2, 36), "/usr/bin/python3.12")


class TestTags:
    PYTHON = Python((3, 11), "aarch64", (2, 36))

    def test_a_wheel_for_an_older_glibc_will_do_and_one_for_a_newer_not(self) -> None:
        tags = self.PYTHON.platforms
        assert tags[0] == "manylinux_2_36_aarch64"
        assert {"manylinux_2_28_aarch64", "manylinux2014_aarch64", "manylinux_2_17_aarch64"} < set(tags)
        assert "manylinux_2_37_aarch64" not in tags

    def test_it_can_be_resolved_for(self) -> None:
        assert self.PYTHON.resolves_as() == "aarch64-manylinux_2_36"
        assert Python((3, 12), "x86_64", (2, 30)).resolves_as() == "x86_64-manylinux_2_28"
        assert Python((3, 12), "x86_64", (2, 99)).resolves_as() == "x86_64-manylinux_2_40"
