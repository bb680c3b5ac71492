"""The pytest plugin's fixtures: a phone, a shop, a clock and a journal for tests in Python."""

from __future__ import annotations

import pytest

from tests.sim import pytest_inside
from tests.sim.pytest_inside import python


@pytest.fixture(autouse=True)
def project(pytester: pytest.Pytester) -> None:
    pytest_inside.prepare(pytester)


class TestInPython:
    def test_a_conversation(self, pytester: pytest.Pytester) -> None:
        code = """
            def test_move(phone, world, clock, bot):
                assert phone.silent
                phone.speaks("move my delivery to Friday")
                asked = phone.hears()
                assert "Friday" in asked.text
                assert (asked.form, asked.buttons) == ("voice+buttons", ("Yes", "No"))
                assert phone.silent
                assert len(phone.messages) == len(asked.parts) == 2
                phone.says("yes", quotes=asked)
                assert bot.proposal.state == "settling"
                assert world.writes == []
                before = clock.now
                clock.advance("26h")
                assert (clock.now - before).total_seconds() == 26 * 3600
                assert "Done" in phone.hears().text
                assert world.orders["1842"].day == clock.day("Friday")
                assert world.writes == [
                    {"action": "reschedule_delivery", "order": "1842", "day": "2026-11-27"}
                ]
                assert bot.rows[-1].startswith("D")
                assert {"confirmed", "committed"} <= {event.kind for event in bot.events}
            """
        python(pytester, code).assert_outcomes(passed=1)

    def test_inside_a_running_loop_too(self, pytester: pytest.Pytester) -> None:
        code = """
            import asyncio

            async def test_veto(phone, world, bot, clock):
                phone.speaks("move my delivery to Friday")
                phone.speaks("yes", follow=False)
                await asyncio.sleep(0)
                phone.speaks("no wait", after="1.5s", took="3s", logprob=-0.3)
                assert bot.proposal.state == "held"
                clock.advance("10s")
                assert world.writes == []
            """
        python(pytester, code).assert_outcomes(passed=1)

    def test_two_tests_share_nothing(self, pytester: pytest.Pytester) -> None:
        code = """
            import pytest

            @pytest.mark.parametrize("time", [1, 2])
            def test_move(phone, world, clock, time):
                assert world.writes == [] and phone.messages == ()
                assert clock.now.isoformat() == "2026-11-23T10:00:00+05:30"
                phone.says("move my delivery to Friday")
                phone.taps("Yes")
                clock.advance("5s")
                assert len(world.writes) == 1
            """
        python(pytester, code).assert_outcomes(passed=2)

    def test_a_broken_law_fails_the_test(self, pytester: pytest.Pytester) -> None:
        code = """
            def test_ends_too_early(phone):
                phone.says("move my delivery to Friday")
                phone.says("yes")
            """
        result = python(pytester, code)
        result.assert_outcomes(failed=1)
        result.stdout.fnmatch_lines(
            [
                "L9: when the last timer has run, nothing more was sent or written; something was sent: *",
                "What still happens after the test belongs into it: let it with `clock.advance`.",
                "*wavoice journal*",
                "*confirmed*",
            ]
        )
        result.stdout.no_fnmatch_line("*pytest_plugin.py*")

    @pytest.mark.parametrize(
        ("laws", "outcome"), [("", "passed"), ("('L9')", "passed"), ("('L1')", "failed")]
    )
    def test_laws_can_be_waived(self, pytester: pytest.Pytester, laws: str, outcome: str) -> None:
        code = f"""
            import pytest

            @pytest.mark.wavoice_lawless{laws}
            def test_ends_early(phone):
                phone.says("move my delivery to Friday")
                phone.says("yes")
            """
        python(pytester, code).assert_outcomes(**{outcome: 1})

    def test_what_holds_before_can_be_said(self, pytester: pytest.Pytester) -> None:
        worlds = pytester.mkdir("worlds")
        (worlds / "small.yaml").write_text('orders: {"2001": {day: Tuesday}}\n', encoding="utf-8")
        code = """
            import pytest

            @pytest.fixture
            def scenario_given():
                return {"now": "2027-02-01T18:00:00", "zone": "Europe/Berlin", "world": "small"}

            def test_it(world, clock):
                assert list(world.orders) == ["2001"]
                assert world.orders["2001"].day.isoformat() == "2027-02-02"
                assert clock.now.isoformat() == "2027-02-01T18:00:00+01:00"
            """
        python(pytester, code).assert_outcomes(passed=1)

    def test_what_is_wrong_with_it_is_said(self, pytester: pytest.Pytester) -> None:
        code = """
            import pytest

            @pytest.fixture
            def scenario_given(scenario_given):
                return {**scenario_given, "zone": "Asia/Calcuta"}

            def test_it(phone): pass
            """
        result = python(pytester, code)
        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines(["The given of this test is wrong: *did you mean Asia/Calcutta*"])

    def test_a_users_own_fixture_comes_first(self, pytester: pytest.Pytester) -> None:
        pytester.makeconftest("import pytest\n\n@pytest.fixture\ndef clock():\n    return 'mine'\n")
        python(pytester, "def test_it(clock): assert clock == 'mine'").assert_outcomes(passed=1)

    def test_silence_is_explained(self, pytester: pytest.Pytester) -> None:
        code = """
            import pytest

            def test_it(phone, clock):
                phone.says("move my delivery to Friday")
                phone.hears()
                phone.says("yes")
                with pytest.raises(AssertionError) as caught:
                    phone.hears()
                assert "last said: Order 1842" in str(caught.value)
                assert "`clock.advance('1.5s')`" in str(caught.value)
                clock.advance("1.5s")
                assert "Done" in phone.hears().text
            """
        python(pytester, code).assert_outcomes(passed=1)


class TestVerbs:
    def test_what_goes_wrong(self, pytester: pytest.Pytester) -> None:
        code = """
            def test_a_lost_response(phone, world, clock):
                world.fault("lost_response")
                phone.says("move my delivery to Friday")
                phone.says("yes")
                clock.advance("1h")
                assert len(world.ledger) == 1

            def test_an_order_that_changes(phone, world, clock):
                world.staff_edits("1842", day="Wednesday", address="3 Lake View")
                assert world.orders["1842"].day == clock.day("Wednesday")
                assert world.orders["1842"].address == "3 Lake View"
                assert world.writes == []

            def test_ears_that_fail(phone, world, bot):
                world.fault("fail", system="ears", times=9)
                phone.speaks("move my delivery to Friday")
                assert bot.proposal is None
                assert phone.hears().text

            def test_a_crash(phone, bot, world, clock):
                phone.says("move my delivery to Friday")
                phone.says("yes")
                bot.crashes()
                clock.advance("1min")
                assert len(world.writes) == 1
            """
        python(pytester, code).assert_outcomes(passed=4)

    def test_about_earlier_messages(self, pytester: pytest.Pytester) -> None:
        code = """
            def received(bot):
                return [event for event in bot.events if event.kind == "received"]

            def test_revoked(phone, bot, clock):
                phone.says("move my delivery to Friday")
                yes = phone.says("yes")
                phone.revokes(message=yes, after="500ms")
                assert len(received(bot)) == 3
                clock.advance("1min")

            def test_quoted(phone, bot, clock, world):
                asked = phone.speaks("move my delivery to Friday")
                phone.reacts("\\N{THUMBS UP SIGN}", to=phone.hears())
                phone.taps("Yes", quotes=asked)
                clock.advance("1min")
                assert len(world.writes) == 1

            def test_edited(phone, bot, clock):
                phone.says("move my delivery to Friday")
                phone.says("yes")
                phone.edits("no", after="500ms")
                assert received(bot)[-1].at - received(bot)[-2].at == 500_000
                clock.advance("1min")

            def test_staff(phone, world):
                world.staff_says("I look after it.")
                assert phone.hears().text == "I look after it."
                assert phone.silent

            def test_files_and_places(phone):
                phone.shares_image("my door")
                phone.shares_document("bill.pdf")
                phone.shares_location("Home")
                assert phone.messages
            """
        python(pytester, code).assert_outcomes(passed=5)

    @pytest.mark.parametrize(
        ("verb", "said"),
        [
            ('phone.says("no", afte="1s")', "UserInputError: afte is not a key here; the nearest is after*"),
            ('phone.taps("Yes")', "AssertionError: there is no button 'Yes' to tap; buttons so far: none"),
            ('phone.edits("no", message="wamid.1")', "*UserInputError: There is no message 'wamid.1'*"),
            ('world.fault("garbage", system="ears")', "*UserInputError: ears cannot do garbage*"),
            ('clock.advance("26")', "*UserInputError: wait: '26' is not a duration*"),
            ('world.staff_edits("1", status="open")', "*UserInputError: There is no order '1'*"),
            (
                'phone.speaks("hello", took="3s"); phone.says("no", after="1s")',
                "*UserInputError: 1s after what the customer did before is 2s ago*follow=False*",
            ),
        ],
    )
    def test_a_mistake_is_shown_where_it_was_made(
        self, pytester: pytest.Pytester, verb: str, said: str
    ) -> None:
        result = python(pytester, f"def test_it(phone, world, clock):\n    {verb}\n")
        result.assert_outcomes(failed=1)
        result.stdout.fnmatch_lines([f">*{verb.partition('(')[0]}*", f"E *{said}"])
        result.stdout.no_fnmatch_line("*talk.py*")
