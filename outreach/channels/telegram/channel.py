"""One Telegram bot as a channel: all but how it hears, and the way of asking."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncGenerator, Coroutine, Sequence
from contextlib import aclosing
from typing import Any

from outreach.channels.base import Answer, ChannelContext, Finding, HookRequest, HookResponse
from outreach.channels.telegram.backoff import Backoff
from outreach.channels.telegram.bot import UPDATE_KINDS, QuietBot
from outreach.channels.telegram.checking import look_at
from outreach.channels.telegram.commands import tell_commands, tell_descriptions
from outreach.channels.telegram.config import Config
from outreach.channels.telegram.faults import ApiRefused
from outreach.channels.telegram.polling import Poller, fault_code
from outreach.channels.telegram.sending import send
from outreach.channels.telegram.updates import Clock
from outreach.domain.messages import Incoming, Outcome, Outgoing, Pressed

logger = logging.getLogger(__name__)

MOST_CALLS = 20  # updates that Telegram may bring at the same time; there is one writer behind them
_SOURCE = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_MOST_TASKS = 200  # spinners being stopped at a time: a flood of presses must not grow, and they stop by themselves
_SPINNER_SECONDS = 5.0


class TelegramBot:
    """What both ways of hearing have in common. Personal answers go to private chats; groups are `Unparsed`."""

    def __init__(self, config: Config, context: ChannelContext, *, clock: Clock, backoff: Backoff) -> None:
        self.lane = context.lane
        self.capabilities = config.capabilities()
        self._signer = context.signer
        self._backoff = backoff
        self._bot = QuietBot(config.token.reveal(), config.api_url, self.capabilities.max_in_flight)
        self._clock, self._config = clock, config
        self._hook = f"{context.base_url}/hooks/{context.lane}" if config.webhook_secret is not None else ""
        self._name = ""
        self._tasks: set[asyncio.Task[None]] = set()

    async def prepare(self) -> None:
        """Set or leave the webhook, learn who we are, set commands and descriptions. Failing, it tries on beside us."""
        if not await self._prepared():
            self._beside(self._prepare_later())

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

    async def check(self) -> Sequence[Finding]:
        """See `CheckedChannel`."""
        return await look_at(self._bot, self._hook)

    async def entrance(self, source: str) -> str | None:
        """The bot's deep link; ``None`` while Telegram has not told us the bot's name. See `EntranceChannel`."""
        if not _SOURCE.fullmatch(source):
            return None
        try:
            self._name = self._name or (await self._bot.get_me()).username or ""
        except Exception as fault:
            logger.warning("telegram did not tell the bot's name: %s", fault_code(fault))
        return f"https://t.me/{self._name}?start={source}" if self._name else None

    async def close(self) -> None:
        """Stop what runs beside us and close both pools. Harmless when called twice."""
        tasks, self._tasks = self._tasks, set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._bot.close_pools()

    async def _prepared(self) -> bool:
        try:
            await self._set_hook()
            self._name = (await self._bot.get_me()).username or ""
            await tell_commands(self._bot)
            await tell_descriptions(self._bot)
        except Exception as fault:  # the start must not depend on Telegram
            logger.warning("telegram could not be prepared: %s", fault_code(fault))
            return False
        return True

    async def _set_hook(self) -> None:
        secret = self._config.webhook_secret
        if secret is None:
            await self._bot.delete_webhook()
            return
        await self._bot.set_webhook(
            self._hook, secret_token=secret.reveal(), allowed_updates=UPDATE_KINDS, max_connections=MOST_CALLS
        )

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


class TelegramChannel(TelegramBot):
    """A `PollingChannel`: we ask, and need no public address."""

    def __init__(self, config: Config, context: ChannelContext, *, clock: Clock, backoff: Backoff) -> None:
        super().__init__(config, context, clock=clock, backoff=backoff)
        self._poller = Poller(self._bot, context.signer, clock, backoff, config.poll_seconds)

    @property
    def trouble(self) -> str:
        """What keeps us from hearing people at the moment, as a fixed code (``http_401``, ``http_409`` …), or empty."""
        return self._poller.trouble

    async def incoming(self) -> AsyncGenerator[Sequence[Incoming], None]:
        """Batches as they come, for ever; see `PollingChannel`."""
        async with aclosing(self._poller.batches(self._quiet)) as batches:
            async for heard in batches:
                yield [one.incoming for one in heard]
