"""What a customer does with the green telephone."""

from __future__ import annotations

from wavoice.sim.emulator.handset.base import Handset


class Calling(Handset):
    """Calling."""

    async def calls(self) -> str:
        """Call the business and hang up unanswered; return the call's id.

        The business gets `connect` and `terminate` in the field `calls`. The service window opens.
        """
        return await self.network.ring(self)
