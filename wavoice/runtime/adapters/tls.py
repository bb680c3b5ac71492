"""Whom our connections trust."""

from __future__ import annotations

import ssl
from functools import cache

import httpx


@cache
def tls() -> ssl.SSLContext:
    """One context for all connections of the process: to read certificates takes longer than to open one."""
    return httpx.create_ssl_context()
