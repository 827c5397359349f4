"""Mail to event owners about proposals, once until they decide."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from django.utils import translation
from django.utils.translation import gettext

from vardkase.core.mail.body import Body
from vardkase.core.mail.services import Mail, can_send, queue_mail
from vardkase.exchange.notices import wording
from vardkase.identity.accounts.encryption import AddressedMail, CannotBeSent, MailPolicy, addressed
from vardkase.identity.accounts.queries import reading_users
from vardkase.intel.models import Event
from vardkase.intel.proposals.hooks import ProposalsStored


def tell_owner(stored: ProposalsStored) -> None:
    """Notify the users of the owning organisation who want mail about its events; the mail contains none of
    the content."""
    if can_send():
        queue_mail(list(_mails(Event.objects.get(pk=stored.event_id))))


def _mails(event: Event) -> Iterator[Mail]:
    policy = MailPolicy.now()
    letters: dict[str, AddressedMail] = {}
    owners = reading_users().filter(org_id=event.org_id, contactalert=True)
    for person in owners.iterator():
        language = wording.language_of(person.language)
        if language not in letters:
            letters[language] = _letter(event, language)
        with suppress(CannotBeSent):
            yield addressed(letters[language], person, policy)


def _letter(event: Event, language: str) -> AddressedMail:
    with translation.override(language):
        facts = {"number": event.pk, "uuid": event.uuid}
        body = Body(language)
        body.paragraph(
            gettext(
                "Somebody proposes a change to event %(number)s (%(uuid)s), which your organisation owns."
            )
            % facts
        )
        wording.see_on_the_hub(body, gettext("Look at the proposal on the hub"), f"/events/{event.pk}")
        body.small_print(
            gettext(
                "You receive this e-mail because you asked for mail about your events. Change this "
                "on the page E-mail to you."
            ),
            wording.place(wording.CHOICES),
        )
        subject = gettext("A proposal for event %(number)s") % facts
        return AddressedMail(subject, body.text, body.html, headers=wording.headers("proposals"))
