"""Sending mail to many, a few at a time."""

from __future__ import annotations

from django.db import transaction

from vardkase.audit.services import Target
from vardkase.core.mail.encryption import Recipient
from vardkase.core.mail.facts import Facts
from vardkase.core.mail.notify import notify
from vardkase.hub.membership.contacts.models import Contact
from vardkase.hub.office.bulk_mail.models import BulkMail

AT_ONCE = 50
"""Mails that are queued in one run of the job; the next run is a minute later."""


@transaction.atomic
def send_some(pk: int) -> bool:
    """Queue the next mails; True if there are more."""
    mail = BulkMail.objects.select_for_update().filter(pk=pk).first()
    if mail is None or not mail.is_running:
        return False
    batch, mail.waiting = mail.waiting[:AT_ONCE], mail.waiting[AT_ONCE:]
    facts: Facts = {
        "subject": {"sv": mail.subject_sv, "en": mail.subject_en},
        "text": {"sv": mail.text_sv, "en": mail.text_en},
    }
    about = Target("bulk_mail", mail.pk, title=str(mail))
    keys = _keys([organisation for _email, _language, organisation in batch])
    people = [
        Recipient(email, language, keys.get((email, organisation), ""))
        for email, language, organisation in batch
    ]
    notify("bulk_mail", about, people, facts, by=mail.approved_by)
    mail.save(update_fields=["waiting"])
    return bool(mail.waiting)


def _keys(organisations: list[int]) -> dict[tuple[str, int], str]:
    """The keys of contacts by address and organisation: none is used for the same address elsewhere."""
    rows = Contact.objects.filter(organisation__in=organisations).exclude(openpgp_key="")
    return {(email, org): key for email, org, key in rows.values_list("email", "organisation", "openpgp_key")}
