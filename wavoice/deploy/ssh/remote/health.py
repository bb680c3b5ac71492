"""Asks the admin port of a process once: {"ready": bool, "checks": {…}, "metrics": str}."""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request

# Nothing between this program and its own machine: a proxy of the environment is not asked.
WEB = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def get(port: str, path: str) -> tuple[int, str]:
    """Status and body; (0, "") where nobody answers."""
    try:
        with WEB.open(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode("utf-8", "replace")
    except OSError:
        return 0, ""


def words(check: object) -> str:
    """What a check found, in words."""
    return str(check.get("told", check) if isinstance(check, dict) else check)


def main() -> None:
    """Print it."""
    status, body = get(sys.argv[1], "/readyz")
    try:
        told = json.loads(body)
    except ValueError:
        told = {}
    checks = told.get("checks", {}) if isinstance(told, dict) else {}
    metrics = get(sys.argv[1], "/metrics") if status else (0, "")
    answer = {
        "ready": status == 200,
        "checks": {name: words(check) for name, check in checks.items()},
        "metrics": metrics[1] if metrics[0] == 200 else "",
    }
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
