"""What a claim takes: by the same places as `domain.fairness`, whatever waits."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from store_town import LANE, MINUTE, NOW, enrolled

from outreach.domain.delivery import Rank, rank_of
from outreach.domain.fairness import WEIGHTS, place
from outreach.domain.messages import MessageKind
from outreach.services.cards_ledger import Draft
from outreach.store import Database

KINDS = {rank_of(kind): kind for kind in MessageKind}


@pytest.mark.parametrize(
    ("waiting", "owed", "limit"),
    [
        ({Rank.REPLY: 3, Rank.EDUCATION: 3, Rank.SAFETY: 1}, {}, 3),
        ({Rank.CONFIRMATION: 20, Rank.ANNOUNCEMENT: 20}, {}, 10),
        ({Rank.REMINDER: 8, Rank.ANNOUNCEMENT: 20, Rank.EDUCATION: 20}, {Rank.EDUCATION: 1.0}, 5),
        ({Rank.CONFIRMATION: 5, Rank.EDUCATION: 5}, {Rank.EDUCATION: 0.9, Rank.CONFIRMATION: 0.2}, 1),
        (dict.fromkeys(WEIGHTS, 12), {Rank.ANNOUNCEMENT: 0.5}, 16),
        ({Rank.EDUCATION: 4}, {}, 16),
    ],
)
def test_a_claim_takes_what_fairness_says_and_the_oldest_of_it(database: Database, waiting, owed, limit):
    with database.unit_of_work() as uow:
        ann = enrolled(uow, "ann")
        for rank, number in waiting.items():
            drafts = [
                Draft(KINDS[rank], f"{rank.name}:{one}", ann, NOW - MINUTE + timedelta(seconds=one), {})
                for one in range(number, 0, -1)
            ]
            uow.deliveries.add(drafts, NOW)
        epoch = uow.lanes.take(LANE, "telegram", "me", NOW, MINUTE) or 0

        letters = uow.deliveries.claim_due(LANE, epoch=epoch, limit=limit, now=NOW, lease=MINUTE, owed=owed)

        every = sorted(
            (place(rank, number, owed.get(rank, 0.0)), rank, number)
            for rank in waiting
            for number in range(1, waiting[rank] + 1)
        )
        wanted = Counter(f"{rank.name}:{number}" for _, rank, number in every[:limit])
        assert Counter(letter.key for letter in letters) == wanted
