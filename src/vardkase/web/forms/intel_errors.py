"""MISP's fixed validation messages, translated and mapped to form fields.

The API answers with MISP's own English because clients compare it. People get these instead.
"""

from __future__ import annotations

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import Invalid
from vardkase.misp import attribute, event, fields

TEXTS: dict[str, str | Promise] = {
    "Info cannot be empty.": _("Write a title."),
    "valueNotEmpty": _("Write a title."),
    event.BAD_DATE: _("Write the date as year-month-day."),
    event.DATE_AHEAD: _("It is dated more than a day ahead of this hub's clock."),
    event.THREAT_LEVELS: _("Choose one of the levels."),
    event.ANALYSES: _("Choose how far the analysis has come."),
    event.DISTRIBUTIONS: _("Choose who should see it."),
    fields.PART_DISTRIBUTIONS: _("Choose who should see it."),
    fields.BAD_UUID: _("That is not a UUID."),
    fields.BAD_TIME: _("Write the time as year-month-day hour:minute."),
    fields.IN_THE_FUTURE: _("It is dated more than a day ahead of this hub's clock."),
    fields.SEEN_ORDER: _("Last seen must not be before first seen."),
    "Please provide a valid UUID": _("That is not a UUID."),
    "No type set.": _("Choose a type."),
    "Invalid type.": _("There is no such type."),
    attribute.BAD_CATEGORY: _("There is no such category."),
    attribute.BAD_TYPE_FOR_CATEGORY: _("This type does not belong in the category. Choose another category."),
    "Value cannot be empty.": _("Write a value."),
    "Value provided consists purely of control characters and is therefore considered to be empty.": _(
        "The value has no visible characters."
    ),
    "Composite type found but the value not in the composite (value1|value2) format.": _(
        "This type has two parts. Write them with a bar between: first|second."
    ),
    "Value must not contain new line character.": _("The value must be on one line."),
    "Filename must not contain new line character.": _("The file name must be on one line."),
    "IP address has an invalid format.": _("That is not an IP address or network."),
    "Invalid CIDR notation value found.": _("The network is not written right. Example: 192.0.2.0/24."),
    "Port numbers have to be integers between 1 and 65535.": _("A port is a number from 1 to 65535."),
    "Hostname has an invalid format.": _("That is not a host name."),
    "Domain has an invalid format.": _("That is not a domain name."),
    "A similar attribute already exists for this event.": _("The event has this value already."),
    "The data is not valid base64.": _("The file could not be read. Choose it again."),
    "Invalid Sharing Group or not authorised.": _("Choose a sharing group that your organisation is in."),
    "This field cannot be left blank": _("This must be filled in."),
    "Invalid Tag.": _("There is no such tag."),
    "Tag not found and insufficient privileges to create it.": _(
        "There is no such tag, and you may not make new ones."
    ),
    "Invalid Tag. This tag can only be set by a fixed user.": _("Only one certain user may use this tag."),
    "Invalid Tag. This tag can only be set by a fixed organisation.": _(
        "Only one certain organisation may use this tag."
    ),
    "Local tags can only be added by users of the host organisation.": _(
        "Only the organisation that has the event here may put local tags on it."
    ),
    "Could not save the object as no attributes were set.": _("Fill in at least one value."),
}
"""MISP's message → ours."""


def translated(message: str) -> str:
    known = TEXTS.get(message)
    if known is not None:
        return str(known)
    return gettext("The value was not accepted: %(reason)s") % {"reason": message}


def refuse(form: forms.Form, refused: Invalid) -> None:
    if isinstance(refused.errors, str):
        form.add_error(None, translated(refused.errors))
        return
    for field, messages in refused.errors.items():
        for message in messages:
            form.add_error(field if field in form.fields else None, translated(message))
