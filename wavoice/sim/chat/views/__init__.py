"""What the panes of `wavoice chat` and `wavoice inspect` show: journal and facts in, values out.

`Screen` takes events and facts one by one; its properties are frozen values. Nothing here reads a clock,
draws, or calls the runtime.
"""

from wavoice.sim.chat.views.bubble import Bubble, ButtonView
from wavoice.sim.chat.views.heard import Heard, Mishap
from wavoice.sim.chat.views.ledger import Approval, Write
from wavoice.sim.chat.views.proposal import Happened, ProposalView
from wavoice.sim.chat.views.raw import Line, sentence
from wavoice.sim.chat.views.screen import Screen
from wavoice.sim.chat.views.session import ConsentView, Moment, Remembered, SessionView
from wavoice.sim.chat.views.strange import Strange
from wavoice.sim.chat.views.turns import BUDGETS, Bar, BarForm, Figures, TurnView, figures

__all__ = [
    "BUDGETS",
    "Approval",
    "Bar",
    "BarForm",
    "Bubble",
    "ButtonView",
    "ConsentView",
    "Figures",
    "Happened",
    "Heard",
    "Line",
    "Mishap",
    "Moment",
    "ProposalView",
    "Remembered",
    "Screen",
    "SessionView",
    "Strange",
    "TurnView",
    "Write",
    "figures",
    "sentence",
]
