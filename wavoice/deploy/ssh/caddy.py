"""Caddy's part: TLS, one address, and which colour gets the webhooks."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from wavoice.deploy.ssh.layout import Colour, Layout

CADDYFILE = "/etc/caddy/Caddyfile"
_LIVE = re.compile(r"^# live: (?P<release>[A-Za-z0-9.-]+) (?P<colour>blue|green)$", re.MULTILINE)

_SITE = """\
# Written by `wavoice deploy`; the next deploy writes it again.
# live: {release} {colour}
{address} {{
{tls}	@bot path /webhooks/whatsapp /healthz
	handle @bot {{
		request_body {{
			max_size 4MB
		}}
		reverse_proxy 127.0.0.1:{port} {{
			health_uri /healthz
			# A busy bot answers late and is not dead: refused, its webhooks would come again.
			health_interval 5s
			health_timeout 10s
			# A process that starts again is waited for; WhatsApp tries again later than that.
			lb_try_duration 8s
			lb_try_interval 100ms
		}}
	}}
	handle {{
		respond 404
	}}
}}
"""


def site(layout: Layout, url: str, colour: Colour, release: str, *, own_authority: bool = False) -> str:
    """Caddy's file of the bot while `colour` is live. `url` is the public address.

    Nothing but the webhook and `/healthz` is passed on; requests are not logged, for their senders are
    customers. `own_authority`: a certificate of Caddy's own authority instead of a public one.
    """
    tls = "\ttls internal\n" if own_authority else ""
    return _SITE.format(
        release=release, colour=colour, address=_address(url), tls=tls, port=layout.port(colour)
    )


def live(text: str) -> tuple[str, Colour] | None:
    """Release and colour that a site file sends webhooks to; None if it is not one of ours."""
    found = _LIVE.search(text)
    return None if found is None else (found["release"], Colour(found["colour"]))


def import_line(layout: Layout) -> str:
    """What Caddy's own file must hold."""
    return f"import {layout.site}"


def _address(url: str) -> str:
    """Scheme, host and port: Caddy redirects http by itself where the scheme is https."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
