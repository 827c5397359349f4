"""What an audit entry says was changed, in words. A field or value without a word shows as it is written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from vardkase.web.chips import REACHES
from vardkase.web.permission_words import FLAGS

LONGEST = 200

LABELS: dict[str, str | Promise] = {
    "added": _("Added"),
    "answer": _("Answer"),
    "all_orgs": _("Every organisation"),
    "allowed_ips": _("Addresses"),
    "bytes": _("Bytes"),
    "certificates": _("Client certificates"),
    "colour": _("Colour"),
    "comment": _("Comment"),
    "count": _("How many"),
    "disabled": _("Switched off"),
    "distribution": _("Reach"),
    "domain": _("Mail domain"),
    "domains": _("Mail domains"),
    "email": _("E-mail address"),
    "ended": _("Ended"),
    "expiration": _("Expires"),
    "exportable": _("May be sent out"),
    "extend": _("May extend"),
    "fields": _("Fields"),
    "keys": _("Bound keys"),
    "kind": _("Kind"),
    "local": _("Local"),
    "mailbox": _("Mailbox"),
    "method": _("Way"),
    "name": _("Name"),
    "networks": _("Networks"),
    "organisation": _("Organisation"),
    "organisations": _("Organisations"),
    "permissions": _("Permissions"),
    "pin": _("Fingerprint"),
    "read_only": _("Read only"),
    "reason": _("Why"),
    "removed": _("Removed"),
    "required": _("Required"),
    "role": _("Role"),
    "server_id": _("Hub"),
    "note": _("Note"),
    "staff_roles": _("Duties at the hub"),
    "state": _("State"),
    "subject": _("Issued to"),
    "tag": pgettext_lazy("noun", "Tag"),
    "times": _("Times"),
    "to_ids": _("For detection"),
    "updated": _("Updated"),
    "user": _("Account"),
    "value": _("Value"),
}
KINDS: dict[str, str | Promise] = {
    "account_off": _("the account is switched off"),
    "app": _("App"),
    "confirmed": _("Confirmed"),
    "disabled": _("Switched off"),
    "certificate_not_valid": _("the client certificate is not valid now"),
    "domain": _("the e-mail address lies in no verified domain"),
    "enforce": pgettext_lazy("of a rule", "enforced"),
    "key_address": _("the key may not come from this address"),
    "key_ended": _("the key has ended"),
    "key_of_another": _("an officer’s key that somebody else made"),
    "standing": _("how the membership stands"),
    "idle": _("not used for a long time"),
    "network": _("from another network"),
    "no_certificate": _("without a client certificate"),
    "off": pgettext_lazy("of a rule", "off"),
    "other_certificate": _("with another client certificate"),
    "passkey": _("Passkey"),
    "recovery codes": _("Recovery codes"),
    "report": pgettext_lazy("of a rule", "report only"),
    "unreviewed": _("confirmed by nobody"),
    "unbound_key": _("the key is not bound to addresses and an end"),
}
KIND_LIKE = frozenset({"answer", "certificates", "domains", "keys", "kind", "networks", "reason"})
"""Fields whose values are words of `KINDS`."""

HIDDEN = frozenset({"attributes", "captured"})
"""Ids, and how a thing came here: for machines."""


def details(change: Mapping[str, Any], without: str = "") -> str:
    """The change on one line; a field that is shown otherwise can be left out."""
    hidden = HIDDEN | {without}
    parts = (_part(name, value) for name, value in change.items() if name not in hidden)
    return "; ".join(part for part in parts if part)


def _part(name: str, value: Any) -> str:
    """One field in words; nothing for what goes without saying."""
    if value in ([], None, ""):
        return ""
    match name, value:
        case "hard", bool():
            return gettext("for good") if value else gettext("can be restored")
        case "local", bool():
            return gettext("local") if value else ""
        case "password", bool():
            return gettext("new password") if value else ""
        case "count", 1:
            return ""
        case "permissions", [[*before], [*after]]:
            return _permissions_changed(before, after)
    return f"{LABELS.get(name, name)}: {_value(name, value)}"


def _permissions_changed(before: list[str], after: list[str]) -> str:
    given = [name for name in after if name not in before]
    taken = [name for name in before if name not in after]
    words = [
        gettext("given: %(names)s") % {"names": _value("permissions", given)} if given else "",
        gettext("taken away: %(names)s") % {"names": _value("permissions", taken)} if taken else "",
    ]
    return "; ".join(filter(None, words))


def _value(name: str, value: Any) -> str:
    """A value, or what it was and became."""
    if isinstance(value, list):
        pair = len(value) == 2 and name not in ("fields", "organisations", "permissions")
        return (" → " if pair else ", ").join(_one(name, each) for each in value)
    return _one(name, value)


def _one(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if name == "distribution" and value in REACHES:
        return str(REACHES[value])
    if name == "permissions" and value in FLAGS:
        return str(FLAGS[value][0])
    if name == "fields":
        return str(LABELS.get(value.removesuffix("_id"), value))
    if name in KIND_LIKE:
        return str(KINDS.get(value, value))
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) < LONGEST else f"{text[:LONGEST]}…"
