"""Lexicons: read strictly, read together, and a doubtful word never decides alone (I10)."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from tests.runtime.gate_cases import MONDAY, POLICY, PROMPT, case
from tests.runtime.lexicon_replies import REPLIES
from wavoice.runtime.confirm import decide
from wavoice.runtime.errors import ConfigError
from wavoice.runtime.interpret.rules import RulesInterpreter
from wavoice.runtime.lexicon import build, enabled, load, shipped, words_of
from wavoice.runtime.model import VETOES, Binding, Mark, Reading
from wavoice.runtime.ports import Situation

MULTILINGUAL = Path(__file__).parents[3] / "shared" / "data" / "confirm_multilingual.dev.jsonl"
ALL = RulesInterpreter()


def answer(
    text: str, language: str = "en", interpreter: RulesInterpreter = ALL, prompt: str = PROMPT
) -> Reading:
    return interpreter.read(
        text, Situation(now=MONDAY, language=language, open_action="reschedule_delivery", prompt=prompt)
    )


def row(reading: Reading, binding: Binding = Binding.SOLE_OPEN) -> str:
    """Row and effect of the gate for a typed reply."""
    decision = decide(replace(case(reading.text, binding=binding), reading=reading), POLICY)
    return f"{decision.row} {decision.effect}{' held' if decision.held else ''}"


def language(**changes: Any) -> Mapping[str, Any]:
    return {"version": 1, "language": "xx", "marks": {"yes": ["da"]}, "words": {}} | changes


def complaint(data: Mapping[str, Any]) -> str:
    with pytest.raises(ConfigError) as caught:
        build(data, "lexicon/xx.toml")
    return str(caught.value)


class TestWords:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("Don't, a'a, d’accord", ("dont", "aa", "daccord")),
            ("हाँ, ज़रूर।", ("हां", "जरूर")),
            ("नहीं|बस॥", ("नहीं", "बस")),
            ("কর্‌ ১২", ("কর্", "12")),
            ("إِيقَافْ ـــ نَعَمْ ٣", ("ايقاف", "نعم", "3")),
            ("ٹھیک ہے", words_of("ٹهيك هے")),
            ("İPTAL", ("iptal",)),
            ("bẹ́ẹ̀ni", ("bẹ́ẹ̀ni",)),
            ("ＹＥＳ 👍🏽❤️", ("yes", "👍", "❤")),
        ],
    )
    def test_a_word_keeps_its_marks_and_loses_what_makes_no_sound(
        self, text: str, words: tuple[str, ...]
    ) -> None:
        assert words_of(text) == words

    def test_accents_and_stretching_are_a_second_chance(self) -> None:
        for text, mark in {"nao": Mark.NO, "nooooo": Mark.NO, "siiim": Mark.YES, "hayir": Mark.NO}.items():
            assert mark in answer(text).marks, text

    def test_a_word_with_its_own_meaning_unaccented_keeps_it(self) -> None:
        spanish = RulesInterpreter(enabled(("es",)))
        assert answer("sí", "es", spanish).marks == (Mark.YES,)
        assert answer("si", "es", spanish).marks == (Mark.WEAK,)
        assert Mark.MODIFY in answer("si está libre", "es", spanish).marks


class TestFiles:
    def test_every_language_of_the_specification_has_words(self) -> None:
        assert set(shipped()) == {"en"} | REPLIES.keys()

    @pytest.mark.parametrize("code", shipped())
    def test_each_is_whole(self, code: str) -> None:
        words = load(code)
        assert set(words.marks.values()) == set(Mark)
        assert words.idioms
        for name in ("courtesy", "human", "bare_stop", "near_miss", "reported", "hedge"):
            assert words.sets[name], name

    def test_only_english_is_reviewed(self) -> None:
        assert [code for code in shipped() if load(code).reviewed] == ["en"]

    def test_an_unknown_language_is_refused_with_the_nearest(self) -> None:
        with pytest.raises(ConfigError, match=r"no words for the language 'esp'.*es"):
            enabled(("en", "esp"))
        with pytest.raises(ConfigError, match="No language is enabled"):
            enabled(())

    @pytest.mark.parametrize(
        ("data", "says"),
        [
            (language(mark={}), "lexicon/xx.toml: there is no key 'mark'; the nearest is 'marks'."),
            (language(marks={"yess": ["da"]}), "lexicon/xx.toml: marks: there is no key 'yess'; the nearest is 'yes'."),
            (language(words={"filer": ["uh"]}), "lexicon/xx.toml: words: there is no key 'filer'; the nearest is 'filler'."),
            (language(marks={"yes": ["Da!"], "no": ["ne", "da"]}), "lexicon/xx.toml: 'da' is both YES and NO."),
            (language(idioms={"neutral": ["da"]}), "lexicon/xx.toml: 'da' is an idiom and a mark."),
            (language(words={"filler": ["uh", "da"]}), "lexicon/xx.toml: 'da' is both YES and in words.filler."),
            (language(words={"courtesy": ["Da!"]}), "lexicon/xx.toml: 'da' is both YES and in words.courtesy."),
            (language(idioms={"neutral": ["va ba"]}, words={"filler": ["va ba"]}), "lexicon/xx.toml: 'va ba' is both an idiom and in words.filler."),
            (language(idioms={"neutral": ["va ba"]}, words={"courtesy": ["va ba"]}), "lexicon/xx.toml: 'va ba' is both an idiom and in words.courtesy."),
            (language(marks={"yes": ["ok"]}), "lexicon/xx.toml: 'ok' is YES; in every language it is WEAK."),
            (language(marks={"yes": ["🛑"]}), "lexicon/xx.toml: '🛑' is YES; in every language it is STOP."),
            (language(words={"filler": ["👎"]}), "lexicon/xx.toml: '👎' means nothing; in every language it is NO."),
            (language(words={"courtesy": ["ok"]}), "lexicon/xx.toml: 'ok' means nothing; in every language it is WEAK."),
            (language(idioms={"neutral": ["✋"]}), "lexicon/xx.toml: '✋' means nothing; in every language it is HOLD."),
            (language(marks={"no": ["❤"]}), "lexicon/xx.toml: '❤' is NO; in every language it means nothing."),
            (language(words={"common": ["da"]}), "'da' is both YES and an ordinary word (words.common)."),
            (language(words={"two_ways": ["dada"]}), "'dada' in words.two_ways has no polarity to doubt."),
            (language(marks={"yes": ["?!"]}), "lexicon/xx.toml: marks.yes: '?!' holds no word."),
            (language(marks={"yes": [3]}), "lexicon/xx.toml: marks.yes: 3 holds no word."),
            (language(marks={"yes": "da"}), "lexicon/xx.toml: marks.yes is not a list of phrases."),
            (language(words=[]), "lexicon/xx.toml: words is not a table."),
            (language(version=2), "lexicon/xx.toml: version is 2; this wavoice reads version 1."),
            (language(version=0), "lexicon/xx.toml: version is 0; this wavoice reads version 1."),
            (language(version=True), "lexicon/xx.toml: version is True; this wavoice reads version 1."),
            (language(version=1.0), "lexicon/xx.toml: version is 1.0; this wavoice reads version 1."),
            (language(version=None), "lexicon/xx.toml: version is None; this wavoice reads version 1."),
            (language(name=3), "lexicon/xx.toml: name is 3, and no text."),
            (language(name=" "), "lexicon/xx.toml: name is ' ', and no text."),
            (language(language="yy"), "lexicon/xx.toml: language is 'yy'; the file's name says 'xx'."),
        ],
    )  # fmt: skip
    def test_what_contradicts_itself_is_refused_and_says_where(
        self, data: Mapping[str, Any], says: str
    ) -> None:
        assert says in complaint(data)

    def test_a_word_that_a_language_uses_both_ways_may_be_a_filler(self) -> None:
        doubted = build(language(words={"filler": ["da"], "two_ways": ["da"]}), "lexicon/xx.toml")
        assert doubted.marks[("da",)] is Mark.YES

    def test_a_language_may_repeat_what_needs_no_language(self) -> None:
        assert build(language(marks={"weak": ["ok"], "stop": ["🛑"]}), "lexicon/xx.toml").name == "xx"

    @pytest.mark.parametrize(
        ("table", "key", "phrase", "says"),
        [
            ("marks", "yes", "ok", "'ok' is both WEAK and YES"),
            ("words", "filler", "🛑", "'🛑' is both STOP and in words.filler"),
            ("marks", "no", "?!", "marks.no: '\\?!' holds no word"),
            ("marks", "maybe", "hm", "marks: there is no key 'maybe'"),
        ],
    )
    def test_what_needs_no_language_is_read_as_strictly(
        self, table: str, key: str, phrase: str, says: str
    ) -> None:
        data = tomllib.loads((files("wavoice.runtime.lexicon") / "every.toml").read_text("utf-8"))
        build(data, "lexicon/every.toml")
        data[table].setdefault(key, []).append(phrase)
        with pytest.raises(ConfigError, match=f"^lexicon/every.toml: .*{says}"):
            build(data, "lexicon/every.toml")

    @pytest.mark.parametrize(
        ("review", "says"),
        [
            (
                "evidence = 'x'\ndate = 2026-11-25\nn = 199\nunsafe = 0",
                "199 replies with 0 unsafe are no evidence",
            ),
            (
                "evidence = 'x'\ndate = 2026-11-25\nn = 400\nunsafe = 1",
                "400 replies with 1 unsafe are no evidence",
            ),
            (
                "evidence = ' '\ndate = 2026-11-25\nnative_speaker = true",
                "needs evidence in words and its date",
            ),
            ("evidence = 'x'\nn = 200\nunsafe = 0", "needs evidence in words and its date"),
            ("proof = 'x'", "there is no key 'proof'"),
        ],
    )
    def test_a_review_without_evidence_is_refused(self, review: str, says: str) -> None:
        assert says in complaint(language(reviewed=tomllib.loads(review)))

    def test_a_native_speaker_may_sign(self) -> None:
        signed = tomllib.loads("evidence = 'read by a speaker'\ndate = 2026-11-25\nnative_speaker = true")
        assert build(language(reviewed=signed), "lexicon/xx.toml").reviewed

    @pytest.mark.parametrize("code", shipped())
    def test_each_file_is_refused_once_a_no_of_it_is_also_a_yes(self, code: str) -> None:
        data = tomllib.loads((files("wavoice.runtime.lexicon") / f"{code}.toml").read_text("utf-8"))
        data["marks"]["yes"].append(data["marks"]["no"][0])
        with pytest.raises(ConfigError, match=f"lexicon/{code}.toml: .* is both"):
            build(data, f"lexicon/{code}.toml")


@pytest.mark.parametrize(
    ("code", "text", "mark"), [(code, text, mark) for code, said in REPLIES.items() for text, mark in said.items()]
)  # fmt: skip
def test_replies_are_read_in_their_language(code: str, text: str, mark: Mark | None) -> None:
    alone = answer(text, code, RulesInterpreter(enabled((code,))))
    together = answer(text, code)
    for reading in (alone, together):
        if mark is None:
            assert not set(reading.marks) & (VETOES | {Mark.YES})
        elif mark in VETOES:
            assert set(reading.marks) & VETOES, reading.marks
        elif not reading.collides:
            assert set(reading.marks) <= {mark, Mark.WEAK}
            assert reading.plain
    if mark is not None:
        assert mark in alone.marks
        assert mark in VETOES or alone.language == code


class TestTogether:
    def test_the_collisions_of_the_specification_are_found(self) -> None:
        """A7, as far as its languages have words here (nai, no, tak, hai, lo, hindi need el, pl, ja, he, fil)."""
        known = {
            "ne": {"fr", "tr"}, "ya": {"id", "es", "tr"}, "si": {"it", "es", "fr"}, "la": {"ar", "sw", "es", "fr", "it", "ms"},
            "da": {"ru", "pt"}, "ha": {"bn", "hi", "en"}, "haa": {"gu"}, "na": {"hi", "bn", "gu"}, "eh": {"ha", "en"},
            "aa": {"ha"}, "mashi": {"ar"}, "tak": {"id", "ms", "ru"}, "acha": {"hi", "sw"},
        }  # fmt: skip
        collisions = enabled().collisions
        for word, languages in known.items():
            assert languages <= collisions[(word,)].keys(), word

    def test_words_with_one_meaning_collide_with_nobody(self) -> None:
        for word in ("yes", "no", "ok", "illa", "wait", "stop", "नहीं", "sim", "sí", "haan", "oui", "ja"):
            assert (word,) not in enabled().collisions, word

    def test_what_is_not_enabled_collides_with_nothing(self) -> None:
        assert ("ya",) in enabled(("id", "es")).collisions
        assert ("ya",) not in enabled(("id", "en")).collisions
        assert answer("ya", "id", RulesInterpreter(enabled(("id", "en")))).collides is False

    def test_every_colliding_phrase_alone_is_asked_about_and_never_commits(self) -> None:
        for phrase, meanings in enabled().collisions.items():
            for code in meanings:
                for binding in (Binding.SOLE_OPEN, Binding.QUOTE):
                    came = row(answer(" ".join(phrase), code), binding)
                    assert "settle" not in came, (phrase, code, came)
                    said = {mark for mark in meanings.values() if mark}
                    if not came.startswith(("D62", "D63")) and said - {Mark.QUESTION}:
                        assert came.split()[1] in ("ask", "answer", "repropose"), (phrase, code, came)

    def test_two_further_words_of_a_language_settle_whose_word_it_is(self) -> None:
        alone, locked = answer("ya", "id"), answer("ya pak, betul sekali", "id")
        assert (alone.collides, locked.collides) == (True, False)
        assert not set(answer("sí, a la misma dirección de hoy por favor", "es").marks) & VETOES
        assert set(answer("la", "es").marks) & VETOES

    def test_a_clear_word_beside_a_doubtful_one_decides(self) -> None:
        reading = answer("ya, setuju", "id")
        assert not reading.collides
        assert Mark.YES in reading.marks

    def test_another_language_is_understood_and_named(self) -> None:
        reading = answer("जी हाँ", "en")
        assert (reading.marks, reading.plain, reading.language, reading.reviewed) == (
            (Mark.YES,),
            True,
            "hi",
            False,
        )

    def test_english_counts_as_english_in_any_conversation(self) -> None:
        reading = answer("yes please", "hi")
        assert (reading.language, reading.reviewed, reading.plain) == ("en", True, True)

    def test_an_unreviewed_language_confirms_only_with_a_quote(self) -> None:
        assert row(answer("haan ji, kar do", "hi")) == "D20 ask"
        assert row(answer("haan ji, kar do", "hi"), Binding.QUOTE).endswith("settle")

    def test_a_yes_of_a_third_language_is_no_yes(self) -> None:
        assert Mark.YES not in answer("ndiyo theek hai bhai", "hi").marks

    @pytest.mark.parametrize("code", shipped())
    def test_a_veto_of_any_language_stops_a_yes_of_any(self, code: str) -> None:
        words = load(code)
        for phrase, mark in words.marks.items():
            if mark in VETOES:
                for spoken in {code, "en"}:
                    reading = answer(f"yes yes {' '.join(phrase)}", spoken)
                    assert reading.vetoes or not reading.plain or Mark.QUESTION in reading.marks, phrase
                    assert not row(reading).split()[1].startswith("settle"), (phrase, row(reading))

    def test_words_of_opting_out_are_known_in_every_conversation(self) -> None:
        for code in shipped():
            for phrase, mark in load(code).marks.items():
                if mark is Mark.STOP:
                    assert row(answer(" ".join(phrase), "en")) == "D62a opt_out", (code, phrase)

    def test_an_end_in_italian_is_fine_in_english(self) -> None:
        assert answer("fine").marks == (Mark.WEAK,)


@pytest.mark.skipif(not MULTILINGUAL.is_file(), reason="needs ../shared/data of the workspace")
def test_no_unsafe_yes_in_any_language_on_replies_of_others() -> None:
    rows = [json.loads(line) for line in MULTILINGUAL.read_text(encoding="utf-8").splitlines()]
    assert len(rows) > 200
    for one in rows:
        reading = answer(one["reply"], one["language"], prompt=one["prompt"])
        plain = Mark.YES in reading.marks and reading.plain and not reading.vetoes and not reading.collides
        if plain and Mark.QUESTION not in reading.marks and "?" not in one["reply"]:
            assert "yes" in one["accept"], one["id"]
