"""The contact directory as PDF."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext

from vardkase.core.mail.settings import SENDER_NAME
from vardkase.core.typeset import pdf
from vardkase.hub.signatures.signing import signed

TEMPLATE = Path(__file__).parent / "directory.typ"


def directory_pdf(entries: Sequence[dict[str, Any]], day: date, language: str) -> bytes:
    data = {
        "title": gettext("Contacts for incidents"),
        "sender": SENDER_NAME.value or "Vårdkase",
        "meta": [[gettext("Printed"), date_format(day, "j F Y")]],
        "intro": gettext(
            "Personal data. Keep it locked in, and destroy it when a newer copy has been printed."
        ),
        "nobody": gettext("No contact registered"),
        "head": [gettext("Role"), gettext("Name"), gettext("Telephone"), gettext("E-mail address")],
        "entries": list(entries),
    }
    return signed(pdf(TEMPLATE, data, language=language))
