"""Localised validation errors of a connection, mapped to the form's fields."""

from __future__ import annotations

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import Invalid
from vardkase.exchange.servers import services
from vardkase.web.forms.intel_errors import translated

TEXTS: dict[str, str | Promise] = {
    services.BAD_KEY: _("A key has exactly 40 characters, letters and digits."),
    services.KEY_AGAIN: _(
        "The address leads to another server now. The key was given for the old one: enter it anew."
    ),
    services.NO_UUID: _("The organisation at the other end needs a UUID."),
    "Invalid organisation.": _("There is no such organisation any longer."),
    "This is not a certificate in PEM form.": _(
        "This is not a certificate in PEM form, or its key is missing or locked with a pass phrase."
    ),
    "Please enter an address that begins with http:// or https://.": _(
        "An address begins with https:// or http://."
    ),
    "The address may not hold a name and password.": _("An address may not hold a name and password."),
    "Name cannot be empty.": _("This must be filled in."),
    "A rule is a list of texts.": _("One of the rules is too long."),
    "url_params must be a JSON object.": _("The filters are too long."),
}
"""The service's message → ours."""
PLACES = {"remote_org": "new_org_uuid", "Organisation": "document", "pull_rules": "pull_parameters"}
"""Member that the service refuses → field of the form."""


def refuse(form: forms.Form, refused: Invalid) -> None:
    errors = refused.errors if not isinstance(refused.errors, str) else {"": [refused.errors]}
    for member, messages in errors.items():
        field = PLACES.get(member, member)
        for message in messages:
            form.add_error(
                field if field in form.fields else None, str(TEXTS.get(message) or translated(message))
            )
