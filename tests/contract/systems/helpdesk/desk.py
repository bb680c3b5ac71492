"""A django-helpdesk of our own: installed, started and looked at as staff see it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from tests.contract.systems.kept import HERE, Say, Started, free_port, running, venv

PACKAGES = ("django-helpdesk==2.6.1",)
USER, PASSWORD, QUEUE = "bot", "secret-of-the-bot", "1"
CLOSED = 4


class Helpdesk:
    """`desks.Desk`."""

    name = "helpdesk"
    filing = b"POST /api/"
    """Words of a request that files."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self._http = httpx.Client(timeout=60, verify=False, auth=(USER, PASSWORD))

    def close(self) -> None:
        self._http.close()

    def entries(self, ticket: str) -> list[str]:
        """What staff read in a ticket, the oldest first; its opening stands there twice."""
        held = self._call("GET", ticket)
        told = [held["description"], *(one["comment"] for one in held["followup_set"])]
        return list(dict.fromkeys(told))

    def end(self, ticket: str) -> None:
        """Staff close it."""
        self._call("PATCH", ticket, status=CLOSED)

    def _call(self, method: str, ticket: str, **body: Any) -> Any:
        answer = self._http.request(method, f"{self.origin}/api/tickets/{ticket}/", json=body or None)
        assert answer.is_success, answer.text
        return answer.json()


@contextmanager
def helpdesk(say: Say) -> Iterator[Helpdesk]:
    """Installed and started. Skips, saying why, where it cannot be."""
    python, port = venv("helpdesk", PACKAGES, say), free_port()
    with tempfile.TemporaryDirectory() as folder:
        server = Started(
            name="helpdesk",
            command=[str(python), str(HERE / "helpdesk" / "server.py"), str(port), folder],
            ready="CONTRACT READY",
            env={},
        )
        with running(server, say):
            desk = Helpdesk(f"http://127.0.0.1:{port}")
            try:
                yield desk
            finally:
                desk.close()
