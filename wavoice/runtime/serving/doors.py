"""The two HTTP doors of a serving process: one for WhatsApp, one for whoever watches the process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from wavoice import __version__
from wavoice.runtime.seeing.metrics import Metrics
from wavoice.runtime.serving.health import Health

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""Prometheus's text exposition format."""


async def _alive(_: Request) -> Response:
    return JSONResponse({"status": "ok", "version": __version__})


def public_app(webhook: Starlette) -> Starlette:
    """What the public may reach: the webhook, and whether anybody is there."""
    return Starlette(routes=[*webhook.routes, Route("/healthz", _alive, methods=["GET"])])


def admin_app(health: Health, metrics: Metrics | None) -> Starlette:
    """What only the operator may reach: health, and metrics where there are any."""

    async def ready(_: Request) -> Response:
        can, body = await health.report()
        return JSONResponse(body, status_code=200 if can else 503)

    async def counted() -> str:
        standing = await health.look()
        if metrics is None:
            return ""
        metrics.stand(len(standing.paused), standing.news or {}, refused=standing.refused)
        return metrics.text()

    return Starlette(
        routes=[
            Route("/healthz", _alive, methods=["GET"]),
            Route("/readyz", ready, methods=["GET"]),
            _metrics(None if metrics is None else counted),
        ]
    )


def metrics_app(metrics: Callable[[], str]) -> Starlette:
    """What a process shows that takes no messages."""

    async def counted() -> str:
        return metrics()

    return Starlette(routes=[Route("/healthz", _alive, methods=["GET"]), _metrics(counted)])


def _metrics(metrics: Callable[[], Awaitable[str]] | None) -> Route:
    async def tell(_: Request) -> Response:
        if metrics is None:
            return PlainTextResponse("no metrics are collected", status_code=404)
        return PlainTextResponse(await metrics(), media_type=METRICS_TYPE)

    return Route("/metrics", tell, methods=["GET"])
