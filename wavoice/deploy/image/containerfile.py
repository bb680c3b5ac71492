"""The Containerfile: Python, wheels whose hashes are checked, the bot, and a user without rights."""

from __future__ import annotations

from wavoice.deploy.image.plan import ADMIN_PORT, DATA, PORT, USER, Plan

IGNORED = ("secrets", "kubernetes", "compose.yaml", "README.md")
"""What never gets into the image."""


def containerfile(plan: Plan) -> str:
    """Its text. The build needs no network but for the base image: every wheel lies beside it."""
    return f"""\
# Built by: docker build -t {plan.image} .   (or podman, or buildah bud)
FROM {plan.wishes.base} AS wheels
COPY wheels /wheels
COPY wavoice /own
COPY requirements.lock /requirements.lock
RUN python3 -m venv /venv \\
 && /venv/bin/pip install --no-cache-dir --no-index --find-links /wheels \\
      --require-hashes -r /requirements.lock \\
 && /venv/bin/pip install --no-cache-dir --no-index --no-deps /own/*.whl

FROM {plan.wishes.base}
COPY --from=wheels /venv /venv
COPY bot /bot
RUN mkdir {DATA} && chown {USER}:{USER} {DATA}
WORKDIR /bot
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOME=/tmp
USER {USER}:{USER}
EXPOSE {PORT} {ADMIN_PORT}
STOPSIGNAL SIGTERM
ENTRYPOINT ["wavoice"]
CMD ["serve"]
"""
