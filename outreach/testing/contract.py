"""The promises of `outreach.channels.base` as tests: subclass it, fill in the hooks, run pytest.

::

    class TestMyChannel(ChannelContract):
        opener = staticmethod(open_channel)

        @asynccontextmanager
        async def platform(self):
            async with MyStandIn() as self.stand_in:
                yield {"API_URL": Secret(self.stand_in.url), "TOKEN": Secret("…")}

Each test starts a fresh platform and channel in a loop of its own, behind a guard that lets no connection leave
this machine. What a channel declares that it cannot do is asserted to be absent: nothing is skipped.
Needs the core dependencies and pytest alone. Call ``pytest.register_assert_rewrite("outreach.testing")`` in a
``conftest.py`` for fuller failure messages.
"""

from __future__ import annotations

from outreach.testing.contract_hooks import Delivered, Recording, Situation, Wire
from outreach.testing.contract_inbound import InboundPromises
from outreach.testing.contract_opening import OpeningPromises
from outreach.testing.contract_outbound import OutboundPromises
from outreach.testing.contract_privacy import PrivacyPromises

__all__ = ["ChannelContract", "Delivered", "Recording", "Situation", "Wire"]


class ChannelContract(OpeningPromises, InboundPromises, OutboundPromises, PrivacyPromises):
    """All that a channel promises. `ContractHooks` says what to override, and what may stay as it is."""
