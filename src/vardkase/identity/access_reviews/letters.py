"""Mail about access reviews, each in its recipient's language."""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from vardkase.core.mail.services import Mail
from vardkase.identity.access_reviews.models import AccessReview
from vardkase.identity.accounts.models import Disabled, User

MOST_NAMED = 100


def reminder(person: User, review: AccessReview, left: int) -> Mail:
    with translation.override(person.language or settings.LANGUAGE_CODE):
        day = date_format(timezone.localtime(review.due), "j F Y")
        facts = {"organisation": review.org.name, "count": left, "day": day}
        subject = gettext("Confirm the accounts of %(organisation)s by %(day)s") % facts
        text = ngettext(
            "%(count)s account of %(organisation)s is waiting for an answer: is it still needed, "
            "by the same person, with the same role? If nobody confirms it by %(day)s, it is "
            "switched off.",
            "%(count)s accounts of %(organisation)s are waiting for an answer: are they still "
            "needed, by the same people, with the same roles? Accounts that nobody confirms by "
            "%(day)s are switched off.",
            left,
        )
        return Mail(
            person.email, subject, _with_link(text % facts, f"/security/{review.org_id}/reviews/{review.pk}/")
        )


def switched_off(person: User, why: Disabled) -> Mail:
    with translation.override(person.language or settings.LANGUAGE_CODE):
        subject = gettext("Your account is disabled")
        reason = {
            Disabled.UNREVIEWED: gettext("Nobody confirmed it in your organisation's access review."),
            Disabled.IDLE: gettext("It had not been used for a long time."),
        }[why]
        what = gettext(
            "Neither you nor programs with your keys can sign in. Your organisation’s "
            "administrator can enable the account again."
        )
        return Mail(person.email, subject, f"{reason}\n\n{what}\n")


def told_of_accounts(person: User, emails: Sequence[str], why: Disabled) -> Mail:
    with translation.override(person.language or settings.LANGUAGE_CODE):
        subject = gettext("Accounts of %(organisation)s are disabled") % {"organisation": person.org.name}
        reason = {
            Disabled.UNREVIEWED: gettext(
                "Nobody confirmed these accounts in the access review, so they are disabled:"
            ),
            Disabled.IDLE: gettext(
                "These accounts had not been used for a long time, so they have been disabled:"
            ),
        }[why]
        named = "\n".join(emails[:MOST_NAMED]) + ("\n…" if len(emails) > MOST_NAMED else "")
        return Mail(
            person.email, subject, _with_link(f"{reason}\n\n{named}", f"/security/{person.org_id}/reviews/")
        )


def _with_link(text: str, path: str) -> str:
    link = f"{settings.BASE_URL}{path}" if settings.BASE_URL else ""
    return "\n\n".join(part for part in (text, link) if part) + "\n"
