"""What an account may do, by its kind (platforms.md A0), and what is left of it when WeChat says otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from outreach.channels.wechat.config import MAX_IN_FLIGHT, RATE_PER_SECOND, TEXT_LIMIT_BYTES, Account, Config
from outreach.channels.wechat.mass import FEWEST, MOST
from outreach.domain.mass import MassTerms
from outreach.domain.messages import Act, Allowance, Capabilities, MessageKind


@dataclass(frozen=True, slots=True)
class Rights:
    """*customer*: customer-service messages; *template*: template messages; *code*: QR codes with a parameter.

    *mass*: mass messages, by list for a service account and by tag for a subscription account.
    """

    customer: bool = False
    template: bool = False
    code: bool = False
    menu: bool = False
    mass: bool = False


def rights_of(config: Config) -> Rights:
    """By kind. Without an AppSecret there is no API at all."""
    if not config.secret.reveal():
        return Rights()
    service, verified = config.account is Account.SERVICE, config.verified
    mass = verified and config.mass_a_month > 0
    return Rights(verified, service and verified, service and verified, menu=service or verified, mass=mass)


def capabilities_of(
    rights: Rights, templated: Iterable[MessageKind], allowances: Mapping[Act, Allowance]
) -> Capabilities:
    """What the house may ask of the account. *templated*: the kinds that have a template; *allowances*: all four.

    Without customer-service messages it only answers, templates or not: what is no template would wait for ever for
    a push, instead of riding in front of the next answer.
    """
    able = Capabilities(
        text_limit=TEXT_LIMIT_BYTES,
        text_unit="bytes",
        buttons=False,
        max_buttons=0,
        files=False,
        may_push=False,
        replies_in_place=1,
        rate_per_second=RATE_PER_SECOND,
        max_in_flight=MAX_IN_FLIGHT,
        leaving_erases=True,
    )
    if not rights.customer:
        return able
    any_time = frozenset(templated) if rights.template else frozenset[MessageKind]()
    window = allowances[Act.MESSAGE].lasts
    return replace(able, may_push=True, reply_window=window, any_time=any_time, allowances=allowances)


def terms_of(rights: Rights, config: Config) -> MassTerms | None:
    """By kind (platforms.md A9): lists for service accounts; subscription accounts have one message a day, by tag."""
    if not rights.mass:
        return None
    if config.account is Account.SERVICE:
        return MassTerms(FEWEST, MOST, config.mass_a_month)
    return MassTerms(1, MOST, config.mass_a_month, a_day=1)
