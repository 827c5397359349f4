"""The composition root: what each package contributes to another, in order. Nothing registers itself elsewhere.

`wire` runs once in each process, when the models are loaded (`config.apps`). What a package merely declares, such as
settings, kinds of mail, formats and endpoints, is found where it is declared and not repeated here.
"""

from __future__ import annotations

from django.apps import apps
from django.core import checks
from django.core.management import call_command
from django.db.models.signals import post_migrate

from vardkase.analysis.correlation import tasks as correlation_tasks
from vardkase.config.checks import unsafe_settings
from vardkase.config.hook_listeners import LISTENERS
from vardkase.core import schedules, stalled_jobs
from vardkase.core.mail import tasks as mail_tasks
from vardkase.core.schedules import tasks as schedule_tasks
from vardkase.core.schedules.job_cleanup import FORGET_ENDED
from vardkase.exchange.feeds import schedules as feed_schedules
from vardkase.exchange.feeds import tasks as feed_tasks
from vardkase.exchange.feeds.queries import described as described_feeds
from vardkase.exchange.fetches import schedules as fetch_schedules
from vardkase.exchange.modules import tasks as module_tasks
from vardkase.exchange.notification_mails import schedules as notification_mail_schedules
from vardkase.exchange.notification_mails import tasks as notification_mail_tasks
from vardkase.exchange.notifications.schedules import SCHEDULE as FORGET_NOTIFICATIONS
from vardkase.exchange.outbox import channels
from vardkase.exchange.own_feeds import schedules as own_feed_schedules
from vardkase.exchange.own_feeds import tasks as own_feed_tasks
from vardkase.exchange.servers import confirmation
from vardkase.exchange.servers import schedules as server_schedules
from vardkase.exchange.servers import tasks as server_tasks
from vardkase.exchange.servers.caching import described as described_servers
from vardkase.exchange.servers.rules import connection_scope_of_server
from vardkase.exchange.streams.cleaning import CLEAN
from vardkase.exchange.subscriptions import tasks as subscription_tasks
from vardkase.exchange.sync import schedules as sync_schedules
from vardkase.exchange.sync import tasks as sync_tasks
from vardkase.exchange.taxii import schedules as taxii_schedules
from vardkase.exchange.taxii import tasks as taxii_tasks
from vardkase.hub import guide
from vardkase.hub.anonymous_publication import carrying_out as anonymous_submissions
from vardkase.hub.anonymous_publication import organisation as pseudonymous_organisation
from vardkase.hub.anonymous_publication import rounds as anonymous_rounds
from vardkase.hub.anonymous_publication import slots
from vardkase.hub.anonymous_publication.schedules import ROUND
from vardkase.hub.anonymous_publication.submissions import SubmissionKind
from vardkase.hub.audit_log import registering as audit_registering
from vardkase.hub.audit_log import removal as audit_removal
from vardkase.hub.audit_log import state as audit_log
from vardkase.hub.author_relay import answering as author_answers
from vardkase.hub.author_relay.models import AuthorMessage
from vardkase.hub.backups import account_access
from vardkase.hub.backups import journal as backup_journal
from vardkase.hub.backups import recipients as backup_recipients
from vardkase.hub.backups import schedules as backup_schedules
from vardkase.hub.backups.access import register_access
from vardkase.hub.backups.replaying import register_replays
from vardkase.hub.case_files.access import handles_letter, register_case_access, require_handler_of_letter
from vardkase.hub.case_files.appeals.kinds import register_appeals
from vardkase.hub.case_files.appeals.rules import DISMISS_APPEAL
from vardkase.hub.case_files.closing import close_documents
from vardkase.hub.case_files.description import register_case_description
from vardkase.hub.case_files.models import CaseKind
from vardkase.hub.case_files.open_tasks import APPEALS
from vardkase.hub.content_access import request_facts as content_access_approvals
from vardkase.hub.content_access import schedules as content_access_schedules
from vardkase.hub.content_access.access_after_restore import GRANTS
from vardkase.hub.content_access.recording import RecordedContentAccess
from vardkase.hub.correspondence.letters import changing as changing_texts
from vardkase.hub.correspondence.letters.correcting import CORRECT_LETTER
from vardkase.hub.correspondence.letters.handling import LetterCheck, register_letter_check
from vardkase.hub.correspondence.letters.resending import register_recipients
from vardkase.hub.customer_service import connection_diagnosis, sign_in_facts
from vardkase.hub.customer_service import open_tasks as customer_service_tasks
from vardkase.hub.customer_service.becoming_case import register_data_requests
from vardkase.hub.data_protection import open_tasks as data_protection_tasks
from vardkase.hub.data_protection import schedules as data_protection_schedules
from vardkase.hub.data_protection.requests import case_access as data_request_access
from vardkase.hub.data_protection.requests import replaying as erasure_replaying
from vardkase.hub.data_protection.requests import services as data_requests
from vardkase.hub.data_protection.requests import tasks as data_request_tasks
from vardkase.hub.data_protection.requests.rules import EXTEND_DATA_REQUEST, REPLY_TO_DATA_SUBJECT
from vardkase.hub.enrolment.schedules import SCHEDULE as ASK_JOINED_HUBS
from vardkase.hub.guard.clearance import register_clearance
from vardkase.hub.guide import providers as guide_progress
from vardkase.hub.instance import approvals as instance_approvals
from vardkase.hub.instance import audit_log_health, backup_health, replica_health
from vardkase.hub.instance.certificates import LOOK as LOOK_AT_CERTIFICATES
from vardkase.hub.instance.health import register as register_health_checks
from vardkase.hub.law import services as law
from vardkase.hub.membership.agreements.schedules import REMIND
from vardkase.hub.membership.agreements.services import publishing
from vardkase.hub.membership.applications import mails as application_mails
from vardkase.hub.membership.applications import tasks as application_tasks
from vardkase.hub.membership.applications.numbers import register_numbers_of_members
from vardkase.hub.membership.assessments import decision
from vardkase.hub.membership.assessments.access import interest_in
from vardkase.hub.membership.assessments.appeals import ApplicationAppeals
from vardkase.hub.membership.assessments.case_access import MEMBERSHIP_CASES
from vardkase.hub.membership.assessments.services import reopening
from vardkase.hub.membership.conditions import deciding as conditions
from vardkase.hub.membership.conditions.queries import TASKS as CONDITIONS
from vardkase.hub.membership.conditions.schedules import REMIND_OF_CONDITIONS
from vardkase.hub.membership.contacts.services import addresses
from vardkase.hub.membership.members import appeals as member_appeals
from vardkase.hub.membership.members import mails as member_mails
from vardkase.hub.membership.members import schedules as member_schedules
from vardkase.hub.membership.members import sign_in_minimum
from vardkase.hub.membership.members.access_after_restore import MEMBERSHIPS
from vardkase.hub.membership.members.checklist import register_checklist
from vardkase.hub.membership.members.queries import member_with_number
from vardkase.hub.membership.members.rules import KEEP_LIMIT, register_contact_addresses, register_interest
from vardkase.hub.membership.members.services import (
    changes,
    judgments,
    opening,
    reinstatement,
    two_people,
)
from vardkase.hub.membership.offence_data import services as offence_data
from vardkase.hub.membership.offence_data.schedules import APPLY_GROUNDS
from vardkase.hub.membership.onboarding import member_accounts
from vardkase.hub.membership.onboarding import organisation as onboarding_organisation
from vardkase.hub.membership.onboarding.items import never_waived, still_open
from vardkase.hub.membership.overview import tasks as membership_tasks
from vardkase.hub.membership.phases import services as phases
from vardkase.hub.membership.statements import reviewing
from vardkase.hub.membership.statements import schedules as statement_schedules
from vardkase.hub.move_in import approval as move_in_approval
from vardkase.hub.office import schedules as office_schedules
from vardkase.hub.office.audit_log_tasks import TASKS as AUDIT_LOG
from vardkase.hub.office.bulk_mail import services as bulk_mail
from vardkase.hub.office.bulk_mail import tasks as bulk_mail_tasks
from vardkase.hub.office.delegation import services as delegation
from vardkase.hub.office.delegation.queries import rights_today
from vardkase.hub.office.quarterly import schedules as quarterly_schedules
from vardkase.hub.open_tasks import registry as open_tasks
from vardkase.hub.policy import schedules as policy_schedules
from vardkase.hub.public_pages import services as public_pages
from vardkase.hub.public_records.cases import filing as records_files
from vardkase.hub.public_records.cases import open_tasks as records_tasks
from vardkase.hub.public_records.cases import quarantine as records_quarantine
from vardkase.hub.public_records.cases import schedules as records_schedules
from vardkase.hub.public_records.cases.appeals import RecordsAppeals
from vardkase.hub.public_records.cases.rules import DECIDE_ON_RECORDS
from vardkase.hub.public_records.received import schedules as received_schedules
from vardkase.hub.public_records.received.open_tasks import TO_DECIDE
from vardkase.hub.retention import proposing as retention_rules
from vardkase.hub.retention import replaying as retention_replaying
from vardkase.hub.retention import running as retention_runs
from vardkase.hub.retention import schedules as retention_schedules
from vardkase.hub.retention import tasks as retention_tasks
from vardkase.hub.retention.open_tasks import DUE
from vardkase.hub.sealed_links import health as sealed_link_health
from vardkase.hub.sealed_links import keys as officer_keys
from vardkase.hub.sealed_links import opening as opening_links
from vardkase.hub.sealed_links.access_after_restore import OFFICER_KEYS
from vardkase.hub.sealed_links.models import SealedLink
from vardkase.hub.signatures import services as signatures
from vardkase.hub.spills import deciding as spill_decisions
from vardkase.hub.spills import replaying as spill_replaying
from vardkase.hub.spills import schedules as spill_schedules
from vardkase.hub.spills import tasks as spill_tasks
from vardkase.hub.spills.queries import TASKS as SPILLS
from vardkase.hub.spills.queries import is_cleared
from vardkase.identity.access.connection_scope import register_connection_rules
from vardkase.identity.access.content_access import register_content_access_factory
from vardkase.identity.access_reviews.schedules import REVIEW
from vardkase.identity.accounts.four_eyes import decision_rights, single_decisions
from vardkase.identity.accounts.four_eyes import registry as four_eyes
from vardkase.identity.accounts.services import account_approvals, appointments, role_approvals
from vardkase.identity.organisations import attribution
from vardkase.identity.sign_in_policy.schedules import UPKEEP
from vardkase.intel.personal_data.schedules import MARK_EXISTING
from vardkase.intel.undo.schedules import FORGET_REPLACED
from vardkase.intel.unused_files import REMOVE_UNUSED_FILES
from vardkase.knowledge.cached_sources import kinds as caches
from vardkase.web.sign_in import audit as account_audit

# A job is known to the worker once the module that declares it is imported.
JOB_MODULES = (
    stalled_jobs,
    schedule_tasks,
    mail_tasks,
    correlation_tasks,
    feed_tasks,
    module_tasks,
    notification_mail_tasks,
    own_feed_tasks,
    server_tasks,
    subscription_tasks,
    sync_tasks,
    taxii_tasks,
    application_tasks,
    data_request_tasks,
    bulk_mail_tasks,
    spill_tasks,
    retention_tasks,
)

# The channels by which a published version leaves the hub, beside the streams.
CHANNELS = (own_feed_tasks.FEEDS, sync_tasks.CONNECTIONS, notification_mail_tasks.MAILS)

SCHEDULES = (
    FORGET_ENDED,
    UPKEEP,
    REVIEW,
    REMOVE_UNUSED_FILES,
    FORGET_REPLACED,
    MARK_EXISTING,
    CLEAN,
    *server_schedules.SCHEDULES,
    *feed_schedules.SCHEDULES,
    *own_feed_schedules.SCHEDULES,
    *fetch_schedules.SCHEDULES,
    *sync_schedules.SCHEDULES,
    *taxii_schedules.SCHEDULES,
    *notification_mail_schedules.SCHEDULES,
    FORGET_NOTIFICATIONS,
    *content_access_schedules.SCHEDULES,
    *policy_schedules.SCHEDULES,
    *member_schedules.SCHEDULES,
    *received_schedules.SCHEDULES,
    APPLY_GROUNDS,
    *records_schedules.SCHEDULES,
    *statement_schedules.SCHEDULES,
    REMIND_OF_CONDITIONS,
    *spill_schedules.SCHEDULES,
    *quarterly_schedules.SCHEDULES,
    *office_schedules.SCHEDULES,
    *backup_schedules.SCHEDULES,
    LOOK_AT_CERTIFICATES,
    *retention_schedules.SCHEDULES,
    REMIND,
    application_tasks.QUEUE_ADMITTED,
    application_tasks.FORGET_DRAFTS,
    *data_protection_schedules.SCHEDULES,
    ASK_JOINED_HUBS,
    *audit_log.SCHEDULES,
    ROUND,
)

# What takes two people (docs/duties.md is written from it).
APPROVAL_ACTIONS = (
    appointments.OFFICER,
    appointments.AGAIN,
    account_approvals.OFFICER_ACCOUNT,
    account_approvals.LAST_OFFICER_ACCOUNT,
    role_approvals.CHANGE_ROLE,
    confirmation.CONFIRM,
    instance_approvals.CHANGE_SETTING,
    instance_approvals.CHANGE_SCHEDULE,
    public_pages.CHANGE,
    changing_texts.CHANGE_MAIL,
    changing_texts.CHANGE_LETTER,
    changing_texts.CHANGE_APPEAL,
    content_access_approvals.GRANT_ACCESS,
    law.CHANGE_RULE,
    delegation.CHANGE,
    bulk_mail.SEND,
    signatures.USE,
    phases.CHANGE_PHASE,
    phases.RECORD_PRECONDITION,
    phases.REVOKE_PRECONDITION,
    offence_data.RECORD_PERMISSION,
    offence_data.END_PERMISSION,
    decision.DECIDE,
    reopening.REOPEN,
    opening.OPEN,
    changes.ACCEPT_CHANGE,
    two_people.ACTIVATE,
    two_people.LIMIT,
    two_people.LIFT,
    two_people.TERMINATE,
    reinstatement.REINSTATE,
    conditions.IMPOSE,
    conditions.EXTEND,
    judgments.CARRY_OUT,
    sign_in_minimum.CHANGE,
    reviewing.ACCEPT,
    reviewing.RETURN,
    publishing.PUBLISH,
    onboarding_organisation.JOIN,
    onboarding_organisation.TAKE_UUID,
    member_accounts.INVITE,
    member_accounts.MAKE_SYNC_USER,
    spill_decisions.RELEASE,
    spill_decisions.DELETE,
    backup_recipients.CHANGE,
    officer_keys.ADD_KEY,
    officer_keys.WITHDRAW_KEY,
    opening_links.OPEN,
    retention_rules.CHANGE_RULE,
    retention_runs.CARRY_OUT,
    audit_registering.REGISTER,
    audit_removal.REMOVE,
    move_in_approval.RUN,
)

# What one officer decides alone, as far as the right to it can be delegated.
SINGLE_DECISIONS = (
    DISMISS_APPEAL,
    CORRECT_LETTER,
    KEEP_LIMIT,
    DECIDE_ON_RECORDS,
    REPLY_TO_DATA_SUBJECT,
    EXTEND_DATA_REQUEST,
)

# What waits for the hub's staff, in the order of their inbox.
TASK_KINDS = (
    *membership_tasks.KINDS,
    CONDITIONS,
    APPEALS,
    *data_protection_tasks.KINDS,
    customer_service_tasks.REQUESTS,
    SPILLS,
    DUE,
    records_tasks.UNANSWERED,
    records_tasks.OFFICE,
    TO_DECIDE,
    AUDIT_LOG,
)

# What a round of anonymous publication carries out.
SUBMISSIONS = (
    (SubmissionKind.PUBLISH, anonymous_submissions.publish),
    (SubmissionKind.CORRECT, anonymous_submissions.correct),
    (SubmissionKind.WITHDRAW, anonymous_submissions.withdraw),
    *((kind, anonymous_submissions.counted) for kind in (SubmissionKind.CONSENT, SubmissionKind.UNDO)),
    (author_answers.ANSWER, author_answers.carry_out),
)


def wire() -> None:
    for listener in LISTENERS:
        listener.hook.register(listener.call)
    for channel in CHANNELS:
        channels.register(channel)
    slots.read_at_slots(AuthorMessage, SealedLink)
    attribution.reserve(pseudonymous_organisation.organisation_uuid)
    for submitted, handler in SUBMISSIONS:
        anonymous_rounds.register(submitted, handler)
    for schedule in SCHEDULES:
        schedules.register(schedule)
    for action in APPROVAL_ACTIONS:
        four_eyes.register(action)
    for each in SINGLE_DECISIONS:
        single_decisions.register(each)
    register_recipients("application", application_mails.recipients_by_id)
    register_recipients("membership", member_mails.recipients_by_id)
    register_case_access(CaseKind.MEMBERSHIP, MEMBERSHIP_CASES)
    register_letter_check(LetterCheck(require_handler_of_letter, handles_letter))
    register_case_access(CaseKind.PUBLIC_RECORDS, records_files.ACCESS)
    register_case_description(CaseKind.PUBLIC_RECORDS, records_files.description)
    close_documents(records_files.THING, records_quarantine.closed_documents)
    register_appeals("membership", member_appeals.MemberAppeals())
    register_appeals("application", ApplicationAppeals())
    register_appeals(records_files.THING, RecordsAppeals())
    for kind in TASK_KINDS:
        open_tasks.register(kind)
    register_data_requests(data_requests.register)
    register_case_access(CaseKind.DATA_SUBJECT, data_request_access.ACCESS)
    for step, provider in guide_progress.PROVIDERS.items():
        guide.register(step, provider)
    decision_rights.register(rights_today)
    connection_diagnosis.register(sign_in_facts.facts)
    # Who answers what a lower layer asks without knowing the package above that knows:
    register_connection_rules(connection_scope_of_server)
    register_content_access_factory(RecordedContentAccess)
    caches.register(caches.SERVER, described_servers)
    caches.register(caches.FEED, described_feeds)
    register_numbers_of_members(member_with_number)
    register_interest(interest_in)
    register_clearance(is_cleared)
    register_contact_addresses(addresses)
    register_checklist(still_open, never_waived)
    register_replays()
    register_health_checks(replica_health.check, audit_log_health.check)
    register_health_checks(backup_health.check, sealed_link_health.check)
    register_access(*account_access.parts(), MEMBERSHIPS, GRANTS, OFFICER_KEYS)
    kinds = backup_journal.Kind
    backup_journal.register(kinds.SPILL, spill_replaying.delete_again)
    backup_journal.register(
        kinds.RETENTION, retention_replaying.carry_out_again, retention_replaying.describe
    )
    backup_journal.register(kinds.ERASURE, erasure_replaying.erase_again, erasure_replaying.describe)
    account_audit.listen()
    # Django sends the signal once for each app that has models: one is enough.
    post_migrate.connect(create_cache_table, sender=apps.get_app_config("core"))
    checks.register(unsafe_settings, checks.Tags.security, deploy=True)


def create_cache_table(using: str, **_: object) -> None:
    """Create the table of settings.CACHES, which no migration creates, unless it exists."""
    call_command("createcachetable", database=using, verbosity=0)
