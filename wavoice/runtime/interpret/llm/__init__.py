"""What a large language model makes of words that nobody else understood: a proposal, never more."""

from wavoice.runtime.interpret.llm.consultant import Consultant, Question, Written

__all__ = ["Consultant", "Question", "Written"]
