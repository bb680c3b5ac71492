"""A published MCP server (npm, TypeScript SDK, a protocol of before ours) behind the gate, as it is."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from tests.mcp.shop import open_shop
from wavoice.runtime.adapters.mcp_survey import survey_now
from wavoice.runtime.adapters.mcp_wire import connect
from wavoice.runtime.settings_mcp import McpServer

pytestmark = pytest.mark.contract

PACKAGE = "@modelcontextprotocol/server-memory"
VERSION = "2026.8.31"
FOLDER = "WAVOICE_CONTRACT_FOLDER"
ROOT = Path(__file__).parents[2]

REMEMBER: Mapping[str, Any] = {
    "job": "remember",
    "can": "note something about an order",
    "asks": ["note for my order {note}"],
    "slots": {"order": {"kind": "order"}, "note": {"kind": "text", "ask": "What should be noted?"}},
    "arguments": {
        "entities": [
            {"name": "{order} {key}", "entityType": "note", "observations": ["{note}", "wavoice {key}"]}
        ]
    },
    "read_back": "Order {order}: note “{note}”?",
    "done": "it is noted for order {order}",
    "still": "nothing is noted for order {order}",
    "compensation": "impossible",
    "idempotency": "marker",
    "verify": {
        "tool": "search_nodes",
        "arguments": {"query": "{key}"},
        "items": "entities",
        "match": {"observations.1": "wavoice {key}"},
    },
    "verify_always": True,
}


@pytest.fixture(scope="module")
def program() -> list[str]:
    """The command that starts it, installed once into the folder of the contract suites."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        pytest.skip("the published MCP server needs Node.js and npm")
    place = Path(os.environ.get(FOLDER) or ROOT / ".contract") / "mcp-memory"
    module = place / "node_modules" / PACKAGE
    if not (module / "package.json").is_file():
        place.mkdir(parents=True, exist_ok=True)
        quiet = ["--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"]
        install = [npm, "install", *quiet, "--prefix", str(place), f"{PACKAGE}@{VERSION}"]
        done = subprocess.run(install, check=False, capture_output=True, text=True, timeout=600)
        if done.returncode:
            pytest.skip(f"npm could not install {PACKAGE}: {done.stderr.strip().splitlines()[-1:]}")
    assert json.loads((module / "package.json").read_text())["version"] == VERSION
    return [node, str(module / "dist" / "index.js")]


def _server(program: list[str], folder: Path, **tools: Mapping[str, Any]) -> McpServer:
    where = folder / "where"
    where.write_text(str(folder / "memory.jsonl"))
    env = {"MEMORY_FILE_PATH": SecretStr(f"file:{where}")}
    return McpServer.model_validate({"command": program, "env": env, "trusted": True, "tools": tools})


async def test_a_tool_of_a_published_server_is_a_job(program: list[str], tmp_path: Path) -> None:
    bare = _server(program, tmp_path)
    async with connect(bare) as wire:
        seen = await wire.tools()
    assert (seen["create_entities"].hints.destructive, seen["delete_entities"].hints.destructive) == (
        False,
        True,
    )
    served = _server(
        program,
        tmp_path,
        create_entities={**REMEMBER, "hash": seen["create_entities"].hash, "hints": {"destructive": False}},
        search_nodes={"hash": seen["search_nodes"].hash, "hints": {"read_only": True}},
    )
    (found,) = await survey_now({"memory": served})
    assert list(found.troubles) == []
    assert {one.tool: one.tier for one in found.tools}["delete_entities"] == "R3"
    async with open_shop(served) as at:
        assert await at.types("note for my order leave it with the neighbour") == [
            "Order 1842: note “leave it with the neighbour”? Reply yes or no."
        ]
        assert not (tmp_path / "memory.jsonl").exists()
        await at.types("yes")
        assert await at.wait(5) == ["Done: it is noted for order 1842."]
    (line,) = (tmp_path / "memory.jsonl").read_text().splitlines()
    assert json.loads(line)["observations"][0] == "leave it with the neighbour"
