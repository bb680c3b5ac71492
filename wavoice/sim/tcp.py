"""Sockets for the simulator: those of the server."""

from wavoice.runtime.serving.sockets import serve

__all__ = ["serve"]
