"""The shop's own answers, word for word, or none (R0)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from wavoice.runtime.actions import Answer, Job, Prepared, Refuse
from wavoice.runtime.faq import Faq
from wavoice.runtime.model import Facts, Tier
from wavoice.runtime.replies import service

NAME = "faq"


def _nothing_known(_slots: Mapping[str, str], _facts: Facts, _today: date) -> Prepared:
    return Refuse(service.NOT_KNOWN)


JOB = Job(name=NAME, slots=("faq",), tier=Tier.R0, prepare=_nothing_known, public=True)
"""Of a shop that has written none."""


def answering(faq: Faq) -> Job:
    """The job of a shop that has."""

    def prepare(slots: Mapping[str, str], _facts: Facts, _today: date) -> Prepared:
        entry = faq.entry(slots.get("faq", ""))
        return Answer(entry.answer) if entry is not None else Refuse(service.NOT_KNOWN)

    return replace(JOB, can="answer questions about the shop", prepare=prepare)
