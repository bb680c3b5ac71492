"""Parts of a file, as HTTP asks for them (RFC 9110, section 14)."""

from __future__ import annotations

import re

from starlette.responses import Response

_ONE_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def ranged(data: bytes, mime_type: str, asked: str | None) -> Response:
    """Return the whole file, or the one range that was asked for: 206, or 416 if it has no such part.

    Several ranges, and what is no range, get the whole, which the RFC allows.
    """
    found = _ONE_RANGE.fullmatch(asked.replace(" ", "")) if asked else None
    offers = {"Accept-Ranges": "bytes"}
    if found is None or found.group(1, 2) == ("", ""):
        return Response(data, media_type=mime_type, headers=offers)
    first, last = found.groups()
    size = len(data)
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last), size - 1) if first and last else size - 1
    if first and last and int(last) < int(first):
        return Response(data, media_type=mime_type, headers=offers)
    if start > end:
        return Response(status_code=416, headers={**offers, "Content-Range": f"bytes */{size}"})
    headers = {**offers, "Content-Range": f"bytes {start}-{end}/{size}"}
    return Response(data[start : end + 1], status_code=206, media_type=mime_type, headers=headers)
