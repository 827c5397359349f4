"""Rows with words of people that the samples of the roles table do not have."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from tests.factories.samples import SECRET, Samples
from vardkase.analysis.saved_searches.models import SavedSearch, SearchKind
from vardkase.exchange.notifications.models import Notification, NotificationKind
from vardkase.exchange.questions.models import ReaderQuestion
from vardkase.exchange.subscriptions.models import FollowedKind, Subscription
from vardkase.hub.customer_service.models import Announcement, SupportMessage, SupportRequest
from vardkase.hub.membership.communities.models import Community
from vardkase.hub.membership.contacts.models import Contact, ContactRole
from vardkase.hub.membership.groups.models import OrganisationGroup
from vardkase.hub.membership.members.models import (
    Membership,
    MembershipState,
    ProposedChange,
    Restriction,
)
from vardkase.hub.membership.statements.models import Statement
from vardkase.identity.accounts.models import User
from vardkase.intel.analyst_data.models import AnalystData
from vardkase.intel.event_reports.models import ReportTemplate
from vardkase.intel.personal_data.kinds import PersonalDataKind
from vardkase.intel.personal_data.models import MarkPlace, PersonalDataMark
from vardkase.intel.proposals.models import ProposalComment
from vardkase.intel.publication_requests.models import PublicationRequest
from vardkase.knowledge.noticelists.models import NoticelistEntry
from vardkase.knowledge.warninglists.models import WarninglistEntry


def add_words(things: Samples, user: User) -> None:
    """A conversation, a question, a saved search and the like, of which `user` is a part."""
    now, org, event = timezone.now(), user.org, things.event
    ProposalComment.objects.create(proposal=things.proposal, org=org, user=user, text=SECRET, written_at=now)
    _opinion_and_relationship(things, org)
    PersonalDataMark.objects.create(
        event=event, place=MarkPlace.ATTRIBUTE, part_id=things.attribute.pk, field="value",
        kind=PersonalDataKind.NAME, start=0, end=5, says_offence=True, fingerprint=0,
    )  # fmt: skip
    PublicationRequest.objects.create(event=event, requester=user, message=SECRET, asked_at=now)
    question = ReaderQuestion.objects.create(
        event_id=event.pk, organisation_id=org.pk, sender=user, message=SECRET
    )
    Notification.objects.create(
        user=user, organisation_id=org.pk, kind=NotificationKind.QUESTION, key="q", event_id=event.pk,
        question_id=question.pk, by_id=user.pk, from_id=org.pk, at=int(now.timestamp()),
    )  # fmt: skip
    Subscription.objects.create(user=user, kind=FollowedKind.VALUE, value=SECRET)
    SavedSearch.objects.create(
        user=user, org=org, name=SECRET, description=SECRET, kind=SearchKind.EVENTS, filters={"text": SECRET}
    )
    ReportTemplate.objects.create(org=org, name=SECRET, content=SECRET, modified=now)
    WarninglistEntry.objects.create(warninglist=things.own_warninglist, value=SECRET, comment=SECRET)
    NoticelistEntry.objects.create(noticelist=things.noticelist, data={"message": {"en": SECRET}})
    titles = {"title_sv": SECRET, "title_en": SECRET, "text_sv": SECRET, "text_en": SECRET}
    Announcement.objects.create(kind="incident", begins=now, **titles)
    asked = SupportRequest.objects.create(
        kind="content", subject=SECRET, organisation=org, user=user, asker_name=SECRET, asker_email=user.email,
        deadline=now + timedelta(days=1),
    )  # fmt: skip
    SupportMessage.objects.create(request=asked, kind="content", text=SECRET, author=SECRET)


def _opinion_and_relationship(things: Samples, org: Any) -> None:
    now, event = timezone.now(), things.event
    about = {"org": org, "orgc": org, "created": now, "modified": now, "distribution": 1, "authors": SECRET}
    about |= {"object_type": "Event", "object_uuid": event.uuid}
    said = AnalystData.objects.create(kind=1, opinion=30, text=SECRET, **about)
    PersonalDataMark.objects.create(
        analyst_data=said, place=MarkPlace.ANALYST_DATA, part_id=said.pk, field="text",
        kind=PersonalDataKind.NAME, start=0, end=5, says_offence=False, fingerprint=0,
    )  # fmt: skip
    other = {"related_object_type": "Event", "related_object_uuid": things.published.uuid}
    AnalystData.objects.create(kind=2, relationship_type=SECRET, **about, **other)


def add_membership(things: Samples, reader: User) -> None:
    """Two members, of which one is the reader's organisation, with what is written about and by them."""
    now, other = timezone.now(), things.organisation
    for organisation in (reader.org, other):
        membership = Membership.objects.create(
            organisation=organisation, sector="municipality", connection="web", details={"name": SECRET},
            state=MembershipState.ACTIVE, activated=now,
        )  # fmt: skip
        Restriction.objects.create(membership=membership, kind="publish", cause="decision", reason=SECRET)
        ProposedChange.objects.create(
            membership=membership,
            fields={"sector": [SECRET, SECRET]},
            note=SECRET,
            proposed_by=SECRET,
            reason=SECRET,
        )
        Statement.objects.create(
            membership=membership, answers={"risk": {"level": "1", "gap": SECRET, "plan": SECRET}}
        )
        Contact.objects.create(
            organisation=organisation,
            role=ContactRole.values[0],
            name=SECRET,
            email=reader.email,
            phone=SECRET,
        )
    group = OrganisationGroup.objects.create(name=SECRET, description=SECRET)
    group.organisations.add(other)
    group.administrators.add(reader)
    Community.objects.create(group=things.group, sectors=["municipality"])
