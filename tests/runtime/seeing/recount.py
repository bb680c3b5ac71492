"""Recomputes the figures of `wavoice report`: `python recount.py STORE SINCE UNTIL`.

Reads the SQLite file alone, and shares no code with wavoice: only the definitions of docs/observe.md.
SINCE and UNTIL are microseconds since 1970. Prices are those of PRICES below, in euros.
"""

from __future__ import annotations

import json
import math
import sqlite3
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

Line = dict[str, Any]
Place = tuple[str, str, str]

DAY = 86_400_000_000
SAID = {"message", "edit", "reaction"}
SPOKEN = {"voice", "text", "button"}
NO_JOB = {
    "human", "opt_in", "opt_out", "bare_stop", "bare_cancel", "out_of_scope", "voice_on", "voice_off",
    "voice_data_on", "voice_data_off", "sensitive_off", "danger", "fraud_flag", "legal_threat",
    "payment_dispute", "distress", "duplicate_order", "policy_exception", "abuse",
}  # fmt: skip
UNWAITED = {"notice", "sent again", "called back", "known from its status"}
CHARGED_FROM = datetime(2026, 10, 1, tzinfo=UTC)
PRICES = {
    "message": Fraction("0.03"),
    "template": Fraction("0.03"),
    "minute_heard": Fraction("0.006"),
    "note_spoken": Fraction("0.002"),
    "hand_off": Fraction("4.5"),
}


def rank(values: Sequence[float], share: float) -> float | None:
    ranked = sorted(values)
    return ranked[math.ceil(share * len(ranked)) - 1] if ranked else None


def spread(values: Sequence[float]) -> Line:
    return {"count": len(values), "p50": rank(values, 0.5), "p95": rank(values, 0.95)}


def share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def told(counter: Counter[Any]) -> Line:
    return {" ".join(key) if isinstance(key, tuple) else key: n for key, n in sorted(counter.items()) if n}


class Counts:
    """What is counted of questions and hand-offs, in the span alone."""

    def __init__(self, inside: Callable[[int], bool]) -> None:
        self.inside = inside
        self.answers: Counter[Any] = Counter()
        self.vetoes: Counter[Any] = Counter()
        self.hand_offs: Counter[Any] = Counter()


class Wish:
    """What one customer wanted, found by going through one conversation."""

    def __init__(self, flow: str, began: int, at: int) -> None:
        self.flow, self.began, self.steps = flow, began, ["begin"]
        self.last, self.ended = at, 0
        self.how: str | None = None
        self.told: int | None = None
        self.turn: str | None = None
        self.money: tuple[str, int] | None = None
        self.takes: bool | None = None
        self.human = self.again = False

    def step(self, name: str, at: int) -> None:
        self.steps = [one for one in self.steps if one != name] + [name]
        self.last = at

    def good(self) -> bool:
        return self.how == "done" and not self.human and not self.again

    def bad(self) -> bool:
        return self.how not in {None, "done", "called_off"}


class Chat:
    """One conversation with one customer: his wishes, and what happened to questions."""

    def __init__(self, counts: Counts) -> None:
        self.counts = counts
        self.wishes: list[Wish] = []
        self.turns: dict[str, Line] = defaultdict(dict)
        self.person = False
        self.yes: set[str] = set()
        self.asked: set[str] = set()

    def open(self, flow: str | None) -> Wish | None:
        return next((one for one in self.wishes if one.flow == flow and one.how is None), None)

    def end(self, flow: str, how: str, at: int, turn: str) -> None:
        wish = self.open(flow)
        if wish:
            wish.how, wish.ended, wish.turn, wish.last = how, at, turn, at

    def step(self, flow: str, name: str, at: int) -> None:
        wish = self.open(flow)
        if wish:
            wish.step(name, at)

    def begin(self, flow: str, line: Line) -> None:
        if self.open(flow):
            return
        began = int(self.turns[line["turn"]].get("received") or line["at"])
        for before in self.wishes:
            done = before.flow == flow and before.how == "done" and not before.again
            if done and began - before.ended < DAY:
                before.again = True
        self.wishes.append(Wish(flow, began, line["at"]))

    def time(self, now: int) -> None:
        for wish in self.wishes:
            if wish.how is None and now - wish.last >= DAY:
                wish.how, wish.ended = "dropped", wish.last

    def take(self, line: Line, data: Line, pii: Line) -> None:
        self.time(line["at"])
        read = getattr(self, f"on_{line['kind']}", None)
        if read:
            read(line, data, pii)

    def on_received(self, line: Line, data: Line, _: Line) -> None:
        if data["form"] in SAID:
            self.turns[line["turn"]]["received"] = line["at"]

    def on_read(self, line: Line, data: Line, _: Line) -> None:
        intent = data["intent"] if data["intent"] and data["intent"] not in NO_JOB else None
        self.turns[line["turn"]].update(intent=intent, marks=set(data["marks"]))

    def on_trouble(self, line: Line, data: Line, _: Line) -> None:
        if data["stage"] == "look_up" and data["code"] != "foreign_record":
            self.turns[line["turn"]]["down"] = True

    def on_decided(self, line: Line, _: Line, __: Line) -> None:
        turn, step, flow = self.turns[line["turn"]], line.get("step", ""), line.get("flow")
        if turn.get("intent") and step and not self.person:
            self.begin(turn["intent"], line)
        wish = self.open(flow)
        if wish is None or flow is None:
            return
        if step == "settle" and "confirm" not in wish.steps:
            turn["beside"] = flow
        elif step == "answer":
            wish.step("answer", line["at"])
            self.end(flow, "done", line["at"], line["turn"])
        elif step.startswith("ask:"):
            wish.step(step, line["at"])
        elif step == "say" and "confirm" not in wish.steps:
            marks = turn.get("marks", set())
            plain_no = marks and marks <= {"N", "C"}
            how = "called_off" if plain_no else "unavailable" if turn.get("down") else "refused"
            self.end(flow, how, line["at"], line["turn"])

    def on_proposed(self, line: Line, data: Line, _: Line) -> None:
        asked = self.turns[line["turn"]].get("intent")
        before = self.open(asked) if asked != data["action"] else None
        if asked and before and before.steps == ["begin"]:
            before.step("answer", line["at"])
            self.end(asked, "done", line["at"], line["turn"])
        self.begin(data["action"], line)
        self.step(data["action"], "confirm", line["at"])
        self.asked.add(data["proposal"])

    def on_reprompted(self, line: Line, data: Line, _: Line) -> None:
        self.counts.answers["unclear"] += self.counts.inside(line["at"])
        self.step(data["action"], "confirm", line["at"])

    def on_confirmed(self, line: Line, data: Line, _: Line) -> None:
        self.counts.answers["yes"] += self.counts.inside(line["at"])
        self.yes.add(data["proposal"])
        self.asked.discard(data["proposal"])
        self.step(data["action"], "settle", line["at"])

    def stopped(self, line: Line, data: Line, what: str) -> None:
        kind, inside = line["kind"], self.counts.inside(line["at"])
        if data["proposal"] in self.yes:
            if line.get("step") != "commit" and kind != "expired":
                self.counts.vetoes[data["action"]] += inside
        elif data["proposal"] in self.asked:
            self.counts.answers[what] += inside
        self.yes.discard(data["proposal"])
        (self.asked.add if kind == "held" else self.asked.discard)(data["proposal"])

    def on_held(self, line: Line, data: Line, _: Line) -> None:
        self.stopped(line, data, "held")
        self.step(data["action"], "confirm", line["at"])

    def on_cancelled(self, line: Line, data: Line, _: Line) -> None:
        self.stopped(line, data, "no")
        self.end(data["action"], "called_off", line["at"], line["turn"])

    def on_superseded(self, line: Line, data: Line, _: Line) -> None:
        self.stopped(line, data, "changed")

    def on_expired(self, line: Line, data: Line, _: Line) -> None:
        self.stopped(line, data, "lapsed")
        if line.get("step") == "commit":
            self.end(data["action"], "lapsed", line["at"], line["turn"])

    def written(self, line: Line, data: Line, how: str | None) -> None:
        self.yes.discard(data["proposal"])
        self.step(data["action"], "commit", line["at"])
        if how:
            self.end(data["action"], how, line["at"], line["turn"])

    def on_intended(self, line: Line, data: Line, _: Line) -> None:
        self.written(line, data, None)

    def on_unknown(self, line: Line, data: Line, _: Line) -> None:
        self.written(line, data, None)

    def on_failed(self, line: Line, data: Line, _: Line) -> None:
        self.written(line, data, "failed")

    def on_shadowed(self, line: Line, data: Line, _: Line) -> None:
        self.written(line, data, "handed_off")

    def on_committed(self, line: Line, data: Line, pii: Line) -> None:
        wish = self.open(data["action"])
        if wish and pii.get("money"):
            wish.money = (pii["money"]["currency"], pii["money"]["minor"])
            wish.takes = data.get("takes")
        self.written(line, data, "done")

    def on_handed_off(self, line: Line, data: Line, _: Line) -> None:
        busy = [wish for wish in self.wishes if wish.how is None]
        flow = line.get("flow") if line.get("flow") not in {None, *NO_JOB} else None
        last = max(busy, key=lambda wish: wish.last, default=None)
        flow = flow or (last.flow if last else "none")
        self.counts.hand_offs[flow, data["reason"]] += self.counts.inside(line["at"])
        self.person = True
        for wish in busy:
            self.end(wish.flow, "handed_off", line["at"], line["turn"])
        latest = {wish.flow: wish for wish in self.wishes if wish.how == "done"}
        for wish in latest.values():
            if line["at"] - wish.ended < DAY and not wish.again:
                wish.human = True

    def on_released(self, *_: Line) -> None:
        self.person = False

    def told(self, line: Line, data: Line) -> None:
        turn = self.turns[line["turn"]]
        if turn.get("beside"):
            self.step(turn["beside"], "answer", line["at"])
            self.end(turn.pop("beside"), "done", line["at"], line["turn"])
        for wish in self.wishes:
            if wish.how == "done" and wish.turn == line["turn"] and wish.told is None:
                wish.told = data["accepted_at"] or line["at"]

    def on_replied(self, line: Line, data: Line, _: Line) -> None:
        self.told(line, data)

    def on_noticed(self, line: Line, data: Line, _: Line) -> None:
        self.told(line, data)

    def on_turn_ended(self, line: Line, data: Line, _: Line) -> None:
        for wish in self.wishes:
            if (
                data["how"] == "undelivered"
                and wish.turn == line["turn"]
                and wish.told is None
                and wish.how == "done"
            ):
                wish.how = "untold"
                wish.step("tell", line["at"])


def lines(store: str, until: int) -> Iterator[tuple[Line, Line, Line]]:
    query = "SELECT line, pii FROM journal WHERE at < ? ORDER BY seq"
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as database:
        for text, pii in database.execute(query, (until,)):
            line = json.loads(text)
            yield line, line["data"], json.loads(pii)


class Walk:
    """Everything that is counted on the way, beside the wishes of customers."""

    def __init__(self, since: int, until: int) -> None:
        self.since, self.until = since, until
        self.counts = Counts(self.inside)
        self.chats: dict[Place, Chat] = {}
        self.said: dict[Place, list[int]] = defaultdict(list)
        self.clicks: dict[Place, list[int]] = defaultdict(list)
        self.got: Counter[Any] = Counter()
        self.writes: Counter[Any] = Counter()
        self.waits: dict[str, list[float]] = defaultdict(list)
        self.work: dict[str, list[float]] = defaultdict(list)
        self.stages: dict[str, list[float]] = defaultdict(list)
        self.running: dict[str, Counter[str]] = defaultdict(Counter)
        self.sent: list[tuple[int, str, Place, bool, bool]] = []
        self.arrived: set[str] = set()
        self.notes = self.micros = self.read = self.unclear = 0
        self.not_heard: Counter[Any] = Counter()

    def inside(self, at: int) -> bool:
        return self.since <= at < self.until

    def take(self, line: Line, data: Line, pii: Line) -> None:
        place = (line["tenant"], line["number"], line["contact"])
        if place not in self.chats:
            self.chats[place] = Chat(self.counts)
        self.chats[place].take(line, data, pii)
        kind, at = line["kind"], line["at"]
        if kind == "received" and data["form"] in SAID:
            self.got[line.get("modality")] += self.inside(at)
            self.said[place].append(at)
            if data.get("source"):
                self.clicks[place].append(at)
        elif kind in {"replied", "noticed"}:
            for message in data["messages"]:
                speaks = "voice" in data["form"] and message == data["messages"][-1]
                moment = data["accepted_at"] or at
                self.sent.append((moment, message, place, data["form"] == "template", speaks))
        elif kind == "status_seen" and data["status"] in {"delivered", "read", "played"}:
            self.arrived.add(data["message"])
        elif kind == "span":
            self.running[line["turn"]][data["stage"]] += data["end"] - data["start"]
        elif kind == "turn_ended":
            self.turn_over(line, data)
        elif self.inside(at):
            self.count(line, data)

    def turn_over(self, line: Line, data: Line) -> None:
        spans, modality = self.running.pop(line["turn"], Counter()), line.get("modality")
        if not self.inside(line["at"]):
            return
        for stage, took in spans.items():
            self.stages[stage].append(took / 1000)
        if data["how"] == "answered" and modality in SPOKEN and data["reason"] not in UNWAITED:
            wall = data["ended_at"] - data["started_at"]
            self.waits[modality].append(wall / 1000)
            self.work[modality].append(max(0, wall - spans["settle"]) / 1000)

    def count(self, line: Line, data: Line) -> None:
        kind = line["kind"]
        if kind == "heard":
            self.notes += 1
            self.micros += round(data["note_seconds"] * 1_000_000)
        elif kind == "read" and line.get("modality") == "voice":
            self.read += 1
            self.unclear += data["intent"] is None and set(data["acts"]) <= {"unclear"}
        elif kind == "trouble" and data["stage"] in {"transcribe", "fetch"}:
            self.not_heard[data["code"]] += 1
        elif kind in {"committed", "failed", "unknown", "shadowed"}:
            self.writes[data["action"], kind] += 1


def recount(store: str, since: int, until: int) -> Line:
    """All figures, by name."""
    walk = Walk(since, until)
    for line, data, pii in lines(store, until):
        walk.take(line, data, pii)
    for chat in walk.chats.values():
        chat.time(until)
    voice = {
        "notes": walk.notes,
        "minutes": round(walk.micros / 60_000_000, 3),
        "read": walk.read,
        "unclear": walk.unclear,
        "not_heard": told(walk.not_heard),
    }
    return {
        **summed_up(walk),
        **bill(walk),
        "messages": told(walk.got),
        "writes": told(walk.writes),
        "voice": voice,
        "customer_wait_ms": spreads(walk.waits, whole=True),
        "turn_ms": spreads(walk.work, whole=True),
        "stages_ms": spreads(walk.stages, whole=False),
    }


def spreads(values: dict[str, list[float]], *, whole: bool) -> Line:
    found = {name: spread(one) for name, one in sorted(values.items())}
    return found | ({"all": spread([n for one in values.values() for n in one])} if whole and values else {})


def summed_up(walk: Walk) -> Line:
    since, until, chats, said, counts = walk.since, walk.until, walk.chats, walk.said, walk.counts
    pairs = [(place, wish) for place, chat in chats.items() for wish in chat.wishes]
    begun = [wish for _, wish in pairs if since <= wish.began < until]
    talks, resolved, customers = 0, 0, set[Place]()
    for place, moments in said.items():
        starts = [at for n, at in enumerate(moments) if n == 0 or at - moments[n - 1] >= DAY]
        for n, start in enumerate(starts):
            if not since <= start < until:
                continue
            after = starts[n + 1] if n + 1 < len(starts) else until
            own = [wish for at, wish in pairs if at == place and start <= wish.began < after]
            talks, customers = talks + 1, {*customers, place}
            fine = all(wish.good() or wish.how == "called_off" for wish in own)
            resolved += fine and any(wish.good() for wish in own)
    answers, vetoes = counts.answers, sum(counts.vetoes.values())
    given = sum(answers.values()) - answers["lapsed"]
    return {
        "contacts": len(customers), "conversations": talks, "resolved": resolved,
        "containment": contained(begun, until),
        "completion": completed(begun),
        "order_completion": completed([wish for wish in begun if wish.flow in {"place_order", "reorder"}]),
        "handle_seconds": handled(begun),
        "flows": {
            flow: of_flow([w for w in begun if w.flow == flow], until) for flow in {w.flow for w in begun}
        },
        "drop_offs": drop_offs(begun),
        "answers": told(answers), "error_rate": share(answers["unclear"], given),
        "vetoes": vetoes, "veto_rate": share(vetoes, answers["yes"]),
        "hand_offs": told(counts.hand_offs),
        "hand_off_rate": share(
            sum(w.how == "handed_off" or w.human for w in begun), sum(w.how is not None for w in begun)
        ),
    }  # fmt: skip


def contained(wishes: list[Wish], until: int) -> Line:
    over = [wish for wish in wishes if wish.how not in {None, "called_off"}]
    judged = [wish for wish in over if wish.bad() or until - wish.ended >= DAY]
    good = sum(wish.good() for wish in judged)
    return {
        "judged": len(judged), "contained": good, "rate": share(good, len(judged)),
        "too_recent": len(over) - len(judged),
    }  # fmt: skip


def completed(wishes: list[Wish]) -> float | None:
    over = [wish for wish in wishes if wish.how not in {None, "called_off"}]
    return share(sum(wish.how == "done" for wish in over), len(over))


def handled(wishes: list[Wish]) -> Line:
    return spread([round(((w.told or w.ended) - w.began) / 1e6, 3) for w in wishes if w.how == "done"])


def of_flow(wishes: list[Wish], until: int) -> Line:
    money: dict[bool | None, Counter[str]] = {True: Counter(), False: Counter(), None: Counter()}
    for wish in wishes:
        if wish.how == "done" and wish.money:
            money[wish.takes][wish.money[0]] += wish.money[1]
    return {
        "begun": len(wishes), "done": sum(w.how == "done" for w in wishes),
        "called_off": sum(w.how == "called_off" for w in wishes), "lost": sum(w.bad() for w in wishes),
        "under_way": sum(w.how is None for w in wishes),
        "taken": dict(money[True]), "paid_out": dict(money[False]),
        "containment": contained(wishes, until), "completion": completed(wishes),
        "handle_seconds": handled(wishes),
    }  # fmt: skip


def drop_offs(wishes: list[Wish]) -> list[list[Any]]:
    came = Counter((w.flow, step) for w in wishes for step in w.steps)
    lost = Counter((w.flow, w.steps[-1]) for w in wishes if w.bad())
    rows = [[*at, count, came[at], round(count / came[at], 4)] for at, count in lost.items()]
    return sorted(rows, key=lambda row: (-row[2], -row[4], row[0], row[1]))


def after_clicks(walk: Walk) -> dict[Place, list[tuple[int, int]]]:
    free: dict[Place, list[tuple[int, int]]] = defaultdict(list)
    for place, moments in walk.clicks.items():
        for click in moments:
            answers = sorted(at for at, _, to, _, _ in walk.sent if to == place and at >= click)
            if answers and answers[0] - click < DAY:
                free[place].append((answers[0], answers[0] + 3 * DAY))
    return free


def bill(walk: Walk) -> Line:
    free_for, used, charged = after_clicks(walk), Counter[Any](), Counter[Any]()
    for at, message, place, template, _ in sorted(walk.sent, key=lambda one: one[:2]):
        if message not in walk.arrived:
            continue
        moment = datetime.fromtimestamp(at // 1_000_000, UTC)
        if any(start <= at < end for start, end in free_for[place]):
            what = "free"
        elif template:
            what = "utility"
        elif moment < CHARGED_FROM:
            what = "free"
        else:
            month = (place[1], moment.year, moment.month)
            used[month] += 1
            what = "free" if used[month] <= 1000 else "service"
        charged[what] += walk.inside(at)
    spoken = sum(one[4] for one in walk.sent if walk.inside(one[0]))
    total = charged["service"] * PRICES["message"] + charged["utility"] * PRICES["template"]
    total += Fraction(walk.micros, 60_000_000) * PRICES["minute_heard"] + spoken * PRICES["note_spoken"]
    total += sum(walk.counts.hand_offs.values()) * PRICES["hand_off"]
    return {"charged": told(charged), "spoken": spoken, "total": float(total)}


if __name__ == "__main__":
    print(json.dumps(recount(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
