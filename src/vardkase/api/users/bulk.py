"""Bulk operations on accounts: toggle a field, revoke keys, send mail."""

from __future__ import annotations

from typing import Any

from vardkase.api.answers import Answer, saved
from vardkase.api.dispatch import Description, endpoint
from vardkase.api.errors import MispError, SaveFailed
from vardkase.api.fields import listed
from vardkase.api.request import Call
from vardkase.core.errors import Invalid
from vardkase.core.mail.services import TooManyMessages, can_send
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
    "`recipientEmailList`, 2 those of the organisation whose id is `orgNameList`.",
    ("subject", "body"),
    ("recipient", "recipientEmailList", "orgNameList"),
)
ABOUT_QUICK_EMAIL = Description(
    "Write to one of the people whose accounts you look after.",
    ("subject", "body"),
    url="/admin/users/quickEmail/[user_id]",
)


@endpoint(
    "admin/users/massToggleField",
    unlimited_key=True,
    requires=(Permission.ADMIN,),
    writes=True,
    describes=Description(
        "Switch disabled, autoalert or contactalert of several accounts, all or none.",
        ("user_ids",),
        url="/admin/users/massToggleField/[field]/[enabled]",
    ),
)
def mass_toggle_field(call: Call) -> Answer:
    """Set a field of the accounts in ``user_ids``."""
    field, on = call.arg(0), as_bool(call.arg(1))
    url = f"/admin/users/massToggleField/{field}"
    named = listed(call.data("User").get("user_ids"))
    numbers = [number for name in named if (number := as_int(name)) is not None]
    try:
        if len(numbers) != len(named):
            raise Invalid({"user_ids": [AccountProblem.IDS_EXPECTED()]})
        count = services.switch_field(call.actor, numbers, field, on)
    except Invalid as error:
        raise SaveFailed("massToggleField User", url, error.errors) from error
    text = f"{count} users got their field `{field}` {'enabled' if on else 'disabled'}"
    return saved(text, url)


@endpoint("users/resetAllSyncAuthKeys", site_admin=True, writes=True)
def reset_all_sync_keys(call: Call) -> Answer:
    """Revoke the keys of all sync users; they are notified and create new keys themselves."""
    count = services.end_keys_of_sync_users(call.actor)
    return saved(f"{count} authkeys reset, 0 could not be reset.", "/users/resetAllSyncAuthKeys")


@endpoint("admin/users/quickEmail", requires=(Permission.ADMIN,), writes=True, describes=ABOUT_QUICK_EMAIL)
def quick_email(call: Call) -> Answer:
    """Send a mail to one user."""
    user = queries.find_user(call.actor, call.arg(0))
    url = f"/admin/users/quickEmail/{user.pk}"
    _write(call, Recipients(user_ids=(user.pk,)), url)
    return saved("Email sent.", url, id=str(user.pk), **_notice())


@endpoint("admin/users/email", requires=(Permission.ADMIN,), writes=True, describes=ABOUT_EMAIL)
def email(call: Call) -> Answer:
    """Send a mail to one user, to an organisation's users, or to all users the caller administers."""
    count = _write(call, _recipients(call.data("User")), EMAIL)
    return saved(f"Email sent to {count} user{'' if count == 1 else 's'}.", EMAIL, **_notice())


def _recipients(data: dict[str, Any]) -> Recipients:
    """The numbers of MISP's form: 0 all, 1 one user, 2 an organisation."""
    match as_int(data.get("recipient"), -1):
        case 0:
            return Recipients()
        case 1:
            return Recipients(user_ids=_numbers(data.get("recipientEmailList")))
        case 2:
            return Recipients(organisation_ids=_numbers(data.get("orgNameList")))
    raise SaveFailed("email User", EMAIL, {"recipient": ["0, 1 or 2 is expected."]})


def _numbers(value: Any) -> tuple[int, ...]:
    return tuple(number for name in listed(value) if (number := as_int(name)) is not None)


def _write(call: Call, to: Recipients, url: str) -> int:
    data = call.data("User")
    text = data.get("body") or data.get("message") or data.get("customMessage")
    try:
        return services.write_to_users(call.actor, to, data.get("subject"), text)
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
def monitor(call: Call) -> Answer:
    """Always refused: MISP can log all requests of an account; this hub logs only changes, and those always."""
    queries.find_user(call.actor, call.arg(0))
    raise MispError(405, NOT_MONITORED)
