"""`outreach kit …`: what staff carry to those whom no account can write to first: a group, a wall, a loudspeaker."""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outreach.cli.shared import AsJson, print_json, set_up_logging
from outreach.domain.errors import BadInput, Fault
from outreach.domain.ids import ActivityId
from outreach.domain.messages import Language

if TYPE_CHECKING:
    from outreach.bootstrap import App
    from outreach.posters import Font
    from outreach.services.cards import ApprovedItem
    from outreach.services.kits import Kit, Press

app = typer.Typer(no_args_is_help=True, help="Texts and a poster for groups, walls and loudspeakers.")
_Out = Annotated[str, typer.Option("--out", help="The folder to write into; made if it is not there.")]
_Lane = Annotated[str, typer.Option("--lane", help="The channel whose QR code to print; if left out, the best.")]
_Library = Annotated[str, typer.Option("--library", help="Put the poster into this channel's picture library, too.")]
_Tongue = Annotated[str, typer.Option("--language", help="zh or en; the settings' if left out.")]
_FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/System/Library/Fonts/PingFang.ttc",
    "C:/Windows/Fonts/msyh.ttc",
)
_POSTER_CODE = 800  # pixels, where the code is all there is


@app.command()
def activity(
    activity: Annotated[int, typer.Argument(help="The activity's id.")],
    out: _Out = "", lane: _Lane = "", library: _Library = "", language: _Tongue = "", as_json: AsJson = False,
) -> None:  # fmt: skip
    """Write group text, loudspeaker text, article and poster of an activity."""
    from outreach.services import kits

    house = _house()
    with house.core.database.reading() as uow:
        card = uow.activities.card(ActivityId(activity))
    press = _press(house, language, lane, f"a-{card.slug}")
    kit = kits.of_activity(card, press, datetime.now(UTC))
    _write(house, kit, press, out or f"kit-{card.number}", library, as_json)


@app.command()
def tip(
    slug: Annotated[str, typer.Argument(help="The library item, as `outreach content list` shows it.")],
    out: _Out = "", lane: _Lane = "", library: _Library = "", language: _Tongue = "", as_json: AsJson = False,
) -> None:  # fmt: skip
    """Write group text, loudspeaker text, article and poster of an approved text."""
    from outreach.services import kits

    house = _house()
    item = _approved(house, slug, _language(house, language))
    source = re.sub(r"[^A-Za-z0-9_-]", "-", f"t-{item.slug}")[:64]
    press = _press(house, language, lane, source)
    kit = kits.of_item(item, press, datetime.now(UTC))
    _write(house, kit, press, out or f"kit-{source.removeprefix('t-')}", library, as_json)


def _house() -> App:
    from outreach.bootstrap import build
    from outreach.settings import load

    set_up_logging("ERROR")
    return build(load())


def _language(house: App, wanted: str) -> Language:
    if not wanted:
        return house.settings.language
    try:
        return Language(wanted)
    except ValueError:
        raise BadInput([f"--language: {wanted!r} is not one of {', '.join(Language)}"]) from None


def _approved(house: App, slug: str, language: Language) -> ApprovedItem:
    with house.core.database.reading() as uow:
        found = [item for item in uow.contents.approved(language) if item.slug == slug]
    if not found:
        raise BadInput([f"{slug!r} is not approved in {language}: `outreach content list` shows what is"])
    return found[0]


def _press(house: App, language: str, lane: str, source: str) -> Press:
    from outreach.services.kits import Press

    if lane:
        _require_lane(house, lane, "--lane")
    tongue = _language(house, language)
    crafts, address = house.core.crafts, house.entrance(source, lane)
    return Press(crafts.wording, crafts.lines, tongue, house.network_name(tongue), address)


def _write(house: App, kit: Kit, press: Press, out: str, library: str, as_json: bool) -> None:
    folder, font = Path(out), _font(house)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (("group.txt", kit.group), ("loudspeaker.txt", kit.aloud), ("article.html", kit.article)):
        (folder / name).write_text(text.rstrip() + "\n", "utf-8")
    picture = _picture(kit, font)
    if picture is not None:
        (folder / "poster.png").write_bytes(picture)
    if library and picture is not None:
        _put_away(press, library, f"{folder.name}.png", picture)
    _tell(house, press, folder, font is not None, as_json)


def _put_away(press: Press, lane: str, name: str, picture: bytes) -> None:
    """The poster into an account's picture library. A house of its own: that of the code has closed its channels."""
    house = _house()
    _require_lane(house, lane, "--library")
    kept = house.keep_picture(lane, name, picture)
    if kept is None:
        raise Fault(press.say("kit.not_in_library", lane=lane), "outreach channels check")
    print(press.say("kit.in_library", name=name, lane=lane), file=sys.stderr)


def _require_lane(house: App, lane: str, option: str) -> None:
    if lane not in house.lanes:
        raise BadInput(
            [f"{option}: there is no channel {lane!r}: the settings name {', '.join(house.lanes) or 'none'}"]
        )


def _picture(kit: Kit, font: Font | None) -> bytes | None:
    from outreach.posters import draw, qr_png

    if font is not None:
        return draw(kit.poster, font)
    return None if kit.poster.address is None else qr_png(kit.poster.address, _POSTER_CODE)


def _font(house: App) -> Font | None:
    """The settings' font, else one that the machine has. Raises `BadInput` for a font of the settings that is none."""
    from outreach.posters import BadFont, parse_font

    named = house.settings.font
    for path in (named,) if named is not None else map(Path, _FONTS):
        try:
            return parse_font(path.read_bytes())
        except (OSError, BadFont) as error:
            if named is not None:
                raise BadInput([f"OUTREACH_FONT: {path} cannot be used ({error.__class__.__name__})"]) from None
    return None


def _tell(house: App, press: Press, folder: Path, has_font: bool, as_json: bool) -> None:
    people = _unreached(house)
    if as_json:
        files = sorted(path.name for path in folder.iterdir())
        print_json({"folder": str(folder), "files": files, "address": press.address, "people_not_reached": people})
        return
    print(press.say("kit.written", folder=str(folder)))
    if people:
        print(press.say("kit.group_is_how", people=people))
    for key, missing in (("kit.no_address", press.address is None), ("kit.no_font", not has_font)):
        if missing:
            print(press.say(key), file=sys.stderr)


def _unreached(house: App) -> int:
    """How many people are on an account that cannot write first."""
    with house.core.database.reading() as uow:
        people = uow.lanes.people()
    mute = {door.lane for door in house.doors if not door.channel.capabilities.may_push}
    return sum(number for lane, number in people.items() if lane in mute)
