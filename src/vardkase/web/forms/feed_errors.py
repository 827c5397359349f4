"""Localised validation errors of external and own feeds, mapped to the form's fields."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import Invalid
from vardkase.exchange.feeds import local, services
from vardkase.exchange.own_feeds.services import OPEN_TO_ALL

TEXTS: dict[str, str | Promise] = {
    services.HEADERS_AGAIN: _("The address leads elsewhere now: enter the headers for it."),
    services.ONE_FILE: _("Only a file on this server can be removed after it was fetched."),
    local.CLOSED: _(
        "This server opens no folder for feeds. Those who run it can name one (VARDKASE_FEED_FOLDER)."
    ),
    "Name cannot be empty.": _("This must be filled in."),
    "The delimiter is one character.": _("Write one character."),
    "The columns are numbers from 1, separated by commas.": _(
        "The columns are numbers from 1, separated by commas."
    ),
    "Please choose a sharing group.": _("Choose which group."),
    "A name is made of letters from a to z, digits, _ and -.": _(
        "Use only letters from a to z, digits, _ and -."
    ),
    "A feed needs a name of its own.": _("Another feed has this name. Choose another."),
    "Choose another name.": _("This name is taken by the hub itself. Choose another."),
    "The name is too long.": _("The name is too long."),
    OPEN_TO_ALL: _(
        "A feed that anybody may read holds only what is for everyone: no sharing groups, and no local tags."
    ),
}
"""The service's message → ours."""
PLACED = re.compile(re.escape(local.OUTSIDE).replace(r"\{\}", ".+"))


def refuse(form: forms.Form, refused: Invalid, places: Mapping[str, str]) -> None:
    errors = refused.errors if not isinstance(refused.errors, str) else {"": [refused.errors]}
    for member, messages in errors.items():
        field = places.get(member, member)
        for message in messages:
            form.add_error(field if field in form.fields else None, _words(message))


def _words(message: str) -> str:
    if PLACED.fullmatch(message):
        return str(_("Write a path below the folder for feeds, such as lists/addresses.txt."))
    return str(TEXTS.get(message, message))
