"""The weekly review, from the journal alone. docs/observe.md says what each figure means."""

from wavoice.runtime.seeing.report.figures import Report, review
from wavoice.runtime.seeing.report.prices import Prices, read_prices

__all__ = ["Prices", "Report", "read_prices", "review"]
