"""Jobs, one a file. A job only prepares: what to ask, what to offer, what to answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from wavoice.runtime.model import Customer, Effect, Facts, HandOff, Money, Order, Proposal, Tier, WriteResult
from wavoice.runtime.replies import english
from wavoice.runtime.vocabulary import OwnJob


@dataclass(frozen=True, slots=True)
class Answer:
    """A read-only job is done with these words."""

    text: str
    written: bool = False
    """There is something in it that is no use to the ear, such as a link: never spoken."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One slot is missing; ask for it, one thing at a time."""

    slot: str
    text: str
    opens: bool = False
    """The shop's own system may begin a conversation with it, where it offers the job (`offers.py`)."""


@dataclass(frozen=True, slots=True)
class Refuse:
    """It cannot be done; nothing is written."""

    text: str


@dataclass(frozen=True, slots=True)
class Offer:
    """Everything is known: this is what a yes would do."""

    order: Order | None
    """What it is about; None: no order."""
    args: Mapping[str, str]
    before: Mapping[str, str]
    """The same arguments as they stand now."""
    money: Money | None = None
    """What it would pay out."""
    payee: str | None = None
    """Where to."""
    version: str = ""
    """Of what it was prepared from; that of the order if empty."""
    tier: Tier | None = None
    """Where this one is graver than its job: money would move."""
    takes: bool = False
    """`money` is taken from the customer, and not paid out."""

    @property
    def facts_version(self) -> str:
        """Compared again before a commit."""
        if self.version or self.order is None:
            return self.version
        return self.order.version


@dataclass(frozen=True, slots=True)
class Failed:
    """The author's own function failed: a person takes over."""

    where: str
    """Kind and place of the error, nothing of what was said."""


@dataclass(frozen=True, slots=True)
class Instead:
    """Another job goes on after these words; where it is not offered, the words are the answer."""

    job: str
    slots: Mapping[str, str]
    lead: str


@dataclass(frozen=True, slots=True)
class ForPeople:
    """A person has to do it; nothing is written."""

    reason: HandOff
    text: str


Prepared = Answer | Ask | Refuse | Offer | Instead | ForPeople | Failed


@dataclass(frozen=True, slots=True)
class Words:
    """How a writing job speaks of a proposal."""

    question: Callable[[Proposal], str]
    """What a yes would do, without "Reply yes or no."."""
    still: Callable[[Proposal], str]
    """What stays if nothing is done, as half a sentence."""
    done: Callable[[Proposal], str]
    already: Callable[[Proposal], str]


class Mode(StrEnum):
    """How far a job may go (`[jobs.NAME] mode`)."""

    OFF = "off"
    """It is not offered, and who asks for it is told so."""
    SHADOW = "shadow"
    """Asked and confirmed as usual, never written: it is journaled, and a person is asked to do it."""
    ON = "on"


@dataclass(frozen=True, slots=True)
class Own:
    """What an author's job brings besides what every job has."""

    where: str
    """File and line of its function."""
    asks: tuple[str, ...] = ()
    """Sentences in which customers ask for it, as the author wrote them."""
    slots: tuple[tuple[str, str], ...] = ()
    """Name and kind of each."""
    read_back: Mapping[str, str] = field(default_factory=dict)
    """Templates by language, as the author wrote them."""
    reads: Mapping[str, Fact] = field(default_factory=dict)
    """Facts of the author's own, read for this job alone."""
    commit: Callable[[Effect], Awaitable[WriteResult]] | None = None
    """Carries it out; None: the shop does (`PUT /effects/{key}`)."""
    look_up: Callable[[str], Awaitable[WriteResult | None]] | None = None
    """What became of a key; there with `commit`."""
    verify: Callable[[Effect], Awaitable[WriteResult | None]] | None = None
    """What became of an effect, in place of `look_up` where a key alone does not tell."""
    reads_for: ReadsFor | None = None
    """What is read for what was said, besides `reads`."""
    question_in: Callable[[Proposal, str], str | None] | None = None
    """The question in another language, where the author wrote it."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that a job reads from a system of the author's own."""

    read: Callable[[Customer], Awaitable[object]]
    """Asked once a message is known to need it; plain data comes back. An error counts as not reachable."""
    sample: object
    """What it is in rehearsals, where nothing of the author's is asked."""


@dataclass(frozen=True, slots=True)
class ReadsFor:
    """Something that depends on what was said: asked with each set of values that an answer may need."""

    name: str
    """Under which `Facts.own` holds all that came back."""
    read: Callable[[Mapping[str, str], Facts], Awaitable[object | None]]
    """(slots, facts) to plain data; None while a value lacks. An error counts as not reachable."""
    sample: Callable[[Mapping[str, str], Facts], object | None]
    """The same in rehearsals."""


@dataclass(frozen=True, slots=True)
class Job:
    """A named job with its risk tier."""

    name: str
    tier: Tier
    prepare: Callable[[Mapping[str, str], Facts, date], Prepared]
    """(slots, facts, today in the shop's zone) to what comes next."""
    current: Callable[[Order], Mapping[str, str]] | None = None
    """What stays if nothing is done, as the record stands now: `Offer.before`, read again."""
    words: Words | None = None
    """Only jobs that write have them."""
    way_back: bool = True
    """False: nothing undoes it; who wants it back is handed to a person."""
    undo: str = ""
    """Job that undoes it; empty: the same with the values from before, if there is a way back."""
    can: str = ""
    """What it does, as it goes on after "I can": "move a delivery"."""
    slots: tuple[str, ...] = ()
    """What it needs to know, by the names under which it is heard."""
    shown: str = ""
    """Its question with the names of its values, for lists."""
    mode: Mode = Mode.ON
    asked: OwnJob | None = None
    """How customers ask for an author's own; None: the interpreter knows."""
    own: Own | None = None
    """What only an author's job has."""
    uses: tuple[str, ...] = ()
    """Kinds of records that it reads where the shop has them, and does without where it has not."""
    pays: bool = False
    """Money moves: what moved in the last day counts (`Facts.moved`)."""
    needs: tuple[str, ...] = ()
    """Kinds of records (`model.KINDS`) that it reads besides orders. One that writes is prepared once more
    from its own arguments before the commit: they must lead to the same offer while the records hold."""
    public: bool = False
    """It tells nothing of anybody: whoever writes may know, also whom the shop does not."""
    sensitive: bool = False
    """It deals with health, identity papers or the like: consent is asked for before it begins."""


def live_version(job: Job, proposal: Proposal, facts: Facts, today: date) -> str | None:
    """The version now of what a proposal is about; None if it is gone, or no longer what was read back.

    An author's job, and one that is about more than an order, is prepared once more, so that its permission
    and what was read back hold at the commit as well.
    """
    if proposal.customer and facts.owner != proposal.customer:
        return None  # the record has another owner since: nobody writes to what was somebody else's
    if job.own is None and not job.needs and "order" in proposal.args:
        order = facts.order(proposal.args["order"])
        return order.version if order else None
    now = job.prepare(proposal.args, facts, today)
    bound = dict(proposal.args), proposal.money, proposal.payee
    same = isinstance(now, Offer) and (dict(now.args), now.money, now.payee) == bound
    return now.facts_version if isinstance(now, Offer) and same else None


def no_such_order(number: str, facts: Facts) -> Ask:
    """Read the number back beside the customer's own: it may be heard wrongly, and is never guessed."""
    return Ask("order", english.no_such_order(number, facts.orders))


def with_product(product: str, facts: Facts, among: Sequence[Order] | None = None) -> Order | Ask:
    """The one order of this customer that holds the product; what was heard counts only if one does."""
    name = product.casefold()
    orders = facts.orders if among is None else among
    found = [order for order in orders if any(name in item.casefold() for item in order.items)]
    if len(found) > 1:
        found = [order for order in found if order.is_under_way] or found
    if len(found) == 1:
        return found[0]
    if found:
        return Ask("order", english.which_order(found))
    return Ask("order", english.no_such_product(product, facts.orders))


def named_order(slots: Mapping[str, str], facts: Facts) -> Order | Ask | None:
    """The order that was said, by number or by what is in it; None if none was."""
    if number := slots.get("order"):
        return facts.order(number) or no_such_order(number, facts)
    if product := slots.get("product"):
        return with_product(product, facts)
    return None


def pick_order(slots: Mapping[str, str], facts: Facts) -> Order | Ask | Refuse:
    """The order that is meant: named by its number, or by what is in it, or the only one under way."""
    if (named := named_order(slots, facts)) is not None:
        return named
    under_way = [order for order in facts.orders if order.is_under_way]
    if len(under_way) == 1:
        return under_way[0]
    if under_way:
        return Ask("order", english.which_order(under_way))
    return Refuse("You have no order under way.")
