"""Bulk operations on accounts: toggle a field, revoke keys, send mail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from vardkase.api.answers import Saved, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.fields import Anything, Mandatory, Number, Texts
from vardkase.api.inputs import Body, field
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.core.mail.services import TooManyMessages, can_send
from vardkase.identity.access.actor import Actor
from vardkase.identity.access.permissions import Permission
from vardkase.identity.accounts import queries, services
from vardkase.identity.accounts.problems import AccountProblem
from vardkase.identity.accounts.services import Recipients
from vardkase.misp.flags import as_bool, as_int

EMAIL = "/admin/users/email"
NOT_MONITORED = (
    "User monitoring is not enabled here. What accounts change, and sign-ins, are in the audit log."
)
ABOUT_EMAIL = Description(
    "Write to the people whose accounts you look after. `recipient`: 0 all of them, 1 the one whose id is "
    "`recipientEmailList`, 2 those of the organisation whose id is `orgNameList`."
)
ABOUT_QUICK_EMAIL = Description(
    "Write to one of the people whose accounts you look after.", url="/admin/users/quickEmail/[user_id]"
)


class AccountIds(Body, kw_only=True):
    model = "User"

    user_ids: Mandatory[Texts] = []


class Letter(Body, kw_only=True):
    model = "User"

    subject: Mandatory[Anything] = None
    body: Mandatory[Anything] = None
    message: Anything = None
    custom_message: Anything = field(name="customMessage", default=None)


class CircularLetter(Letter, kw_only=True):
    recipient: Number = -1
    user_ids: Texts = field(name="recipientEmailList", default_factory=list)
    organisation_ids: Texts = field(name="orgNameList", default_factory=list)


@endpoint(
    "admin/users/massToggleField",
    unlimited_key=True,
    requires=(Permission.ADMIN,),
    writes=True,
    describes=Description(
        "Switch disabled, autoalert or contactalert of several accounts, all or none.",
        url="/admin/users/massToggleField/[field]/[enabled]",
    ),
)
def mass_toggle_field(call: Call, field: str, enabled: str = "", *, body: AccountIds) -> Saved:
    """Set a field of the accounts in ``user_ids``."""
    on = as_bool(enabled)
    url = f"/admin/users/massToggleField/{field}"
    numbers = _numbers(body.user_ids)
    try:
        if len(numbers) != len(body.user_ids):
            raise Invalid({"user_ids": [AccountProblem.IDS_EXPECTED()]})
        count = services.switch_field(call.actor, numbers, field, on)
    except Invalid as error:
        raise SaveFailed("massToggleField User", url, error.errors) from error
    text = f"{count} users got their field `{field}` {'enabled' if on else 'disabled'}"
    return saved(text, url)


@endpoint("users/resetAllSyncAuthKeys", site_admin=True, writes=True)
def reset_all_sync_keys(call: Call) -> Saved:
    """Revoke the keys of all sync users; they are notified and create new keys themselves."""
    count = services.end_keys_of_sync_users(call.actor)
    return saved(f"{count} authkeys reset, 0 could not be reset.", "/users/resetAllSyncAuthKeys")


@endpoint("admin/users/quickEmail", requires=(Permission.ADMIN,), writes=True, describes=ABOUT_QUICK_EMAIL)
def quick_email(call: Call, user_id: str, *, body: Letter) -> Saved:
    """Send a mail to one user."""
    user = queries.find_user(call.actor, user_id)
    url = f"/admin/users/quickEmail/{user.pk}"
    _write(call.actor, Recipients(user_ids=(user.pk,)), body, url)
    return saved("Email sent.", url, id=str(user.pk), **_notice())


@endpoint("admin/users/email", requires=(Permission.ADMIN,), writes=True, describes=ABOUT_EMAIL)
def email(call: Call, *, body: CircularLetter) -> Saved:
    """Send a mail to one user, to an organisation's users, or to all users the caller administers."""
    count = _write(call.actor, _recipients(body), body, EMAIL)
    return saved(f"Email sent to {count} user{'' if count == 1 else 's'}.", EMAIL, **_notice())


def _recipients(letter: CircularLetter) -> Recipients:
    """The numbers of MISP's form: 0 all, 1 one user, 2 an organisation."""
    match letter.recipient:
        case 0:
            return Recipients()
        case 1:
            return Recipients(user_ids=_numbers(letter.user_ids))
        case 2:
            return Recipients(organisation_ids=_numbers(letter.organisation_ids))
    raise SaveFailed("email User", EMAIL, {"recipient": ["0, 1 or 2 is expected."]})


def _numbers(names: Sequence[str]) -> tuple[int, ...]:
    return tuple(number for name in names if (number := as_int(name)) is not None)


def _write(actor: Actor, to: Recipients, letter: Letter, url: str) -> int:
    text = letter.body or letter.message or letter.custom_message
    try:
        return services.write_to_users(actor, to, letter.subject, text)
    except Invalid as error:
        raise SaveFailed("email User", url, error.errors) from error
    except TooManyMessages as error:
        raise MispError(429, error.wire, headers={"Retry-After": str(error.wait)}) from error


def _notice() -> dict[str, str]:
    return {} if can_send() else {"notice": "This instance has no mail server: nothing was sent."}


@endpoint(
    "admin/users/monitor",
    site_admin=True,
    writes=True,
    describes=Description(
        "Monitoring of single accounts is not enabled here.", url="/admin/users/monitor/[user_id]"
    ),
)
def monitor(call: Call, user_id: str) -> NoReturn:
    """Always refused: MISP can log all requests of an account; this hub logs only changes, and those always."""
    queries.find_user(call.actor, user_id)
    raise MispError(405, NOT_MONITORED)
