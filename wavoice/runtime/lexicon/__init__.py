"""Words that decide polarity, as data: one TOML file a language, read together."""

from wavoice.runtime.lexicon.enabled import Languages, enabled
from wavoice.runtime.lexicon.language import Language, Review, build, load, shipped
from wavoice.runtime.lexicon.reading import Credit, Lexicon
from wavoice.runtime.lexicon.words import Phrase, words_of

__all__ = [
    "Credit",
    "Language",
    "Languages",
    "Lexicon",
    "Phrase",
    "Review",
    "build",
    "enabled",
    "load",
    "shipped",
    "words_of",
]
