"""The weekly review, from the journal alone. docs/observe.md says what each figure means."""

from wavoice.runtime.seeing.report.figures import review
from wavoice.runtime.seeing.report.prices import Prices, read_prices
from wavoice.runtime.seeing.report.shapes import Report

__all__ = ["Prices", "Report", "read_prices", "review"]
