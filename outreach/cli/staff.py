"""`outreach staff …`: accounts for the console."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from outreach.cli.form import Form, one_of, region_of
from outreach.cli.shared import AsJson, fields_of, local_time, opened_core, print_json, print_table
from outreach.domain.actor import Actor, Role
from outreach.domain.errors import BadInput
from outreach.domain.messages import Language

if TYPE_CHECKING:
    from outreach.services.cards import Region
    from outreach.services.cards_staff import StaffCard
    from outreach.services.ports import UnitOfWork

app = typer.Typer(no_args_is_help=True, help="The people who work here, and their accounts for the console.")
Login = Annotated[str, typer.Argument(help="What they sign in with: small letters and digits.")]
_ROLES = ", ".join(role for role in Role if role not in {Role.OPERATOR, Role.SYSTEM})


@app.command()
def add(
    login: Login,
    role: Annotated[str, typer.Option(help=f"One of {_ROLES}.")],
    name: Annotated[str, typer.Option(help="How colleagues know them; stands in the audit.")] = "",
    region: Annotated[str, typer.Option(help="Code of their unit; the whole network if left out.")] = "",
    on_duty: Annotated[bool, typer.Option("--on-duty", help="They also answer people and take safety alerts.")] = False,
    language: Annotated[str, typer.Option(help="zh or en.")] = "zh",
    as_json: AsJson = False,
) -> None:
    """A new account. Its password is printed once, here, and has to be changed at the first sign-in."""
    from outreach.services import passwords, staff

    password = passwords.fresh()
    hashed = passwords.hash_of(password)
    with opened_core() as core, core.database.unit_of_work() as uow:
        form = Form()
        given = form.take(lambda: one_of(Role, role, "--role"), Role.HOST)
        spoken = form.take(lambda: one_of(Language, language, "--language"), Language.ZH)
        unit = form.take(lambda: _region(uow, region), uow.regions.root())
        new = staff.NewStaff(login, name or login, given, unit.id, on_duty, spoken)
        card = form.finish(lambda: staff.add(uow, Actor.operator(), new, hashed, datetime.now(UTC)))
    _tell(card, password, as_json)


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option(min=1, max=500)] = 100,
    after: Annotated[str, typer.Option(help="Go on behind this login.")] = "",
    as_json: AsJson = False,
) -> None:
    """Every account, by login."""
    from outreach.services import staff

    with opened_core() as core, core.database.reading() as uow:
        cards = staff.listed(uow, Actor.operator(), limit, after=after)
    if as_json:
        print_json([fields_of(card) for card in cards])
    else:
        rows = ((card.login, card.name, _role(card), card.region_name, _seen(card)) for card in cards)
        print_table(("LOGIN", "NAME", "ROLE", "UNIT", "LAST SIGNED IN"), rows)


@app.command()
def passwd(login: Login, as_json: AsJson = False) -> None:
    """A new password, printed once. They are signed out everywhere and have to change it."""
    from outreach.services import passwords, staff

    password = passwords.fresh()
    hashed = passwords.hash_of(password)
    with opened_core() as core, core.database.unit_of_work() as uow:
        card = uow.staffs.by_login(staff.login_of(login))
        if card is None:
            raise BadInput([f"there is no account {login!r}: `outreach staff list` shows those there are"])
        staff.set_password(uow, Actor.operator(), card.id, hashed, datetime.now(UTC))
    _tell(card, password, as_json)


def _region(uow: UnitOfWork, code: str) -> Region:
    return region_of(uow, code) if code else uow.regions.root()


def _tell(card: StaffCard, password: str, as_json: bool) -> None:
    if as_json:
        print_json({**fields_of(card), "password": password})
        return
    print(f"{card.login}: {_role(card)}, {card.region_name or 'the whole network'}")
    print(f"password (shown only now): {password}")
    print("They sign in at /console and choose their own.")


def _role(card: StaffCard) -> str:
    return f"{card.role}, on duty" if card.on_duty else str(card.role)


def _seen(card: StaffCard) -> str:
    if card.disabled_at is not None:
        return "disabled"
    return "never" if card.seen_at is None else local_time(card.seen_at)
