"""The checklist items that hub staff complete: one table for page, API and command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.dateparse import parse_date

from vardkase.core.errors import Invalid
from vardkase.core.problems import Problem
from vardkase.hub.membership.onboarding import member_accounts, organisation, services
from vardkase.hub.membership.onboarding.problems import OnboardingProblem
from vardkase.hub.membership.problems import MembershipProblem
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.four_eyes.models import ApprovalRequest
from vardkase.identity.organisations.queries import Reference
from vardkase.misp.flags import as_bool

type Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ChecklistAction:
    """How an item is completed: `do` takes values as `READERS` or the item's form read them, empty or not."""

    needs: tuple[str, ...]
    do: Callable[[Actor, Reference, Values], object]
    takes: tuple[str, ...] = ()


def _split(text: str) -> list[str]:
    return text.replace(",", " ").split()


def settle_organisation(actor: Actor, member: Reference, given: Values) -> object:
    reason = given.get("reason", "")
    if other := given.get("other"):
        return organisation.join_organisation(actor, member, other, reason)
    if uuid := given.get("uuid"):
        return organisation.take_uuid(actor, member, str(uuid), reason)
    neither = OnboardingProblem.NEITHER_ORGANISATION_NOR_UUID()
    raise Invalid({"other": [neither], "uuid": [neither]})


CHECKLIST_ACTIONS = {
    "organisation": ChecklistAction((), settle_organisation, ("other", "uuid", "reason")),
    "administrator": ChecklistAction(
        ("email",),
        lambda actor, member, given: member_accounts.invite_administrator(actor, member, **given),
        ("reason",),
    ),
    "domain": ChecklistAction(
        ("domain", "method"),
        lambda actor, member, given: services.verify_domain(actor, member, **given),
        ("mailbox",),
    ),
    "networks": ChecklistAction(
        ("networks",),
        lambda actor, member, given: services.register_networks(actor, member, _split(given["networks"])),
    ),
    "certificate": ChecklistAction(
        ("pem",), lambda actor, member, given: services.register_certificate(actor, member, given["pem"])
    ),
    "sync_user": ChecklistAction(
        ("email", "addresses", "until"),
        lambda actor, member, given: member_accounts.make_sync_user(actor, member, **given),
        ("send_to", "reason"),
    ),
    "server": ChecklistAction(("url",), services.connect, ("authkey", "push", "pull", "reason")),
}
"""Items that hub staff carry out, and their input. All others are derived from what the member does."""


def do_item(actor: Actor, reference: Reference, item: str, given: Values) -> ApprovalRequest | None:
    """Carry out one item of a member's checklist with the input `given`; lists may be text, dates are ISO.

    Returns what a second officer has to approve first, if anything. Raises Invalid by field, also for an item
    that cannot be carried out this way, and as the item's service.
    """
    action = CHECKLIST_ACTIONS.get(item)
    if action is None:
        raise Invalid({"item": [OnboardingProblem.NOT_DONE_FROM_HERE(items=list(CHECKLIST_ACTIONS))]})
    result = action.do(actor, reference, _read(action, given))
    return result if isinstance(result, ApprovalRequest) else None


def _read(action: ChecklistAction, given: Values) -> dict[str, Any]:
    errors: dict[str, list[Problem]] = {}
    read: dict[str, Any] = {}
    for name in given:
        if name not in (*action.needs, *action.takes):
            # Cut: the name comes from the request, and goes back in the answer.
            errors[str(name)[:80]] = [OnboardingProblem.UNKNOWN_VALUE()]
    for name in (*action.needs, *action.takes):
        reader: Callable[[Any], Any] = READERS.get(name, _text)
        try:
            value = reader(given.get(name))
        except Invalid as error:
            errors[name] = [error.problem]
            continue
        if value not in (None, ""):
            read[name] = value
        elif name in action.needs:
            errors[name] = [OnboardingProblem.MISSING_VALUE()]
    if errors:
        raise Invalid(errors)
    return read


def _text(value: Any) -> str:
    if value is None or isinstance(value, str):
        return (value or "").strip()
    raise Invalid(MembershipProblem.NOT_TEXT())


def read_lines(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(map(_text, value))
    return "\n".join(_split(_text(value)))


def read_day(value: Any) -> date | None:
    text = _text(value)
    try:
        day = parse_date(text)
    except ValueError:  # 2026-02-30: in the right form, but no day
        day = None
    if text and day is None:
        raise Invalid(OnboardingProblem.NOT_A_DAY())
    return day


def read_flag(value: Any) -> bool | None:
    return None if value is None else as_bool(value)


READERS: Mapping[str, Callable[[Any], Any]] = {
    "networks": read_lines,
    "addresses": read_lines,
    "until": read_day,
    "push": read_flag,
    "pull": read_flag,
}
