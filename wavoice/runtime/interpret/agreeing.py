"""Sentences that agree, as a grammar of few words: what is not said in them stays unexplained.

They are looked for in the words of an answer with a "§" for each word that repeats the question. Being
word for word, they tell "I want you to do it" from "I will do it".
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from wavoice.runtime.lexicon import Phrase

_TO_ME = r"(?: (?:for|to|with|by) (?:me|us))?"
_VERY = r"(?: (?:all|just|so|very|really|quite|totally|completely|absolutely|perfectly|exactly|about))*"
_ECHO = r"(?:(?:the|that|this|these|those|my|a|an|some|your) )?§(?: (?:and |of |the |for |in |at |on )?§)*"
_DETAILS = (
    r"(?:(?:the|those|these|all) )*(?:details?|information|info|summary|recap)(?: you (?:have|gave|sent))?"
)
_IT_ONLY = (
    r"(?:(?:now )?(?:that|thats|this|it|its)|thatd|itd|thatll|itll|everythings"
    r"|all(?: of)?(?: (?:that|this|it))?|yes"
    rf"|{_DETAILS})"
)
"""Without words of the question: "the street is right" may be a part of it."""
_IT = rf"(?:{_IT_ONLY}|theyre|they|{_ECHO})"
_IS = r"(?: (?:all|is|are|will|would|be|does|do|sounds?|seems?|looks?|feels?|appears|found))*"
_GOOD = (
    r"(?:fine|good|great|perfect|correct|right|ok|okay|true|awesome|cool|nice|ideal|fantastic|amazing"
    r"|wonderful|excellent|alright|well|lovely|super|accurate|exactly right)"
)
_VERB = (
    r"(?P<verb>book|reserve|confirm|purchase|buy|schedule|play|start|begin|go|proceed|continue|complete"
    r"|finali[sz]e|rent|watch|get|make|do|share|§)"
)
_KINDS = {
    "book reserve schedule rent make get purchase buy": (
        "book booking reserve reservation reservations appointment table room hotel car rental ticket "
        "tickets seat seats schedule visit viewing flight bus buy purchase house place"
    ),
    "play start begin watch": "play playing start movie song music tv watch",
    "share": "share sharing",
}
_OF_THE_QUESTION: Mapping[str, frozenset[str]] = {
    verb: frozenset(things.split()) for verbs, things in _KINDS.items() for verb in verbs.split()
}
"""Verbs that ask for what was offered only where the question is of such a thing: none moves a parcel."""
_OBJECT = rf"(?:it|that|this|them|those|all|all of it|{_DETAILS}|{_ECHO})"
_WANT = (
    r"(?:(?:i|we) (?:do |really |just |would |definitely )*(?:want|need|like|love|wish)"
    r"|(?:id|wed) (?:really |just )*(?:like|love))"
    r"(?: you)?(?: to)?"
)
_LEAD = rf"(?:(?:please|kindly|so|then|and|just|ahead and|lets|you (?:can|may)|{_WANT}) )*"
_END = r"(?: (?:for me|for us|right now|now|please|with that|with it))*"
_AGREES = re.compile(rf"\b{_IT}{_IS}{_VERY} {_GOOD}(?: too)?{_TO_ME}(?: to (?:proceed|go))?(?= |$)")
_ASKS_FOR_IT = re.compile(
    rf"(?<![^ ]){_LEAD}{_VERB}(?: ahead)?(?:(?: (?:me|us))? (?:the same|{_OBJECT}))?{_END}(?= |$)"
    rf"|(?<![^ ])(?:and )?{_WANT} {_OBJECT}(?: please)?(?= |$)"
    rf"|(?<![^ ])(?:(?:in|at|on|for|to|with|and) )*{_ECHO}(?= |$)"
)
_STRONG = re.compile(
    rf"\b{_IT_ONLY}{_IS}{_VERY} (?:right|correct|perfect|accurate|true|great|awesome)"
    rf"{_TO_ME}(?= |$)|\b{_IT_ONLY}{_IS}{_VERY} (?:works?|suits?)(?: (?:well|great|fine|perfectly))?"
    rf"(?: me(?: well)?|{_TO_ME})(?= |$)"
    rf"|\byou(?:ve)? (?:have |just )?(?:got|have|did|put) (?:it|that|all of it|all|everything|{_DETAILS})"
    rf"{_VERY} (?:right|correct|correctly|down)(?= |$)"
    r"|\b(?:that|thats|this|it|its)(?: is)?(?: (?:just|exactly|precisely))?"
    r" (?:the one(?: for me)?"
    r"|what (?:i|we) (?:want|need|asked for)(?: to §(?: §)*)?)(?= |$)"
    r"|\b(?:that|thats|this|it|its)(?: is)? (?:(?:exactly|just) )?as (?:i|we)"
    r" (?:asked|requested|instructed)(?= |$)"
    r"|^thats?(?: will|ll) (?:do(?: it)?|work(?: for me| fine| just fine)?)$"
    r"|^(?:indeed|of course) i am$"
    r"|\bi (?:accept|agree to|agree with|approve|confirm)"
    r" (?:all of )?(?:that|this|it|all|them|everything|your terms)(?: all)?(?= |$)"
    r"|\byes (?:of course |indeed )?i (?:am|do|will)$"
    r"|\bi would (?:love|like) (?:to|that|it)(?= |$)|\byes it (?:does|is|will|would|sure does)(?= |$)"
    rf"|^(?:and )?(?:is|was) (?:all |just )*(?:right|correct|perfect){_TO_ME}$"
    r"|\byes (?:that (?:is it|is everything|would be it)|thats (?:it|everything)|you sure do|i would)(?= |$)"
    r"|\b(?:thats|that is|its|it is) a (?:(?:big|clear|definite|firm|hard|full|resounding) )?yes"
    r"(?: from me)?(?= |$)"
    r"|\bmy answer(?: to (?:that|this|your question))? is yes(?= |$)|\byes is my answer(?= |$)"
)


_LEANS = re.compile(
    rf"^(?:(?:yes|ok|okay|great|good|and) )*(?:(?P<wish>{_WANT}(?: {_VERB})?(?: {_OBJECT})*{_END})"
    rf"|(?:thats|that is|this is|its) {_ECHO}(?: (?:i|we) (?:want|need|wanted|asked for|requested|meant))?"
    r"|(?:thats|that is|its)(?: exactly)? what (?:i|we) (?:said|requested|asked|meant|had in mind)"
    r"|that is it|thats it|(?:that|it) (?:seems|looks|sounds) (?:as|like) what (?:i|we) (?:want|need)"
    r"|(?:thats|that is) (?:all|everything) (?:i|we) (?:need|needed|want|wanted)"
    r"|is (?:ok|okay|fine|good) (?:for|with|by) (?:me|us)|i can (?:hardly|barely) wait"
    r"|(?:im|i am) (?:fine|ok|okay|happy|good) with (?:that|it|this)(?: thanks)?"
    r"|thats? should (?:do(?: it)?|work)(?: for me| fine| just fine)?|all (?:set|good)"
    r"|i (?:will|ll) (?:take|follow) your (?:advice|suggestion)|i like the sound of (?:that|it))$"
)


def leans(sentence: str) -> bool:
    """True for a whole answer that agrees and gives no yes: "I want to start the movie", "that's it"."""
    match = _LEANS.match(sentence)
    return match is not None and (match["wish"] is None or "§" in sentence)


def sentence_of(spoken: Phrase, repeated: frozenset[int]) -> str:
    """The words as one text, with a sign for each that repeats the question."""
    return " ".join("§" if place in repeated else word for place, word in enumerate(spoken))


_CHECKS_A_PART = re.compile(
    r"(?:§(?: \d+)? (?:is|are|was|were|looks?|sounds?|feels?|seems?)|(?:should|could|may) be)"
    rf" (?:\w+ )?{_GOOD}(?= |$)|\b(?:my|your) §$"
)


def checked_parts(sentence: str) -> list[tuple[int, int]]:
    """Words that find a part of the question right, or hope so: "the street is right", "should be right"."""
    return _spans(_CHECKS_A_PART, sentence)


def agreements(sentence: str) -> list[tuple[int, int]]:
    """Words of sentences that agree as clearly as a yes: "that works for me", "you got it right"."""
    return _spans(_STRONG, sentence)


def agreeing(sentence: str, asked: frozenset[str], *, agrees: bool) -> list[tuple[int, int]]:
    """Words of sentences that only agree; beside a yes also those that ask for what was offered.

    `asked` are the words of the question.
    """
    found = [span for pattern in (_AGREES, _STRONG) for span in _spans(pattern, sentence)]
    if not agrees:
        return found
    wishes = [
        match
        for match in _ASKS_FOR_IT.finditer(sentence)
        if _is_offered(match["verb"], asked) and _LEAVES.search(match.group()) is None
    ]
    return found + [_span(match, sentence) for match in wishes]


_LEAVES = re.compile(r"\bto go(?! ahead)")
"""Who needs to go leaves; who wants to go ahead stays."""


def _is_offered(verb: str | None, asked: frozenset[str]) -> bool:
    return verb is None or verb not in _OF_THE_QUESTION or bool(_OF_THE_QUESTION[verb] & asked)


def _spans(pattern: re.Pattern[str], sentence: str) -> list[tuple[int, int]]:
    return [_span(match, sentence) for match in pattern.finditer(sentence)]


def _span(match: re.Match[str], sentence: str) -> tuple[int, int]:
    start = sentence.count(" ", 0, match.start())
    return start, start + len(match.group().split())
