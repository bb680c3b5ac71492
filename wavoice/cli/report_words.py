"""The review as sections of words and numbers: what table and page have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from wavoice.cli.outputs import percent
from wavoice.runtime.model import SECOND, Micros
from wavoice.runtime.seeing.report.cost import Cost
from wavoice.runtime.seeing.report.shapes import Containment, Flow, Report, Spread

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A table with its title; `after`: sentences that stand below it."""

    title: str
    columns: Row
    rows: tuple[Row, ...]
    after: tuple[str, ...] = ()


def heading(report: Report, zone: str) -> str:
    """Of when it is, and of how much."""
    since, until = (_day(at, zone) for at in (report.since, report.until))
    said = sum(report.messages.values())
    return (
        f"{since} to {until} ({zone}): {_count(said, 'message')} of {_count(report.contacts, 'customer')} "
        f"in {_count(report.conversations, 'conversation')}, {_count(report.records, 'record')}"
    )


def sections(report: Report) -> tuple[Section, ...]:
    """Everything, in the order in which an owner asks."""
    return (
        _overview(report),
        _drop_offs(report),
        _jobs(report),
        _hand_offs(report),
        _voice(report),
        _waits(report),
        _systems(report),
        _cost(report.cost),
    )


def _overview(report: Report) -> Section:
    wait, handle = report.customer_wait_ms.get("all", _NONE), report.handle_seconds
    asked, handed = report.questions, report.hand_offs
    rows = (
        ("containment", percent(report.containment.rate), _contained(report.containment)),
        ("completion", percent(report.completion), "done, of what is over and was not called off"),
        ("order completion", percent(report.order_completion), "the same of placing orders"),
        ("handle time", _seconds(handle.p50), f"p95 {_seconds(handle.p95)}, {handle.count} done"),
        ("customer waits", _seconds(wait.p50, 1000), f"p95 {_seconds(wait.p95, 1000)}, settling included"),
        ("handed to people", percent(handed.rate), f"{_count(handed.total, 'hand-off')}"),
        ("unclear after a prompt", percent(asked.error_rate), _answers(asked.answers)),
        ("yes taken back", percent(asked.veto_rate), f"{asked.vetoes} while the yes settled"),
        ("resolved conversations", str(report.resolved), f"of {report.conversations}"),
        ("cost of a resolved one", _money(report.cost), _known(report.cost)),
    )
    return Section("in short", ("figure", "", ""), rows)


def _drop_offs(report: Report) -> Section:
    rows = tuple(
        (one.flow, one.step, str(one.lost), str(one.reached), percent(one.rate), _counts(one.how))
        for one in report.drop_offs
    )
    columns = ("job", "step", "lost", "came there", "share", "how")
    return Section("where tasks were lost, the worst step first", columns, rows)


def _jobs(report: Report) -> Section:
    columns = (
        *("job", "begun", "done", "called off", "lost", "under way", "completion", "contained"),
        *("handle p50", "p95", "taken back", "paid by customers", "a task", "paid out"),
    )
    return Section("jobs", columns, tuple(_job(flow) for flow in report.flows))


def _job(flow: Flow) -> Row:
    each = {currency: round(minor / flow.paid) for currency, minor in flow.taken.items() if flow.paid}
    return (
        flow.flow,
        *(str(one) for one in (flow.begun, flow.done, flow.called_off, flow.lost, flow.under_way)),
        percent(flow.completion),
        percent(flow.containment.rate),
        _seconds(flow.handle_seconds.p50),
        _seconds(flow.handle_seconds.p95),
        str(flow.vetoes),
        _minor(flow.taken),
        _minor(each) if len(flow.taken) == 1 else "-",
        _minor(flow.paid_out),
    )


def _hand_offs(report: Report) -> Section:
    rows = tuple(
        (flow, reason, str(count))
        for flow, reasons in report.hand_offs.by_flow.items()
        for reason, count in reasons.items()
    )
    rows = tuple(sorted(rows, key=lambda row: (-int(row[2]), row)))
    minutes = report.hand_offs.minutes
    after = (f"people had a chat for {_number(minutes.p50)} min (p95 {_number(minutes.p95)})",)
    return Section("hand-offs", ("job", "reason", "times"), rows, after if minutes.count else ())


def _voice(report: Report) -> Section:
    voice = report.voice
    rows = (
        ("notes heard", str(voice.notes), f"{voice.minutes:g} minutes"),
        ("not heard", str(sum(voice.not_heard.values())), _counts(voice.not_heard)),
        ("not understood", percent(voice.unclear_rate), f"{voice.unclear} of {voice.read} read"),
        ("sureness, log-probability", _number(voice.logprob_p50), f"p5 {_number(voice.logprob_p5)}"),
        ("languages", str(len(voice.languages)), _counts(voice.languages)),
        ("spoken replies", str(voice.replies), f"{voice.in_text_instead} went out as text instead"),
    )
    return Section("voice", ("figure", "", ""), rows)


def _waits(report: Report) -> Section:
    waits = [(f"customer waits, {name}", one) for name, one in report.customer_wait_ms.items()]
    waits += [(f"turn without settling, {name}", one) for name, one in report.turn_ms.items()]
    waits += [(f"stage {name}", one) for name, one in report.stages_ms.items()]
    rows = tuple((name, str(one.count), _ms(one.p50), _ms(one.p95)) for name, one in waits)
    return Section("waits, in milliseconds", ("what", "times", "p50", "p95"), rows)


def _systems(report: Report) -> Section:
    named = (("write", report.writes), ("other system", report.failures), ("trouble", report.trouble))
    rows = tuple((what, name, str(count)) for what, them in named for name, count in them.items())
    return Section("writes, other systems and trouble", ("", "what", "times"), rows)


def _cost(cost: Cost) -> Section:
    rows = [(f"messages, {name}", str(count), "") for name, count in cost.messages.items()]
    if cost.not_delivered:
        rows.append(("messages, not known to be delivered", str(cost.not_delivered), "not charged"))
    rows += [
        ("speech heard", f"{cost.speech_minutes:g} min", _part(cost, "heard")),
        ("voice notes sent", str(cost.spoken_notes), _part(cost, "spoken")),
        ("hand-offs", str(cost.hand_offs), _part(cost, "people")),
        ("WhatsApp", "", _part(cost, "whatsapp")),
        ("total", "", "not known" if cost.total is None else f"{cost.total} {cost.currency}"),
    ]
    after = [f"not known: {'; '.join(cost.unknown)}"] if cost.unknown else []
    after += [f"prices: {source}" for source in cost.sources]
    return Section("cost", ("what", "amount", "sum"), tuple(rows), tuple(after))


_NONE = Spread(0, None, None)


def _contained(one: Containment) -> str:
    late = f", {one.too_recent} too recent to say" if one.too_recent else ""
    return f"{one.contained} of {one.judged} finished, no person, no return in 24 h{late}"


def _known(cost: Cost) -> str:
    if cost.per_resolved is None:
        return "no prices" if cost.currency is None else "nothing resolved, or nothing known"
    return f"not known: {'; '.join(cost.unknown)}" if cost.unknown else f"{cost.total} {cost.currency} in all"


def _money(cost: Cost) -> str:
    if cost.per_resolved is None:
        return "-"
    return f"{'at least ' if cost.unknown else ''}{cost.per_resolved} {cost.currency}"


def _part(cost: Cost, name: str) -> str:
    found = cost.parts[name]
    return "not known" if found is None else "" if cost.currency is None else f"{found} {cost.currency}"


def _answers(answers: Mapping[str, int]) -> str:
    return _counts(answers) if answers else "no prompts"


def _counts(counts: Mapping[str, int]) -> str:
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name} {count}" for name, count in ranked)


def _minor(amounts: Mapping[str, int]) -> str:
    return ", ".join(money_words(minor, currency) for currency, minor in amounts.items()) or "-"


def money_words(minor: int, currency: str) -> str:
    """An amount in units of its currency, e.g. `12.50 EUR`."""
    from babel.numbers import get_currency_precision  # noqa: PLC0415

    digits = get_currency_precision(currency)
    return f"{minor / 10**digits:.{digits}f} {currency}"


def _seconds(value: float | None, unit: int = 1) -> str:
    return "-" if value is None else f"{value / unit:.1f} s"


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _day(at: Micros, zone: str) -> str:
    return f"{datetime.fromtimestamp(at / SECOND, UTC).astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def without_empty(found: Iterable[Section]) -> Sequence[Section]:
    """Those that have anything to say."""
    return [section for section in found if section.rows or section.after]
