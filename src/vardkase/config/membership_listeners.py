"""Who listens to the hooks of membership and its legal rules; a part of `hook_listeners.LISTENERS`."""

from __future__ import annotations

from typing import Any

from vardkase.config.listener import Listener
from vardkase.hub.case_files.appeals.hooks import appeal_stepped
from vardkase.hub.law.hooks import rule_changed
from vardkase.hub.membership.agreements.services.acceptance import accept_with_application
from vardkase.hub.membership.applications import tasks as applications
from vardkase.hub.membership.applications.hooks import application_approved
from vardkase.hub.membership.applications.services.queueing import notify_of_new_terms
from vardkase.hub.membership.assessments.queries import drop_outdated
from vardkase.hub.membership.communities import services as communities
from vardkase.hub.membership.conditions.services import begin_from_approval
from vardkase.hub.membership.contacts import from_members as contacts
from vardkase.hub.membership.members.hooks import change_accepted, membership_changed, membership_opened
from vardkase.hub.membership.members.services import members_only
from vardkase.hub.membership.members.services.from_applications import open_approved
from vardkase.hub.membership.offence_data import services as offence_data
from vardkase.hub.membership.phases.hooks import phases_changed
from vardkase.hub.membership.statements.services import begin_from_application
from vardkase.hub.membership.terms.hooks import terms_published
from vardkase.hub.public_records.cases import appeals as records_appeals
from vardkase.hub.public_records.received import authorities
from vardkase.identity.accounts.hooks import officer_appointed

MEMBERSHIP_LISTENERS: tuple[Listener[Any], ...] = (
    Listener(
        officer_appointed,
        members_only.bring_into_use,
        "restricts the hub to members, once it has had two officers",
    ),
    Listener(officer_appointed, offence_data.follow, "decides who may read data on offences"),
    Listener(
        officer_appointed, authorities.follow_hub_owner, "records that the hub owner is a connected authority"
    ),
    Listener(phases_changed, offence_data.follow, "decides who may read data on offences"),
    Listener(rule_changed, offence_data.follow, "decides who may read data on offences"),
    Listener(phases_changed, applications.order_queueing, "orders the job that queues waiting applications"),
    Listener(terms_published, notify_of_new_terms, "mails the applicants whose application is undecided"),
    Listener(
        terms_published, drop_outdated, "removes assessments of criteria that are worded differently now"
    ),
    Listener(application_approved, open_approved, "opens the membership"),
    Listener(
        application_approved,
        accept_with_application,
        "records that the signatory accepted the terms in the application",
    ),
    Listener(membership_opened, contacts.begin_from_membership, "takes over the contacts of the application"),
    Listener(
        membership_opened,
        begin_from_approval,
        "keeps the conditions and exceptions that the approval of the application states",
    ),
    Listener(
        membership_opened, begin_from_application, "takes over the security statement of the application"
    ),
    Listener(
        membership_opened,
        authorities.follow_membership,
        "records whether the member is a connected authority",
    ),
    Listener(membership_changed, offence_data.follow, "decides who may read data on offences"),
    Listener(membership_changed, communities.follow, "updates the sharing groups of members"),
    Listener(
        membership_changed,
        authorities.follow_membership,
        "records whether the member is a connected authority",
    ),
    Listener(
        rule_changed,
        authorities.follow_rule,
        "records which members are connected authorities by the changed rule for a legal form",
    ),
    Listener(
        change_accepted, contacts.follow_change, "takes over the contacts that an accepted change names"
    ),
    Listener(
        appeal_stepped, records_appeals.follow_appeal, "takes the step of the case that belongs to that step"
    ),
)
