"""Messages to the author: from those who can read the event, from authorities in cases, and from the hub."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext, override

from vardkase.audit.services import Target, record
from vardkase.core.errors import Conflict, Forbidden, Invalid, NotFound
from vardkase.core.limits import Limit
from vardkase.core.secrets import SecretStore
from vardkase.hub.anonymous_publication.models import AnonymousPublication
from vardkase.hub.anonymous_publication.organisation import organisation_uuid
from vardkase.hub.author_relay.audit_actions import RelayAction
from vardkase.hub.author_relay.models import AuthorMessage, RelayKind
from vardkase.hub.author_relay.problems import RelayProblem
from vardkase.hub.author_relay.sizes import LONGEST, sealed
from vardkase.hub.public_records.cases.hooks import MemberConsulted
from vardkase.hub.sealed_links.hooks import SealOpened
from vardkase.hub.spills.hooks import SpillDeleted
from vardkase.identity.access.actor import Actor
from vardkase.identity.organisations.models import Organisation
from vardkase.intel.queries.find import Reference, find_event

COPIES = SecretStore("messages to authors")
OPEN_EACH = 3
"""Messages of an organisation about one event that wait for an answer."""
A_DAY = Limit("messages to authors", 20, 86_400)
"""Of an organisation, whoever the authors are."""
ASKED = (RelayKind.QUESTION, RelayKind.CORRECTION)


def publication_of(event_uuid: UUID | str) -> AnonymousPublication | None:
    return AnonymousPublication.objects.filter(event_uuid=event_uuid).first()


@transaction.atomic
def ask(actor: Actor, reference: Reference, kind: str, text: str) -> AuthorMessage:
    """Ask the author of an event that the actor may read; it is delivered in the next round.

    Whose the event is changes nothing of what is allowed or answered: its author, too, may ask. Raises NotFound,
    Forbidden, Invalid by field, Conflict.
    """
    actor.require_writing()
    actor.require_content_access()
    if actor.user_id is None:
        raise Forbidden(RelayProblem.NOT_IN_PERSON())
    event = find_event(actor, reference)
    publication = publication_of(event.uuid)
    if publication is None:
        raise NotFound(RelayProblem.NOT_ANONYMOUS())
    if kind not in ASKED:
        raise Invalid({"kind": [RelayProblem.NO_SUCH_KIND()]})
    words = checked_text(text)
    # One at a time of each organisation: the limits below count.
    Organisation.objects.select_for_update(no_key=True).get(pk=actor.organisation_id)
    own = AuthorMessage.objects.filter(organisation=actor.organisation_id, answered_on=None)
    if own.filter(event_uuid=event.uuid, kind__in=ASKED).count() >= OPEN_EACH:
        raise Conflict(RelayProblem.TOO_MANY_OPEN(most=OPEN_EACH))
    if A_DAY.spend(actor.organisation_id).is_exceeded:
        raise Conflict(RelayProblem.TOO_MANY_TODAY(most=A_DAY.allowed))
    made = AuthorMessage.objects.create(
        event_uuid=event.uuid,
        author_key=publication.author_key,
        kind=kind,
        asked_by_id=actor.user_id,
        organisation_id=actor.organisation_id,
        for_author=sealed(words, publication.author_key),
        own_copy=COPIES.encrypt(words),
    )
    record(actor, RelayAction.AUTHOR_ASKED, Target("author_message", title=str(event.uuid)), {"kind": kind})
    return made


def checked_text(text: str) -> str:
    words = text.replace("\r\n", "\n").strip()
    if not 1 <= len(words) <= LONGEST or "\0" in words:
        raise Invalid({"text": [RelayProblem.TEXT_LENGTH(most=LONGEST)]})
    return words


def consult_author(consulted: MemberConsulted) -> None:
    """Pass a consultation of the pseudonymous organisation on: to each author, about their own event alone."""
    if str(consulted.organisation_uuid) != str(organisation_uuid()):
        return
    for event_uuid, items in consulted.items.items():
        publication = publication_of(event_uuid)
        if publication is None:
            continue
        with override("sv"):
            words = gettext(
                "An authority has received a request for public records that concerns this event, and asks whether "
                "it may be released. Answer which parts should be withheld, and what harm it would do to release "
                "them. The authority decides."
            )
            until = gettext("Answer before %(day)s.") % {"day": f"{consulted.deadline:%Y-%m-%d}"}
        listed = "\n".join(items)[: LONGEST - len(words) - 60]
        text = f"{words}\n{until}\n\n{listed}"
        AuthorMessage.objects.create(
            event_uuid=event_uuid,
            author_key=publication.author_key,
            kind=RelayKind.CONSULTATION,
            asked_by_id=consulted.asked_by,
            organisation_id=consulted.authority_id,
            case_number=consulted.case_number,
            for_author=sealed(text, publication.author_key),
            own_copy=COPIES.encrypt(text),
        )


def tell_of_opening(opened: SealOpened) -> None:
    """Tell the author that two officers have opened the link, and why."""
    publication = publication_of(opened.about)
    if publication is not None:
        AuthorMessage.objects.create(
            event_uuid=opened.about,
            author_key=publication.author_key,
            kind=RelayKind.OPENED,
            for_author=sealed(opened.reason[:LONGEST], publication.author_key),
        )


def forget_spilled(spill: SpillDeleted) -> None:
    AuthorMessage.objects.filter(event_uuid=spill.event_uuid).delete()
