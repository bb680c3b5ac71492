"""A shop counter as an MCP server of the official SDK, with every fault that a test wants.

In process: `counter(Till())`. As a process of its own: `python -m tests.mcp.counter FILE`, where FILE is the
till as JSON; it answers over standard input and output.
"""

import json
import os
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.resolve import Elicit, Resolve
from mcp.server.request_state import RequestStateSecurity
from mcp_types import ToolAnnotations
from pydantic import BaseModel

READS = ToolAnnotations(readOnlyHint=True)
HARMLESS = ToolAnnotations(readOnlyHint=False, destructiveHint=False, idempotentHint=False)
"""What Stripe says of its own create_refund."""
KEY = b"a key of thirty-two bytes, always"


class Ok(BaseModel):
    confirm: bool


@dataclass(slots=True)
class Till:
    """What the shop knows and does."""

    status: str = "on its way"
    version: str = "v1"
    does: str = "done"
    question: str = "This cannot be undone. Go on?"
    refunds: list[dict[str, Any]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    file: Path | None = None

    def load(self) -> None:
        if self.file is not None:
            for name, value in json.loads(self.file.read_text()).items():
                setattr(self, name, value)

    def save(self) -> None:
        if self.file is not None:
            kept = {name: value for name, value in asdict(self).items() if name != "file"}
            self.file.write_text(json.dumps(kept))

    def called(self, name: str) -> None:
        self.load()
        self.calls.append(name)
        self.save()


def counter(till: Till) -> MCPServer:  # noqa: C901 -- one function a tool
    server = MCPServer("counter", request_state_security=RequestStateSecurity(keys=[KEY], ttl=86_400))

    @server.tool(annotations=READS)
    async def get_order(order: str) -> dict[str, Any]:
        till.called("get_order")
        if till.does == "no such order":
            raise ToolError("There is no such order.")
        return {"id": order, "status": till.status, "updated_at": till.version, "total": "20 rupees"}

    @server.tool(annotations=READS)
    async def list_refunds(order: str) -> dict[str, Any]:
        till.called("list_refunds")
        if till.does == "refuses and hides":
            raise ToolError("The books are closed.")
        if till.does == "garbled":
            return {"refunds": "none of your business"}
        return {"refunds": [one for one in till.refunds if one["order"] == order]}

    def refund(order: str, amount: int, note: str) -> dict[str, Any]:
        till.load()
        till.refunds.append(
            {"id": f"re_{len(till.refunds) + 1}", "order": order, "amount": amount, "note": note}
        )
        till.save()
        return {"id": till.refunds[-1]["id"], "status": "succeeded"}

    @server.tool(annotations=HARMLESS)
    async def create_refund(order: str, amount: int, note: str) -> dict[str, Any]:
        till.called("create_refund")
        match till.does:
            case "refuses" | "refuses and hides":
                raise ToolError("Failed to create refund")
            case "refuses after it":
                refund(order, amount, note)
                raise ToolError("Failed to create refund")
            case "dies before":
                os._exit(9)
            case "dies after":
                refund(order, amount, note)
                os._exit(9)
            case "once":
                known = [one for one in till.refunds if one["note"] == note]
                return {"id": known[0]["id"]} if known else refund(order, amount, note)
        return refund(order, amount, note)

    async def ask() -> Elicit[Ok]:
        return Elicit(till.question, Ok)

    @server.tool(annotations=HARMLESS)
    async def close_account(order: str, note: str, ok: Annotated[Ok, Resolve(ask)]) -> dict[str, Any]:
        till.called("close_account")
        if not ok.confirm:
            raise ToolError("Not confirmed.")
        done = refund(order, 0, note)
        return done if till.does != "breaks off" else {"id": object()}  # which cannot be sent

    @server.tool(annotations=ToolAnnotations(destructiveHint=True))
    async def wipe(order: str) -> dict[str, Any]:
        till.called("wipe")
        return {}

    @server.tool()
    async def not_listed(order: str) -> dict[str, Any]:
        till.called("not_listed")
        return {}

    return server


if __name__ == "__main__":
    counter(Till(file=Path(sys.argv[1]))).run("stdio")
