"""Labels and messages of the pages on an organisation's security."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

MODES: dict[str, str | Promise] = {
    "off": pgettext_lazy("of a rule", "off"),
    "report": pgettext_lazy("of a rule", "report only"),
    "enforce": pgettext_lazy("of a rule", "enforced"),
    "either": _("a network or a client certificate is required"),
}
RULES: dict[str, tuple[str | Promise, str | Promise]] = {
    "networks": (
        _("Networks"),
        _("Users and programs must connect from a registered network."),
    ),
    "certificates": (
        _("Client certificates"),
        _("Users and programs must present a registered client certificate."),
    ),
    "domains": (
        _("E-mail domains"),
        _("Accounts must have addresses in verified e-mail domains."),
    ),
    "keys": (
        _("Bound keys"),
        _("API keys of synchronising accounts must be bound to addresses and have an expiry date."),
    ),
}
"""Each rule with its name and what it asks."""

MISSING: dict[str, str | Promise] = {
    "domain": _("No e-mail domain is verified."),
    "network": _("No network is registered."),
    "certificate": _("No client certificate is registered."),
    "domains_enforced": _("Accounts may have addresses in any e-mail domain."),
    "sync_user": _("There is no synchronising account."),
    "bound_key": _("No API key of a synchronising account is bound."),
    "api_requirements": _("The API requirements are not approved."),
}
OF_API = frozenset({"certificate", "sync_user", "bound_key", "api_requirements"})
"""What only those who connect by API need."""
REQUIREMENT_STATES: dict[str, tuple[str, str | Promise]] = {
    "draft": ("land", _("Draft")),
    "submitted": ("wait", _("Waiting for a decision")),
    "approved": ("ok", pgettext_lazy("approval request", "Approved")),
    "returned": ("warn", _("Returned: something is missing")),
}
"""The state of an API requirement list: the kind of its mark, and the word."""

ANSWERS: dict[str, tuple[str, str | Promise]] = {
    "confirmed": ("ok", _("Confirmed")),
    "disabled": ("lock", _("Disabled")),
    "unanswered": ("lock", _("Disabled: not confirmed")),
    "spared": ("warn", _("Exempt: the last administrator")),
}
"""What became of an account in a review: the kind of its mark, and the word."""
