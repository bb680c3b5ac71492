"""localstripe on loopback, with idempotency keys, search by metadata, and no refund above the charge.

localstripe itself ignores `Idempotency-Key`, has no search, and refunds what was never paid. Usage:
`python server.py PORT` in an environment that has it; says "CONTRACT READY", ends when its input is closed.
"""

import asyncio
import hashlib
import re
import sys
import threading
from collections.abc import Awaitable, Callable

from aiohttp import web
from localstripe import resources, server

resources.Store.dump_to_disk = lambda _self: None  # it would keep its state in a file that all share
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
ANSWERS: dict[str, tuple[str, int, bytes]] = {}
AT_WORK: set[str] = set()


def refusal(status: int, kind: str, message: str, code: str | None = None) -> web.Response:
    error = {"type": kind, "message": message, **({"code": code} if code else {})}
    return web.json_response({"error": error}, status=status)


@web.middleware
async def idempotency(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Stripe's rules: the same body is answered with the first answer, another body is refused."""
    key = request.headers.get("Idempotency-Key")
    if key is None or request.method != "POST":
        return await handler(request)
    body = hashlib.sha256(request.path.encode() + await request.read()).hexdigest()
    if key in ANSWERS:
        known, status, answer = ANSWERS[key]
        if known != body:
            return refusal(400, "idempotency_error", "The key was used with other parameters.")
        headers = {"Idempotent-Replayed": "true"}
        return web.Response(body=answer, status=status, content_type="application/json", headers=headers)
    if key in AT_WORK:
        return refusal(409, "idempotency_error", "The key is in use.", "idempotency_key_in_use")
    AT_WORK.add(key)
    try:
        response = await handler(request)
    finally:
        AT_WORK.discard(key)
    if isinstance(response, web.Response) and isinstance(response.body, bytes):
        ANSWERS[key] = (body, response.status, response.body)
    return response


@web.middleware
async def what_it_lacks(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.path == "/v1/payment_intents/search":
        return search(request.query.get("query", ""))
    if request.path == "/v1/refunds" and request.method == "POST":
        told = await server.get_post_data(request)
        intent = resources.store.get("payment_intent:" + str(told.get("payment_intent")))
        charge = intent.latest_charge if intent else None
        if charge and int(told["amount"]) > charge.amount - charge.amount_refunded:
            return refusal(400, "invalid_request_error", "More than is left.", "charge_already_refunded")
    return await handler(request)


def search(query: str) -> web.Response:
    found = re.fullmatch(r"metadata\['(\w+)'\]:'([^']*)'", query)
    if found is None:
        return refusal(400, "invalid_request_error", "That query is not understood.")
    name, value = found.groups()
    intents = [one for key, one in resources.store.items() if key.startswith("payment_intent:")]
    data = [{"id": one.id, "object": "payment_intent"} for one in intents if one.metadata.get(name) == value]
    return web.json_response(
        {"object": "search_result", "has_more": False, "data": data, "url": "/v1/search"}
    )


async def main(port: int) -> None:
    server.app.middlewares[:0] = [idempotency, what_it_lacks]
    runner = web.AppRunner(server.app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    print("CONTRACT READY", flush=True)
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    threading.Thread(
        target=lambda: (sys.stdin.read(), loop.call_soon_threadsafe(over.set)), daemon=True
    ).start()
    await over.wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
