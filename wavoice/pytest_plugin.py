"""pytest plugin: scenario files are tests, and tests in Python get a phone, a shop and a clock.

pytest loads this in every project whose environment has the package, so nothing but pytest and the
standard library is imported before a scenario file or one of the fixtures is there.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from wavoice.sim.scenario.load import Case
    from wavoice.sim.scenario.python_api import ScenarioBot, ScenarioClock, ScenarioPhone, ScenarioWorld
    from wavoice.sim.scenario.run import Result
    from wavoice.sim.scenario.talk import Talk

NEEDS = {"yaml": "pyyaml", "python_multipart": "python-multipart"}
"""What scenarios import beyond the package's own dependencies."""
LAWLESS = "wavoice_lawless"

_TALK = pytest.StashKey["Talk"]()
_MARKERS = pytest.StashKey[frozenset[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the collection of scenario files be switched off."""
    group = parser.getgroup("wavoice", "wavoice")
    group.addoption(
        "--no-scenarios", action="store_true", default=False, help="Do not collect scenario files as tests."
    )
    parser.addini("wavoice_scenarios", "Collect scenario files as tests (default: true).", "bool", True)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Note the project's own markers before plugins add theirs; add ours."""
    named = (line.partition(":")[0].partition("(")[0].strip() for line in config.getini("markers"))
    config.stash[_MARKERS] = frozenset(named)
    config.addinivalue_line(
        "markers",
        f"{LAWLESS}(*laws): do not check these laws of scenarios, e.g. 'L9', at the end; none: all.",
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A file that holds a scenario is a test."""
    from wavoice.sim.scenario.detect import is_scenario  # noqa: PLC0415

    config = parent.config
    if config.getoption("no_scenarios") or not config.getini("wavoice_scenarios"):
        return None
    if not is_scenario(file_path):
        return None
    return ScenarioFile.from_parent(parent, path=file_path)


class ScenarioFile(pytest.File):
    """A scenario file: one test, however many points it has."""

    def collect(self) -> Iterator[pytest.Item]:
        """Read it; what is wrong is said with file and line."""
        if missing := _missing():
            raise self.CollectError(f"{_shown(self.path)}: {missing}")
        from wavoice.runtime.errors import ScenarioError  # noqa: PLC0415
        from wavoice.sim.scenario.load import load_cases  # noqa: PLC0415

        try:
            cases = load_cases(_shown(self.path))
        except ScenarioError as error:
            raise self.CollectError(str(error)) from None
        yield ScenarioItem.from_parent(self, name=cases[0].scenario.scenario, cases=cases)


class ScenarioItem(pytest.Item):
    """One scenario. `-k` selects by its name and tags; tags that are markers of the project are markers."""

    def __init__(self, *, cases: list[Case], **node: Any) -> None:
        super().__init__(**node)
        self._cases = cases
        tags = cases[0].scenario.tags
        self.extra_keyword_matches.update(tags)
        for tag in tags:
            if tag in self.config.stash[_MARKERS]:
                self.add_marker(tag)

    def runtest(self) -> None:
        """Run all its points; pending ones are expected to fail."""
        from wavoice.sim.scenario.project import project_app  # noqa: PLC0415
        from wavoice.sim.scenario.run import merged, run_cases, with_app  # noqa: PLC0415

        result = merged([run_cases(self._cases, with_app(None, project_app()))])
        if result.status == "pending":
            pytest.xfail(f"pending: {result.pending}")
        if result.status != "passed":
            raise ScenarioFailedError(result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What did not hold, in words."""
        if isinstance(excinfo.value, ScenarioFailedError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where it stands."""
        return self.path, self._cases[0].line("scenario") - 1, f"scenario: {self.name}"


class ScenarioFailedError(Exception):
    """A scenario did not come out as written; its text says why."""

    def __init__(self, result: Result) -> None:
        from wavoice.sim.scenario.results import in_words, points_in_words  # noqa: PLC0415

        told = [in_words(failure, result.file) for failure in result.failures]
        points = points_in_words(result)
        journal = ["", "journal:", *(f"  {line}" for line in result.slice)] if result.slice else []
        super().__init__("\n".join([*told, *([points] if points else []), *journal]))


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """A conversation keeps the laws of scenarios, or its test fails; a failed one shows its journal."""
    talk = item.stash.get(_TALK, None)
    try:
        result = yield
        if talk is not None:
            _check_laws(item, talk)
    except BaseException:
        if talk is not None:
            item.add_report_section("call", "wavoice journal", "\n".join(talk.journal()))
        raise
    return result


def _check_laws(item: pytest.Item, talk: Talk) -> None:
    waived: set[str] = set()
    for marker in item.iter_markers(LAWLESS):
        if not marker.args:
            return
        waived.update(marker.args)
    broken = [failure for failure in talk.end() if failure.kind not in waived]
    if not broken:
        return
    told = [f"{one.kind}: {one.expected}; {one.reason}{f': {one.got}' if one.got else ''}" for one in broken]
    if any(one.kind == "L9" for one in broken):
        told.append("What still happens after the test belongs into it: let it with `clock.advance`.")
    pytest.fail("\n".join([*told, "", *talk.explain(broken[0])]), pytrace=False)


@pytest.fixture
def scenario_given() -> Mapping[str, Any]:
    """What holds before a conversation: the `given` of a scenario file, as a dict. Override it."""
    return {"now": "2026-11-23T10:00:00", "zone": "Asia/Kolkata"}


@pytest.fixture
def _wavoice_talk(request: pytest.FixtureRequest, scenario_given: Mapping[str, Any]) -> Iterator[Talk]:
    if missing := _missing():
        pytest.fail(missing, pytrace=False)
    from wavoice.runtime.errors import UserInputError  # noqa: PLC0415
    from wavoice.sim.scenario.talk import Talk  # noqa: PLC0415

    try:
        talk = Talk(scenario_given, request.path)
    except UserInputError as error:
        pytest.fail(str(error), pytrace=False)
    request.node.stash[_TALK] = talk
    try:
        yield talk
    finally:
        del request.node.stash[_TALK]
        talk.close()


@pytest.fixture
def phone(_wavoice_talk: Talk) -> ScenarioPhone:
    """The customer's handset: `phone.says("yes")`, `phone.speaks("yes")`, `phone.hears()`."""
    from wavoice.sim.scenario.python_api import ScenarioPhone  # noqa: PLC0415

    return ScenarioPhone(_wavoice_talk)


@pytest.fixture
def world(_wavoice_talk: Talk) -> ScenarioWorld:
    """The shop: `world.orders["1842"]`, `world.writes`, `world.fault("lost_response")`."""
    from wavoice.sim.scenario.python_api import ScenarioWorld  # noqa: PLC0415

    return ScenarioWorld(_wavoice_talk)


@pytest.fixture
def clock(_wavoice_talk: Talk) -> ScenarioClock:
    """The time of everybody: `clock.now`, `clock.advance("26h")`."""
    from wavoice.sim.scenario.python_api import ScenarioClock  # noqa: PLC0415

    return ScenarioClock(_wavoice_talk)


@pytest.fixture
def bot(_wavoice_talk: Talk) -> ScenarioBot:
    """What the bot has written down: `bot.events`, `bot.proposal`, `bot.rows`."""
    from wavoice.sim.scenario.python_api import ScenarioBot  # noqa: PLC0415

    return ScenarioBot(_wavoice_talk)


def _missing() -> str | None:
    """What to install before scenarios can run here."""
    absent = [name for module, name in NEEDS.items() if importlib.util.find_spec(module) is None]
    if not absent:
        return None
    return f'scenarios need {" and ".join(absent)}: pip install "wavoice-bot[sim]"'


def _shown(file: Path) -> Path:
    """The file as it is shown: from here, if it is below."""
    here = Path.cwd()
    return file.relative_to(here) if file.is_relative_to(here) else file
