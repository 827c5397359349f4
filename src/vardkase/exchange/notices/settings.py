"""Settings for mail about published events; users choose themselves whether they receive it."""

from __future__ import annotations

from dataclasses import dataclass

from vardkase.core.change_origin import ChangedBy
from vardkase.core.problems import Problem
from vardkase.core.settings import Setting
from vardkase.core.settings.problems import SettingProblem


def negative_problem(number: int) -> Problem | None:
    return None if number >= 0 else SettingProblem.NEGATIVE()


METADATA_ONLY = Setting(
    "MISP.event_alert_metadata_only",
    False,
    "Whether mail of a published event leaves out its attributes, even when it is encrypted.",
    changed_by=ChangedBy.OFFICERS,
)
SUMMARY_ONLY = Setting(
    "MISP.publish_alerts_summary_only",
    False,
    "Whether people who have chosen daily, weekly or monthly summaries get no mail of single events.",
    level=2,
    changed_by=ChangedBy.OFFICERS,
)
EXTENDED_SUBJECT = Setting(
    "MISP.extended_alert_subject",
    False,
    "Whether the subject of mail that is not encrypted contains the event's title; other mail has it inside only.",
    changed_by=ChangedBy.SITE_ADMIN,
)
SUBJECT_TAG = Setting(
    "MISP.email_subject_tag",
    "tlp",
    "The beginning of the tag of an event that is shown in the subject.",
    level=2,
    changed_by=ChangedBy.SITE_ADMIN,
)
SUBJECT_TAG_NAME = Setting(
    "MISP.email_subject_include_tag_name",
    True,
    "Whether the subject has the whole tag (tlp:amber), or only what it says (amber).",
    level=2,
    changed_by=ChangedBy.SITE_ADMIN,
)
SUBJECT_WITHOUT_TAG = Setting(
    "MISP.email_subject_TLP_string",
    "tlp:amber",
    "What the subject contains if the event has no such tag.",
    level=2,
    changed_by=ChangedBy.SITE_ADMIN,
)
BLOCK_BY_TAG = Setting(
    "MISP.block_event_alert",
    False,
    "Whether no mail is sent about an event with the tag MISP.block_event_alert_tag.",
    changed_by=ChangedBy.SITE_ADMIN,
)
BLOCKING_TAG = Setting(
    "MISP.block_event_alert_tag",
    'no-alerts="true"',
    "The tag that keeps mail back.",
    level=2,
    changed_by=ChangedBy.SITE_ADMIN,
)
BLOCK_OLD = Setting(
    "MISP.block_old_event_alert",
    False,
    "Whether no mail is sent about old events.",
    changed_by=ChangedBy.SITE_ADMIN,
)
OLD_BY_CHANGE = Setting(
    "MISP.block_old_event_alert_age",
    0,
    "An event is old when it was changed last so many days ago; 0: not by this.",
    level=2,
    check=negative_problem,
    changed_by=ChangedBy.SITE_ADMIN,
)
OLD_BY_DATE = Setting(
    "MISP.block_old_event_alert_by_date",
    0,
    "An event is old when its date is so many days ago; 0: not by this.",
    level=2,
    check=negative_problem,
    changed_by=ChangedBy.SITE_ADMIN,
)
REPUBLISH_BAN = Setting(
    "MISP.event_alert_republish_ban",
    False,
    "Whether no mail is sent about an event if some was sent shortly before.",
    changed_by=ChangedBy.SITE_ADMIN,
)
REPUBLISH_MINUTES = Setting(
    "MISP.event_alert_republish_ban_threshold",
    5,
    "Minutes that count as shortly.",
    level=2,
    check=negative_problem,
    changed_by=ChangedBy.SITE_ADMIN,
)
USER_BAN = Setting(
    "MISP.user_email_notification_ban",
    False,
    "Whether a person gets only so many mails of events in a while.",
    changed_by=ChangedBy.SITE_ADMIN,
)
USER_BAN_MINUTES = Setting(
    "MISP.user_email_notification_ban_time_threshold",
    60,
    "Minutes that count as a while.",
    level=2,
    check=negative_problem,
    changed_by=ChangedBy.SITE_ADMIN,
)
USER_BAN_AMOUNT = Setting(
    "MISP.user_email_notification_ban_amount_threshold",
    10,
    "How many mails one gets in a while.",
    level=2,
    check=negative_problem,
    changed_by=ChangedBy.SITE_ADMIN,
)
ORGANISATION_THRESHOLD = Setting(
    "MISP.org_alert_threshold",
    0,
    "About how many events of one creator organisation mail is sent in an hour; 0: all of them.",
    level=2,
    check=negative_problem,
    changed_by=ChangedBy.SITE_ADMIN,
)


@dataclass(frozen=True, slots=True)
class Subject:
    extended: bool
    tag: str
    whole_tag: bool
    without_tag: str

    @classmethod
    def now(cls) -> Subject:
        return cls(
            EXTENDED_SUBJECT.value, SUBJECT_TAG.value, SUBJECT_TAG_NAME.value, SUBJECT_WITHOUT_TAG.value
        )
