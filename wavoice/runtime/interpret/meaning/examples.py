"""Sentences that ask for each job, written for this: `said/TOPIC.txt`, one a line, in any language.

A topic is a job, or one way to speak of it: `faq.shop` is the job `faq`. "(a|b)" in a line stands for two
sentences. Rules make more of each: with courtesies around it, and typed in haste. The same files always
give the same sentences.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import product
from typing import Final

OUT_OF_SCOPE: Final = "out_of_scope"
"""What is none of the jobs."""
MOST: Final = 4
"""Sentences that one line stands for, at most."""
_EITHER = re.compile(r"\(([^()]*)\)")
_NUMBER = re.compile(r"#?\d[\d\-./]*\d{2}|\b\d{3,}\b")
_SPACE = re.compile(r"[\s.,!?;:…¿¡।؟]+")
_AROUND: Final = (
    "please {}",
    "{} please",
    "hi, {}",
    "{} i need help",
    "i need assistance, {}",
    "can you help me, {}",
    "{} thanks",
    "hello i want some help to {}",
    "i have a question: {}",
    "{} can you help me",
    "um {}",
    "i would like to know how to {}",
    "could i get some information, {}",
    "i don't know how to {}",
    "{} how can i do it",
    "help me {}",
    "i need help to {}",
    "i want assistance to {}",
    "could you help me to see: {}",
    "i am trying to {}",
    "where can i {}",
)
"""Courtesies that say nothing of the job."""


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence, and what it asks for."""

    text: str
    """As `normal` writes it."""
    topic: str

    @property
    def job(self) -> str:
        """The job, or `out_of_scope`."""
        return job_of(self.topic)


def job_of(topic: str) -> str:
    """The job that a topic belongs to."""
    return topic.partition(".")[0]


def normal(text: str) -> str:
    """A text as it is compared: small letters, no punctuation, and no number of its own."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return _SPACE.sub(" ", _NUMBER.sub("1234", plain)).strip()


@cache
def topics() -> tuple[str, ...]:
    """Every topic, sorted."""
    return tuple(sorted(file.name.removesuffix(".txt") for file in _folder().iterdir()))


@cache
def known_jobs() -> tuple[str, ...]:
    """Every job that there are sentences for, sorted."""
    return tuple(sorted({job_of(topic) for topic in topics()} - {OUT_OF_SCOPE}))


def written(topic: str) -> list[str]:
    """The sentences of a topic as they were written, alternatives spelt out."""
    lines = (_folder() / f"{topic}.txt").read_text(encoding="utf-8").splitlines()
    return [said for line in lines if line.strip() for said in _spelt_out(line.strip())]


def examples() -> list[Example]:
    """All sentences that are learnt from, in a fixed order."""
    return [Example(said, topic) for topic in topics() for said in _more_of(written(topic))]


def fingerprint() -> str:
    """Of all that is learnt from: another one means that it has to be learnt anew."""
    lines = "\n".join(f"{each.topic}\t{each.text}" for each in examples())
    return sha256(lines.encode()).hexdigest()


def _folder() -> Traversable:
    return files("wavoice.runtime.interpret.meaning") / "said"


def _spelt_out(line: str) -> Iterator[str]:
    parts = _EITHER.split(line)
    ways = [part.split("|") if place % 2 else [part] for place, part in enumerate(parts)]
    whole = ["".join(chosen) for chosen in product(*ways)]
    step = max(1, len(whole) // MOST)
    return iter(whole[::step][:MOST])


def _more_of(said: list[str]) -> Iterator[str]:
    """Each sentence, once more with a courtesy around it, and every other one with a slip of the thumb."""
    seen: set[str] = set()
    for place, text in enumerate(said):
        plain = normal(text)
        around = _AROUND[place % len(_AROUND)].format(plain)
        for each in (plain, around, *([_mistyped(plain, place)] if place % 2 else [])):
            if each not in seen:
                seen.add(each)
                yield each


def _mistyped(text: str, place: int) -> str:
    """With two letters swapped, one left out, or one doubled in its longest Latin word."""
    words = text.split()
    long = max(range(len(words)), key=lambda at: len(words[at]) if words[at].isascii() else 0)
    word = words[long]
    if len(word) < 5 or not word.isascii():
        return text
    at = 1 + place % (len(word) - 2)
    slip = place % 3
    if slip == 0:
        word = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    else:
        word = word[:at] + (word[at] * 2 if slip == 1 else "") + word[at + 1 :]
    return " ".join([*words[:long], word, *words[long + 1 :]])
