"""The dialogue: remembers, understands, hands on to the topic, remembers again. Only faults come out of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from outreach.content import Vocabulary
from outreach.conversation import (
    checking_in,
    consent,
    courtesy,
    danger,
    linking,
    listing,
    lost,
    on_duty,
    refusals,
    talking,
    topics,
    welcome,
)
from outreach.conversation.intents import (
    Bye,
    CalendarNumber,
    Decline,
    DutyCode,
    Intent,
    JoinNumber,
    JoinWhat,
    LeaveNumber,
    LeaveWhat,
    LinkCode,
    LinkNo,
    LinkYes,
    Number,
    Start,
    Thanks,
    Who,
    Yes,
)
from outreach.conversation.intents_attendance import CheckIn
from outreach.conversation.intents_choices import CallMe, OwnWords, SilencePlace
from outreach.conversation.memory import HELD, Question
from outreach.conversation.memory_state import from_state, to_state
from outreach.conversation.numbers import by_number
from outreach.conversation.office import Office
from outreach.conversation.plaintext import is_chinese
from outreach.conversation.reading import read
from outreach.conversation.shown import choose_again, the_yes, tokens_named
from outreach.conversation.steps import all_steps
from outreach.conversation.tokens import intent_of
from outreach.conversation.turn import House, Turn
from outreach.domain.errors import Refusal
from outreach.domain.messages import Language, Message, MessageKind, Outgoing, Pressed, Reach, Reachability
from outreach.safety import RiskClass, Verdict
from outreach.services import safeguarding
from outreach.services.cards import FIRST_PUBLIC_NUMBER, Caller
from outreach.services.ports import UnitOfWork
from outreach.services.safeguarding import COOL_DOWN, FIRST_TO_ANSWER, SAFE_PREFIX, Safeguard
from outreach.wording import Wording


class Dialogue:
    """What to say to whom. Keeps nothing itself: every turn begins with what the store remembers of the caller."""

    def __init__(self, wording: Wording, vocabulary: Vocabulary, office: Office, safeguard: Safeguard) -> None:
        self._house = House(wording, vocabulary, office)
        self._safeguard = safeguard

    def answer(
        self, uow: UnitOfWork, caller: Caller, incoming: Message | Pressed | Reachability, now: datetime
    ) -> tuple[Outgoing, ...]:
        """The replies to *incoming*, not yet cut to the channel; none in a chat that others read.

        A `Refusal` becomes a kind sentence; a `Fault` passes through.
        """
        if not isinstance(incoming, Reachability) and not incoming.private:
            return ()
        turn = self._open(uow, caller, incoming, now)
        stranger = not turn.person.is_known and not turn.memory.introduced
        try:
            replies = self._respond(turn, incoming)
        except Refusal as refusal:
            replies = refusals.answer(turn, refusal)
        replies = consent.remind(turn, replies)
        if stranger and not turn.forgotten:
            replies = _introduced(turn, replies)
        _close(turn, replies)
        return replies

    def offered(self, uow: UnitOfWork, caller: Caller, message: Outgoing, now: datetime) -> None:
        """Remember the choices of a message that somebody else has sent, so that a bare number answers them."""
        if message.choices:
            memory = from_state(uow.conversations.recall(caller, now)).as_of(now)
            memory = replace(memory.with_choices(message.choices, now), asked=None, introduced=True)
            uow.conversations.keep(caller, to_state(memory), now + HELD)

    def _open(self, uow: UnitOfWork, caller: Caller, incoming: Message | Pressed | Reachability, now: datetime) -> Turn:
        person = uow.people.at(caller)
        kept = from_state(uow.conversations.recall(caller, now))
        memory = replace(kept.as_of(now), script=_script_of(incoming) or kept.script)
        chosen = person.language or memory.language
        language = chosen or memory.script or self._house.office.default_language
        return Turn(self._house, uow, caller, person, kept, memory, language, now)

    def _respond(self, turn: Turn, incoming: Message | Pressed | Reachability) -> tuple[Outgoing, ...]:
        match incoming:
            case Reachability(reach=Reach.JOINED):
                return welcome.arrive(turn, incoming.source)
            case Reachability():
                return ()
            case Pressed():
                return self._press(turn, incoming.token, incoming.message_id)
            case Message():
                return self._hear(turn, incoming)

    def _press(self, turn: Turn, token: str, message_id: str) -> tuple[Outgoing, ...]:
        if token.startswith(SAFE_PREFIX):
            found = self._safeguard.follow_up(token, turn.language, turn.now, turn.there.helplines)
            if found is not None:
                return self._safety(turn, *found, message_id)
        intent = intent_of(token)
        if intent is None:
            return turn.reply(turn.say("choose.stale"), *all_steps(turn))
        return self._follow(turn, intent, message_id)

    def _hear(self, turn: Turn, message: Message) -> tuple[Outgoing, ...]:
        named = tokens_named(turn, message.text)
        if len(named) == 1:
            return self._press(turn, named[0], message.message_id)
        if named:  # the same title twice, as in a series
            return choose_again(turn)
        in_danger = danger.answered(turn, message.text)
        if in_danger is not None:
            return self._press(turn, in_danger, message.message_id)
        intent = read(message.text)
        if intent is None:
            return self._free_text(turn, message)
        if isinstance(intent, Yes | Decline | Start | Thanks | Bye | LinkYes | LinkNo) and danger.is_asked(turn):
            return danger.ask_again(turn, self._safeguard)
        if isinstance(intent, Yes | Start) and _waits_for_note(turn):
            return talking.ask_for_note(turn)
        if isinstance(intent, OwnWords) and self._tells_more(turn, message.text):
            return self._free_text(turn, message)
        return self._follow(turn, intent, message.message_id)

    def _tells_more(self, turn: Turn, text: str) -> bool:
        """Whether a command with words of their own in it had better be heard as what they tell us."""
        return _waits_for_note(turn) or danger.is_asked(turn) or self._safeguard.look_at(text).risk > RiskClass.NONE

    def _free_text(self, turn: Turn, message: Message) -> tuple[Outgoing, ...]:
        verdict = self._safeguard.look_at(message.text)
        if verdict.risk >= FIRST_TO_ANSWER:
            # The guard answers before us; this is for a message that was interrupted between its storing and that.
            recent = turn.uow.alerts.last_for(turn.caller, turn.now - COOL_DOWN) is not None
            place = turn.there.helplines
            reply = self._safeguard.reply(verdict, turn.language, turn.now, short=recent, place=place)
            return self._safety(turn, reply, verdict, message.message_id)
        if _waits_for_note(turn):
            return talking.take_note(turn, message.text)
        if danger.is_asked(turn):
            return danger.ask_again(turn, self._safeguard)
        if verdict.risk > RiskClass.NONE:
            place = turn.there.helplines
            reply = self._safeguard.reply(verdict, turn.language, turn.now, short=False, place=place)
            return self._safety(turn, reply, verdict, message.message_id)
        if turn.memory.asked is not None:
            return topics.hear(turn, turn.memory.asked.question, message.text)
        if not turn.person.is_known and not turn.memory.introduced:
            return welcome.start(turn)
        return linking.ask_again(turn) or lost.answer(turn, message.text)

    def _safety(self, turn: Turn, reply: Outgoing, verdict: Verdict, message_id: str) -> tuple[Outgoing, ...]:
        turn.ask(None)
        if verdict.risk >= FIRST_TO_ANSWER:
            # Nobody in danger is told first what we are and what we keep.
            turn.memory = replace(turn.memory, introduced=True)
            key = f"{turn.caller.lane}:{message_id}"
            safeguarding.raise_alert(turn.uow, turn.caller, verdict, key, turn.now)
        return (reply,)

    def _follow(self, turn: Turn, intent: Intent, message_id: str) -> tuple[Outgoing, ...]:
        """Do what *intent* says, in the context of what was shown last."""
        match intent:
            case Number(number) if number < FIRST_PUBLIC_NUMBER:
                return self._choose(turn, number, message_id)
            case Yes():
                yes = the_yes(turn)
                return self._press(turn, yes, message_id) if yes else _ask_what_waits(turn)
            case Decline() if (no := linking.meant_by_no(turn)) is not None:
                return topics.follow(turn, no)
            case LinkCode(code):
                turn.ask(None)
                return linking.use_code(turn, code)
            case DutyCode(code):
                return on_duty.hear(turn, code)
            case CheckIn(code):
                turn.ask(None)
                return checking_in.check_in(turn, code)
            case Number() | JoinNumber() | JoinWhat() | LeaveNumber() | LeaveWhat() | CalendarNumber():
                turn.ask(None)
                return by_number(turn, intent)
            case Thanks() | Bye() | Who():
                return courtesy.answer(turn, intent)
            case CallMe() | SilencePlace():
                return topics.in_own_words(turn, intent)
            case _:
                return topics.follow(turn, intent)

    def _choose(self, turn: Turn, number: int, message_id: str) -> tuple[Outgoing, ...]:
        shown = turn.memory.shown
        if shown is None:
            return listing.show_list(turn, front="list.again")
        if 1 <= number <= len(shown.choices):
            return self._press(turn, shown.choices[number - 1].token, message_id)
        return choose_again(turn)


def _ask_what_waits(turn: Turn) -> tuple[Outgoing, ...]:
    """A yes, but not to what was shown last: the one question that may have come some other way is put again."""
    return linking.ask_again(turn) or topics.nothing_asked(turn)


def _waits_for_note(turn: Turn) -> bool:
    return turn.memory.asked is not None and turn.memory.asked.question is Question.NOTE


def _script_of(incoming: Message | Pressed | Reachability) -> Language | None:
    chinese = is_chinese(incoming.text) if isinstance(incoming, Message) else None
    return None if chinese is None else Language.ZH if chinese else Language.EN


def _introduced(turn: Turn, replies: tuple[Outgoing, ...]) -> tuple[Outgoing, ...]:
    """In front of the first answer to somebody new: who speaks here."""
    if not replies or turn.memory.introduced or replies[0].kind is MessageKind.SAFETY:  # a fixed reply stays as it is
        return replies
    turn.memory = replace(turn.memory, introduced=True)
    first, *rest = replies
    return (replace(first, text=f"{turn.say('welcome.line')}\n\n{first.text}"), *rest)


def _close(turn: Turn, replies: tuple[Outgoing, ...]) -> None:
    """Keep what the next turn needs: of several answers the last with choices gives the numbers."""
    if turn.forgotten:
        return
    choices = next((reply.choices for reply in reversed(replies) if reply.choices), None)
    memory = turn.memory if choices is None else turn.memory.with_choices(choices, turn.now)
    if memory != turn.kept:
        turn.uow.conversations.keep(turn.caller, to_state(memory), turn.now + HELD)
