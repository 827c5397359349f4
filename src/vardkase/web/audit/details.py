"""Changes in an audit entry as text. Unknown fields and values are shown as stored."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from vardkase.hub.content_access.models import GrantReach, GrantState
from vardkase.hub.membership.assessments.models import Outcome, Verdict
from vardkase.hub.membership.members.models import MembershipState
from vardkase.hub.membership.onboarding.items import NAMES as ITEMS
from vardkase.identity.accounts.four_eyes.registry import actions
from vardkase.identity.accounts.key_days import last_day
from vardkase.web.ui.chips import REACHES
from vardkase.web.ui.display import long_date
from vardkase.web.ui.permission_labels import FLAGS

LONGEST = 200

LABELS: dict[str, str | Promise] = {
    "about": _("About"),
    "action": _("Approval of"),
    "added": _("Added"),
    "address": _("Address"),
    "all_orgs": _("Every organisation"),
    "allowed_ips": _("Addresses"),
    "answer": pgettext_lazy("noun", "Answer"),
    "bytes": _("Bytes"),
    "certificates": _("Client certificates"),
    "colour": _("Colour"),
    "comment": _("Comment"),
    "count": _("How many"),
    "criterion": _("Criterion"),
    "digest": "SHA-256",
    "disabled": _("Disabled"),
    "distribution": _("Distribution"),
    "domain": _("E-mail domain"),
    "domains": _("E-mail domains"),
    "done_on": _("Day"),
    "email": _("E-mail address"),
    "ended": _("Ended"),
    "event": _("Event"),
    "expiration": _("Expires"),
    "exportable": _("May be distributed"),
    "extend": _("May extend"),
    "fields": _("Fields"),
    "filter": pgettext_lazy("noun", "Filter"),
    "format": _("Format"),
    "grant": _("Grant"),
    "hours": _("Hours"),
    "item": _("Checklist item"),
    "key_days": _("Longest validity of a key, in days"),
    "keys": _("Bound keys"),
    "kind": _("Type"),
    "local": _("Local"),
    "mailbox": _("Mailbox"),
    "method": _("Direction"),
    "module": _("Training"),
    "module_name": _("Export module"),
    "name": _("Name"),
    "networks": _("Networks"),
    "note": _("Note"),
    "number": _("Number"),
    "organisation": _("Organisation"),
    "organisations": _("Organisations"),
    "organisations_without_membership": _("Organisations without a membership"),
    "outcome": _("Outcome"),
    "permissions": _("Permissions"),
    "pin": _("Fingerprint"),
    "proposed_by": _("Proposed by"),
    "process": _("Process"),
    "reach": _("Distribution"),
    "read_only": _("Read only"),
    "reason": _("Why"),
    "removed": _("Removed"),
    "request": _("Page"),
    "requester": _("Requested by"),
    "required": _("Required"),
    "role": _("Role"),
    "rules": _("Rules"),
    "sent_to": _("Sent to"),
    "server_id": _("Hub"),
    "sha256": "SHA-256",
    "staff_roles": _("Duties at the hub"),
    "state": _("Status"),
    "subject": _("Issued to"),
    "tag": pgettext_lazy("noun", "Tag"),
    "times": _("Times"),
    "to_ids": _("For detection"),
    "type": _("Type"),
    "updated": _("Updated"),
    "url": _("Address"),
    "unsafe": _("Unsafe settings"),
    "user": _("Account"),
    "value": _("Value"),
    "verdict": _("Finding"),
    "version": _("Version"),
}
KINDS: dict[str, str | Promise] = {
    "account_off": _("the account is disabled"),
    "app": _("App"),
    "confirmed": _("Confirmed"),
    "disabled": _("Disabled"),
    "certificate_not_valid": _("the client certificate is not currently valid"),
    "domain": _("the e-mail address is not in a verified domain"),
    "enforce": pgettext_lazy("of a rule", "enforced"),
    "key_address": _("the key may not be used from this address"),
    "key_ended": _("the key has expired"),
    "key_of_another": _("an officer’s key that someone else created"),
    "standing": _("membership status"),
    "idle": _("not used for a long time"),
    "network": _("from another network"),
    "no_certificate": _("without a client certificate"),
    "off": pgettext_lazy("of a rule", "off"),
    "other_certificate": _("with another client certificate"),
    "passkey": _("Passkey"),
    "recovery codes": _("Recovery codes"),
    "report": pgettext_lazy("of a rule", "report only"),
    "unreviewed": _("not confirmed"),
    "long_key": _("the key is valid for longer than the hub owner allows"),
    "required_key": _("the hub owner requires bound addresses and an expiry date for the key"),
    "source": _("neither from a registered network nor with a client certificate"),
    "unbound_key": _("the key is not bound to addresses and an expiry date"),
}
KIND_LIKE = frozenset({"answer", "certificates", "domains", "keys", "kind", "networks", "reason"})
"""Fields whose values are words of `KINDS`."""

HIDDEN = frozenset({"attributes", "audiences", "captured"})
"""Ids, and how a thing came here: for machines."""


VALUES: dict[str, dict[str, str | Promise]] = {
    "outcome": dict(Outcome.choices),
    "reach": dict(GrantReach.choices),
    "state": {**dict(MembershipState.choices), **dict(GrantState.choices)},
    "verdict": dict(Verdict.choices),
    "item": {name: item.title for name, item in ITEMS.items()},
}
"""Fields whose values have words of their own."""
DIGESTS = frozenset({"digest", "sha256"})
SHOWN_OF_DIGEST = 12


def why(reason: str) -> str:
    """Why somebody was refused, in words."""
    return str(KINDS.get(reason, reason))


def details(change: Mapping[str, Any], without: str = "") -> str:
    hidden = HIDDEN | set(without.split())
    parts = (_part(name, value) for name, value in change.items() if name not in hidden)
    return "; ".join(part for part in parts if part)


def _part(name: str, value: Any) -> str:
    if value in ([], None, ""):
        return ""
    match name, value:
        case "hard", bool():
            return gettext("permanently") if value else gettext("can be restored")
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
    granted = [name for name in after if name not in before]
    taken = [name for name in before if name not in after]
    changes = [
        gettext("given: %(names)s") % {"names": _value("permissions", granted)} if granted else "",
        gettext("removed: %(names)s") % {"names": _value("permissions", taken)} if taken else "",
    ]
    return "; ".join(filter(None, changes))


def _value(name: str, value: Any) -> str:
    if isinstance(value, list):
        pair = len(value) == 2 and name not in ("fields", "organisations", "permissions", "unsafe")
        return (" → " if pair else ", ").join(_one(name, item) for item in value)
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
    if name == "expiration" and isinstance(value, int):
        return long_date(last_day(value)) if value else gettext("Never")
    if name == "action":
        return str(next((action.title for action in actions() if action.name == value), value))
    if name in DIGESTS:
        return f"{str(value)[:SHOWN_OF_DIGEST]}…"
    if isinstance(value, str) and value in VALUES.get(name, {}):
        return str(VALUES[name][value])
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) < LONGEST else f"{text[:LONGEST]}…"
