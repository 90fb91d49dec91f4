"""One Telegram bot as a channel."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Coroutine, Sequence
from contextlib import aclosing
from typing import Any

from outreach.channels.base import Answer, ChannelContext, HookRequest, HookResponse
from outreach.channels.telegram.backoff import Backoff
from outreach.channels.telegram.bot import QuietBot
from outreach.channels.telegram.commands import tell_commands
from outreach.channels.telegram.config import Config
from outreach.channels.telegram.faults import ApiRefused
from outreach.channels.telegram.polling import Poller, fault_code
from outreach.channels.telegram.sending import send
from outreach.channels.telegram.updates import Clock
from outreach.domain.messages import Incoming, Outcome, Outgoing, Pressed

logger = logging.getLogger(__name__)

_MOST_TASKS = 200  # spinners being stopped at a time: a flood of presses must not grow, and they stop by themselves
_SPINNER_SECONDS = 5.0


class TelegramChannel:
    """A `PollingChannel`. Personal answers go to private chats only; what groups say is `Unparsed`."""

    def __init__(self, config: Config, context: ChannelContext, *, clock: Clock, backoff: Backoff) -> None:
        self.lane = context.lane
        self.capabilities = config.capabilities()
        self._signer = context.signer
        self._backoff = backoff
        self._bot = QuietBot(config.token.reveal(), config.api_url, self.capabilities.max_in_flight)
        self._poller = Poller(self._bot, context.signer, clock, backoff, config.poll_seconds)
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def trouble(self) -> str:
        """What keeps us from hearing people at the moment, as a fixed code (``http_401``, ``http_409`` …), or empty."""
        return self._poller.trouble

    async def prepare(self) -> None:
        """Leave a webhook that may be set, check the token, and set the commands. Failing, it tries on beside us."""
        if not await self._prepared():
            self._beside(self._prepare_later())

    async def incoming(self) -> AsyncGenerator[Sequence[Incoming], None]:
        """Batches as they come, for ever; see `PollingChannel`."""
        async with aclosing(self._poller.batches(self._quiet)) as batches:
            async for heard in batches:
                yield [one.incoming for one in heard]

    async def send(self, to: str, message: Outgoing, key: str) -> Outcome:
        """See `Channel`. Telegram knows no keys: a repeated *key* is a second message."""
        return await send(self._bot, self._signer, to, message)

    async def acknowledge(
        self, incoming: Sequence[Incoming], answer: Answer, request: HookRequest | None = None
    ) -> HookResponse | None:
        """Stop the spinners of the buttons in *incoming*, beside us: people behind them must not wait for Telegram.

        What is in *answer* is left to `send`.
        """
        for item in incoming:
            if isinstance(item, Pressed) and item.press_id is not None:
                self._quiet(item.press_id)
        return None

    async def close(self) -> None:
        """Stop what runs beside us and close both pools. Harmless when called twice."""
        tasks, self._tasks = self._tasks, set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._bot.close_pools()

    async def _prepared(self) -> bool:
        try:
            await self._bot.delete_webhook()
            await self._bot.get_me()
            await tell_commands(self._bot)
        except Exception as fault:  # the start must not depend on Telegram
            logger.warning("telegram could not be prepared: %s", fault_code(fault))
            return False
        return True

    async def _prepare_later(self) -> None:
        pauses = self._backoff.fresh()
        while True:
            await asyncio.sleep(pauses.next_pause())
            if await self._prepared():
                return

    def _quiet(self, press_id: str) -> None:
        if len(self._tasks) < _MOST_TASKS:
            self._beside(self._stop_spinner(press_id))

    async def _stop_spinner(self, press_id: str) -> None:
        try:
            await self._bot.answer_callback_query(press_id, read_timeout=_SPINNER_SECONDS)
        except Exception as fault:  # the spinner stops by itself after a while
            if not (isinstance(fault, ApiRefused) and "query is too old" in fault.description):
                logger.warning("telegram did not take the answer to a button: %s", fault_code(fault))

    def _beside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
