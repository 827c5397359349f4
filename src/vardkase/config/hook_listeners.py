"""Who listens to which hook. docs/architecture.md shows this table; `python -m tools.hooks` writes it there."""

from __future__ import annotations

from typing import Any

from vardkase.analysis.correlation import store as correlation
from vardkase.audit.hooks import recorded
from vardkase.audit.mails import note_mail
from vardkase.config.listener import Listener
from vardkase.config.membership_listeners import MEMBERSHIP_LISTENERS
from vardkase.config.relay_listeners import RELAY_LISTENERS
from vardkase.config.spill_listeners import SPILL_LISTENERS
from vardkase.core.jobs.hooks import job_ended
from vardkase.core.mail import notify as mail_log
from vardkase.core.mail.hooks import mail_ended, mail_logged, mail_settled
from vardkase.core.settings import changed as setting_changed
from vardkase.exchange.notification_mails import notes as note_mails
from vardkase.exchange.notification_mails import proposals as proposal_mails
from vardkase.exchange.notification_mails import tasks as notification_mails
from vardkase.exchange.notifications import listeners as notifications
from vardkase.exchange.outbox.channels import promise_published
from vardkase.exchange.own_feeds import tasks as own_feeds
from vardkase.exchange.questions import services as questions
from vardkase.exchange.streams import misp_settings, stream_events
from vardkase.exchange.subscriptions import tasks as subscriptions
from vardkase.exchange.sync import tasks as sync
from vardkase.formats.misp_json.snapshots import keep_version
from vardkase.hub.backups import access as backup_access
from vardkase.hub.backups import journal as backup_journal
from vardkase.hub.case_files import filing
from vardkase.hub.content_access import services as content_access
from vardkase.hub.correspondence.hooks import letter_written
from vardkase.hub.data_protection.controllers import services as controllers
from vardkase.hub.guard import checks as guard
from vardkase.hub.membership.members.services import members_only
from vardkase.hub.policy import checks as policy
from vardkase.hub.policy.approvals import services as publication_approvals
from vardkase.hub.public_records.received import authorities
from vardkase.hub.spills import declaring as spills
from vardkase.identity.access.sharing import before_sharing
from vardkase.identity.organisations.hooks import merge_sought, organisations_merged, standing_changed
from vardkase.intel import hooks as intel
from vardkase.intel.analyst_data.hooks import analyst_data_stored, analyst_data_written
from vardkase.intel.analyst_data.withdrawal import withdraw_of_former_owner
from vardkase.intel.event_delegations import services as delegations
from vardkase.intel.event_delegations.hooks import delegation_answered, delegation_requested
from vardkase.intel.event_graphs import services as event_graphs
from vardkase.intel.event_locks import services as event_locks
from vardkase.intel.personal_data import services as personal_data
from vardkase.intel.proposals import services as proposals
from vardkase.intel.proposals.hooks import (
    proposal_comment_written,
    proposal_commented,
    proposals_decided,
    proposals_made,
    proposals_reopened,
    proposals_stored,
    proposals_written,
)
from vardkase.intel.protection import keys as protection
from vardkase.intel.publication_requests import services as publication_requests
from vardkase.intel.publication_requests.hooks import publication_answered, publication_requested
from vardkase.intel.sightings import services as sightings
from vardkase.intel.sightings.hooks import sightings_published, sightings_stored
from vardkase.intel.undo import services as undo
from vardkase.knowledge.galaxies.hooks import cluster_published

# Listeners of one hook are called in this order: lower layers first, since higher ones may rest on what they wrote.
LISTENERS: tuple[Listener[Any], ...] = (
    Listener(
        intel.before_creation,
        policy.check_creation,
        "refuses if the organisation may not create events, and fills in what its policy says of new ones",
    ),
    Listener(
        intel.before_publication,
        personal_data.complete_before_publication,
        "marks personal data in what has not been searched",
    ),
    # The policy first: what it holds for approval is still refused for what the guard finds.
    Listener(
        intel.before_publication,
        policy.check_publication,
        "refuses what a rule of a MISP policy forbids, and holds what a second person has to approve",
    ),
    Listener(
        intel.before_publication,
        guard.check_publication,
        "stops classification markings, and TLP:RED for the whole hub; asks about TLP:AMBER beyond it",
    ),
    Listener(intel.before_delegation, policy.check_delegation, "refuses to hand over what a rule forbids"),
    Listener(
        intel.before_delegation,
        personal_data.check_delegation,
        "refuses to hand over data on offences to an organisation without a legal ground",
    ),
    Listener(intel.before_delegation, guard.check_delegation, "stops classification markings"),
    Listener(
        before_sharing,
        guard.check_sharing,
        "stops classification markings in what is shared outside events",
    ),
    Listener(
        intel.event_received,
        guard.examine_received,
        "puts events from elsewhere with classification markings in quarantine",
    ),
    Listener(
        intel.event_quarantined,
        correlation.remove_of_quarantined,
        "removes the keys and networks of what nobody may read",
    ),
    *SPILL_LISTENERS,
    *RELAY_LISTENERS,
    Listener(intel.event_quarantined, spills.open_received, "opens the spill, and tells those concerned"),
    Listener(
        intel.event_quarantined,
        notification_mails.stop_of_quarantined,
        "removes the mails about it that are queued",
    ),
    Listener(
        intel.event_quarantined,
        own_feeds.take_out_quarantined,
        "removes its document from the folders of the hub’s feeds",
    ),
    Listener(intel.event_released, correlation.rebuild_of_released, "writes its keys and networks again"),
    Listener(
        intel.event_released,
        own_feeds.take_in,
        "orders the feeds of the hub to be written with the event again",
    ),
    Listener(intel.attributes_stored, personal_data.mark_new, "marks personal data in them"),
    Listener(intel.attributes_stored, stream_events.new_attributes, "enters them in the outbox for streams"),
    # Last: it goes on in the background, and a query would wait for it.
    Listener(
        intel.attributes_stored,
        correlation.store_keys,
        "writes the keys and networks of new attributes by COPY",
    ),
    Listener(
        intel.attributes_changed,
        proposals.forget_of_deleted,
        "removes the proposals for attributes that are now deleted",
    ),
    Listener(intel.attributes_changed, correlation.rebuild_keys, "rewrites their keys and networks"),
    Listener(intel.attributes_edited, personal_data.mark_edited, "marks personal data in them again"),
    Listener(
        intel.event_changed,
        personal_data.mark_changed,
        "marks personal data in its title, tags (of attributes too), reports and comments of objects, as changed",
    ),
    Listener(
        intel.attributes_edited, stream_events.edited_attributes, "enters them in the outbox for streams"
    ),
    Listener(
        intel.attributes_removed, backup_journal.enter_removed, "enters them in the journal of deletions"
    ),
    Listener(
        intel.attributes_removed,
        delegations.forget_of_removed,
        "removes the request to take over an event that is deleted",
    ),
    Listener(
        intel.attributes_removed,
        publication_requests.forget_of_removed,
        "removes the request to publish an event that is deleted",
    ),
    Listener(
        intel.attributes_removed,
        undo.forget_of_removed,
        "removes what earlier changes of them replaced",
    ),
    Listener(intel.attributes_removed, proposals.forget_of_removed, "removes the proposals for them"),
    Listener(intel.attributes_removed, sightings.forget_sightings, "removes their sightings"),
    Listener(
        intel.attributes_removed, protection.forget_of_removed, "removes the keys of an event that is deleted"
    ),
    Listener(
        intel.attributes_removed,
        event_locks.forget_of_removed,
        "removes the locks of an event that is deleted",
    ),
    Listener(
        intel.attributes_removed,
        event_graphs.forget_of_removed,
        "removes the stored graphs of an event that is deleted",
    ),
    Listener(
        intel.attributes_removed,
        personal_data.forget_removed,
        "removes the marks of personal data in them",
    ),
    Listener(intel.attributes_removed, correlation.remove_keys, "removes their keys and networks"),
    Listener(
        intel.attributes_removed, stream_events.removed_attributes, "enters them in the outbox for streams"
    ),
    Listener(
        intel.attributes_removed,
        questions.forget_of_removed,
        "removes the questions about an event that is deleted",
    ),
    Listener(
        intel.attributes_removed,
        publication_approvals.forget_removed,
        "closes the request to publish an event that is deleted",
    ),
    Listener(intel.objects_stored, stream_events.new_objects, "enters them in the outbox for streams"),
    Listener(intel.references_stored, stream_events.new_references, "enters them in the outbox for streams"),
    Listener(sightings_stored, stream_events.new_sightings, "enters them in the outbox for streams"),
    Listener(
        sightings_stored,
        notifications.sightings_stored,
        "notifies the owner of the event on the hub, once until read",
    ),
    Listener(analyst_data_written, personal_data.mark_written_analyst_data, "marks personal data in them"),
    Listener(
        analyst_data_stored,
        note_mails.notify_of_notes,
        "mails the creators of the events and notes that they are about, once until they have read of it on the hub",
    ),
    Listener(
        analyst_data_stored,
        notifications.analyst_data_stored,
        "notifies the creators of the events and notes that they are about on the hub",
    ),
    Listener(intel.event_published, keep_version, "keeps the version that went out"),
    Listener(
        intel.event_published, controllers.keep_controller, "keeps who is controller for it from then on"
    ),
    Listener(
        intel.event_published, publication_requests.answer_published, "closes the request to publish it"
    ),
    Listener(
        intel.event_published,
        promise_published,
        "enters it in the outbox for streams, promises it to every receiver of the other channels, and orders the jobs "
        "that send what waits",
    ),
    Listener(
        intel.event_published,
        subscriptions.order_notifications,
        "orders the job that notifies those who follow something in it",
    ),
    Listener(
        intel.event_announced,
        notification_mails.order_alerts,
        "orders the mail for a version that is out already",
    ),
    Listener(
        intel.event_withdrawn,
        own_feeds.take_out,
        "orders the feeds of the hub to be rewritten without an event that is unpublished or deleted",
    ),
    Listener(
        intel.event_taken_over,
        proposals.forget_of_former_owner,
        "removes the former owner’s proposals, which would reveal who it was",
    ),
    Listener(
        intel.event_taken_over,
        sightings.anonymise_former_owner,
        "removes the former owner’s name from its sightings",
    ),
    Listener(
        intel.event_taken_over,
        withdraw_of_former_owner,
        "withdraws the former owner’s notes, opinions and relationships",
    ),
    Listener(
        intel.event_taken_over,
        protection.forget_of_former_owner,
        "removes the keys, which would reveal the former owner",
    ),
    Listener(
        intel.event_taken_over, questions.forget_of_former_owner, "removes the questions to the former owner"
    ),
    Listener(
        intel.event_taken_over,
        publication_approvals.forget_taken_over,
        "closes the request to publish an event that belongs to another organisation now",
    ),
    Listener(
        intel.event_taken_over,
        publication_requests.forget_of_former_owner,
        "removes the former owner’s request to publish it",
    ),
    Listener(
        intel.event_taken_over,
        controllers.forget_former_controller,
        "removes the former owner from the register of controllers",
    ),
    Listener(
        intel.event_taken_over,
        personal_data.forget_answers_of_former_owner,
        "removes the former owner’s answers about personal data",
    ),
    Listener(
        sightings_published, sync.send_sightings, "orders that they be sent to the connections that push them"
    ),
    Listener(cluster_published, sync.send_cluster, "orders that connections that push clusters send it"),
    Listener(proposals_written, personal_data.mark_written_proposals, "marks personal data in them"),
    Listener(
        proposals_stored, proposal_mails.notify_owner, "mails the owner of the event, once until it decides"
    ),
    Listener(proposals_made, notifications.proposals_made, "notifies the owner of the event on the hub"),
    Listener(proposal_comment_written, personal_data.mark_written_comment, "marks personal data in it"),
    Listener(proposal_commented, notifications.proposal_commented, "notifies the other side on the hub"),
    Listener(
        proposals_decided,
        proposal_mails.notify_proposers,
        "mails those who proposed, once until they have read of it on the hub",
    ),
    Listener(proposals_decided, notifications.proposals_decided, "notifies those who proposed on the hub"),
    Listener(
        proposals_reopened,
        notifications.proposals_reopened,
        "takes the unread notifications of the decision back",
    ),
    Listener(
        delegation_requested,
        notifications.delegation_requested,
        "notifies the organisation that is asked on the hub",
    ),
    Listener(
        delegation_answered,
        notifications.delegation_answered,
        "notifies the organisation that asked on the hub",
    ),
    Listener(
        publication_requested,
        notifications.publication_requested,
        "notifies those who may publish on the hub",
    ),
    Listener(publication_answered, notifications.publication_answered, "notifies who asked on the hub"),
    Listener(
        intel.question_asked,
        questions.keep_question,
        "keeps the question until it is answered, and notifies on the hub",
    ),
    Listener(
        job_ended,
        notifications.job_ended,
        "notifies who ordered it, or the site administrators of a failure of the hub’s own, on the hub",
    ),
    Listener(recorded, backup_access.order_transfer, "orders that who is let in is taken to the backups"),
    Listener(recorded, stream_events.from_trail, "enters in the outbox what streams of the audit trail read"),
    Listener(
        setting_changed,
        misp_settings.setting_changed,
        "configures the two streams that MISP’s settings describe",
    ),
    Listener(
        setting_changed,
        members_only.after_setting_changed,
        "recomputes what every membership allows when the grace period of statements changes",
    ),
    Listener(
        mail_ended, note_mail, "records in the audit trail to whom a mail was sent, or why it was given up"
    ),
    Listener(
        mail_settled,
        notification_mails.settle_delivery,
        "records in the list of deliveries that the mail of an event was sent, or why not",
    ),
    Listener(
        mail_settled,
        mail_log.settle,
        "records in the log of correspondence that a mail about a case was sent, or why not",
    ),
    Listener(mail_logged, filing.file_mail, "files it in the open case about the same thing"),
    Listener(letter_written, filing.file_letter, "files it in the open case about the same thing"),
    Listener(standing_changed, sync.send_what_waited, "orders that what waited for the organisation be sent"),
    Listener(
        standing_changed,
        authorities.follow_standing,
        "records whether it is a connected authority that can read",
    ),
    Listener(
        merge_sought, members_only.refuse_merge, "refuses a merge with a member, once membership is in use"
    ),
    Listener(
        organisations_merged,
        delegations.forget_to_oneself,
        "removes requests that an organisation would have to itself",
    ),
    Listener(
        organisations_merged,
        content_access.end_widened,
        "ends content access that would extend to another organisation’s content",
    ),
    Listener(organisations_merged, questions.follow_merge, "moves the questions of readers"),
    Listener(organisations_merged, members_only.after_merge, "recomputes what the membership allows"),
    *MEMBERSHIP_LISTENERS,
)
