"""The record of processing activities as PDF, in either language."""

from __future__ import annotations

from pathlib import Path

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, override

from vardkase.core import typeset
from vardkase.core.clock import today
from vardkase.core.errors import NotFound
from vardkase.core.mail.kinds import LANGUAGES
from vardkase.hub.data_protection.processing.queries import parts_of, record_of_processing
from vardkase.hub.signatures.signing import signed

TEMPLATE = Path(__file__).with_name("record.typ")


def record_pdf(language: str) -> bytes:
    """Raises NotFound for another language than "sv" and "en"."""
    if language not in LANGUAGES:
        raise NotFound
    with override(language):
        record = record_of_processing()
        changed = (
            date_format(localtime(record.changed), "j F Y") if record.changed else gettext("as delivered")
        )
        data = {
            "title": gettext("Record of processing activities"),
            "sender": record.controller,
            "meta": [
                [gettext("Version"), str(record.version)],
                [gettext("Changed"), changed],
                [gettext("Printed"), date_format(today(), "j F Y")],
            ],
            "parties": [
                [gettext("Controller"), record.contact or record.controller],
                [gettext("Data protection officer"), record.data_protection_officer or "–"],
            ],
            "activities": [
                {"name": activity.content.title, "parts": [list(part) for part in parts_of(activity)]}
                for activity in record.activities
            ],
        }
    return signed(typeset.pdf(TEMPLATE, data, language=language, pool=typeset.records))
