"""What stands in every document alike: who it is from, and moments."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.translation import gettext

from vardkase.core.mail.settings import FROM_NAME
from vardkase.hub.correspondence.settings import SENDER_ADDRESS, SENDER_NAME


def sender() -> str:
    """Who the hub's letters and mail come from."""
    return SENDER_NAME.value or FROM_NAME.value or "Vårdkase"


def sender_and_address() -> str:
    """The same and where letters reach them, as a sentence takes it: "CERT-SE, Box 1, 104 22 Stockholm"."""
    return ", ".join(filter(None, (sender(), SENDER_ADDRESS.value)))


def moment(when: datetime) -> str:
    """A day and a time in the language that is active: "26 november 2026 kl. 14.31"."""
    local = timezone.localtime(when)
    words = {"day": formatted(local, "j F Y"), "time": formatted(local, gettext("H:i"))}
    return gettext("%(day)s at %(time)s") % words
