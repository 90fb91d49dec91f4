"""What a page for everybody costs does not grow with the town: as many statements for sixty activities as for three."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from console_scene import join, planned, units
from test_web_console_statements import MOST, costs, counting
from web_scene import visit

PAGES = ["/", "/?near=east", "/?week=1", "/?for=elderly", "/a/{slug}", "/a/{slug}.ics", "/feeds/public.ics",
         "/feeds/region/east.ics", "/chat"]  # fmt: skip


def test_the_pages_for_everybody_cost_the_same_for_many_as_for_few(tmp_path):
    def fill(house, made, count: int):
        cards = []
        for number in range(count):
            starts = datetime.now(UTC) + timedelta(days=2, hours=number)
            audience = frozenset({"elderly" if number % 2 else "general"})
            cards.append(
                planned(house, made["east"], f"沙龙 {number}", starts_at=starts, ends_at=starts + timedelta(hours=1),
                        seats=99, audience=audience)
            )  # fmt: skip
        return cards

    with counting() as counted:

        async def story(house, browser):
            made = units(house)
            first = fill(house, made, 3)[0]
            paths = [page.format(slug=first.slug) for page in PAGES]
            few = await costs(house, browser, paths, counted)
            fill(house, made, 57)
            join(house, first, 40)
            return few, await costs(house, browser, paths, counted)

        few, many = visit(tmp_path, story)

    assert many == few
    assert max(many.values()) <= MOST
