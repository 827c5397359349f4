"""Wording of warninglists: their categories, and how each type matches."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

CATEGORIES: dict[str, str | Promise] = {
    "false_positive": pgettext_lazy("warninglist", "False positives"),
    "known": pgettext_lazy("warninglist", "Well-known"),
}
TYPES: dict[str, str | Promise] = {
    "cidr": pgettext_lazy("warninglist", "Networks"),
    "hostname": pgettext_lazy("warninglist", "Host names"),
    "regex": pgettext_lazy("warninglist", "Patterns"),
    "string": pgettext_lazy("warninglist", "Whole values"),
    "substring": pgettext_lazy("warninglist", "Parts of values"),
}
MATCHES: dict[str, str | Promise] = {
    "cidr": _("A value matches if it is an address or a network inside an entry, such as 192.0.2.0/24."),
    "hostname": _("A value matches if its host name is an entry, or a subdomain of one."),
    "regex": _("A value matches if an entry, a regular expression, finds something in it."),
    "string": _("A value matches if it is exactly the same as an entry."),
    "substring": _("A value matches if it contains an entry."),
}
