"""What the reply to a data subject says: what was done, what was not and why, and how the data are processed."""

from __future__ import annotations

from django.conf import settings
from django.db.models import QuerySet
from django.utils.dateformat import format as formatted
from django.utils.translation import gettext, override

from vardkase.core.mail.settings import sender
from vardkase.hub.correspondence.letters.signatures import signature_of
from vardkase.hub.correspondence.letters.wording import sender_and_address
from vardkase.hub.correspondence.letters.writing import Contents
from vardkase.hub.correspondence.settings import APPEAL_COURT, SERVICE_NAME
from vardkase.hub.data_protection.processing.queries import parts_of, record_of_processing
from vardkase.hub.data_protection.requests.models import (
    AnsweredRight,
    ConcernedItem,
    DataSubjectRequest,
    DataSubjectRight,
    ItemOutcome,
)
from vardkase.hub.data_protection.requests.person import opened
from vardkase.hub.data_protection.requests.queries import CountedAnswer, counted_answers, final_answers
from vardkase.hub.data_protection.requests.rules import ARTICLES, cited, items_in_words, right_in_words
from vardkase.hub.law.queries import find_deadline
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.models import User

KIND = "letter_data_subject"
"""The kind of the letter; how to appeal is its section "appeal_data_subject"."""
LANGUAGES = ("sv", "en")


def contents_of(
    actor: Actor,
    request: DataSubjectRequest,
    text: str,
    without_because: str = "",
) -> Contents:
    person = opened(request.person)
    decider = User.objects.filter(pk=actor.user_id or 0).first()
    facts, signatures = {}, {}
    for language in LANGUAGES:
        with override(language):
            signed = signature_of(decider, language) if decider else actor.name
            signatures[language] = [signed]
            left = undone(request, without_because)
            processing = about_processing(request)
            facts[language] = {
                "number": request.number,
                "arrived": formatted(request.arrived_on, "j F Y"),
                "rights": "\n".join(request.right_labels),
                "responsible": _responsible(request),
                "results": "\n".join(results(request)),
                "copy": _copy(request),
                "undone": gettext("What has not been done") if left else "",
                "refusals": "\n".join(left),
                "about": gettext("About the processing") if processing else "",
                "processing": "\n\n".join(processing),
                "reason": text,
                "applied": "\n".join(_applied(request)),
                "decider": signed,
                "court": APPEAL_COURT.value,
                "appeal_period": find_deadline("appeal_private").period,
                "sender": sender(),
                "sender_address": sender_and_address(),
                "service": SERVICE_NAME.value,
            }
    address = [person.name, *(person.address or person.email).splitlines()]
    return Contents(
        kind=KIND,
        number=request.number,
        sender=sender(),
        address=[line for line in address if line.strip()],
        facts=facts,
        signatures=signatures,
        translated=request.language == "en",
    )


def results(request: DataSubjectRequest) -> list[str]:
    rows = ConcernedItem.objects.filter(controller__request=request)
    if not rows.exists():
        return [gettext("We have found no data on you on the hub.")]
    contacts = _contacts(request)
    lines = [
        f"{contacts[each.controller]}, {_right(each)}: {each.outcome.label}, {items_in_words(each.count)}"
        f"{_manner(each.reason)}."
        for each in counted_answers(final_answers(request).exclude(outcome=ItemOutcome.REFUSED))
    ]
    return lines or [gettext("Nothing of what you asked for has been done.")]


def undone(request: DataSubjectRequest, without_because: str = "") -> list[str]:
    """What was not done and why, in lines: refusals by right, and controllers that have not answered."""
    contacts = _contacts(request)
    lines = [
        f"{contacts[each.controller]}, {_right(each)}, {items_in_words(each.count)}: "
        f"{' '.join(each.reason.split()).rstrip('.')} ({cited(each.ground)})."
        for each in counted_answers(final_answers(request).filter(outcome=ItemOutcome.REFUSED))
    ]
    silent = request.controllers.filter(is_hub_owner=False, answered_at=None).order_by("name")
    lines += [
        gettext(
            "%(name)s has not answered. It is obliged to reply to you itself; you can contact it directly."
        )
        % {"name": contacts[name]}
        for name in silent.values_list("name", flat=True)
    ]
    if without_because:
        lines.append(" ".join(without_because.split()))
    return lines


def about_processing(request: DataSubjectRequest) -> list[str]:
    """The information of article 15.1, in paragraphs: of the hub owner from its record of processing."""
    rows = ConcernedItem.objects.filter(controller__request=request).exclude(
        answers__outcome=ItemOutcome.ANOTHER
    )
    if DataSubjectRight.ACCESS not in request.rights or not rows.exists():
        return []
    found = []
    if rows.filter(controller__is_hub_owner=True).exists():
        found.append(gettext("%(sender)s processes personal data for this:") % {"sender": sender()})
        for activity in record_of_processing().activities:
            parts = [
                f"{label}: {known}" for label, text in parts_of(activity)[:-1] if (known := _known(text))
            ]
            found.append("\n".join([activity.content.title, *parts]))
        found.append(
            gettext(
                "The data come from you, from the organisation that you work for, from those who have written to us or "
                "shared information with us, or from your use of the service."
            )
        )
    others = request.controllers.filter(is_hub_owner=False)
    if others.exists():
        names = ", ".join(sorted(_contacts(request)[each.name] for each in others))
        found.append(
            gettext("About their processing, these inform you themselves: %(names)s.") % {"names": names}
        )
    found.append(
        gettext(
            "You can ask for rectification, erasure or restriction, and object to the processing. No automated "
            "decisions are made about you by the service."
        )
    )
    if settings.BASE_URL:
        link = f"{settings.BASE_URL}/about/personal-data/"
        found[-1] += " " + gettext("More on how we handle personal data: %(link)s") % {"link": link}
    return found


def unfilled(request: DataSubjectRequest) -> list[str]:
    """The activities whose text in the letter lacks what the authority has still to complete in its record."""
    if not about_processing(request):
        return []
    return [
        activity.content.title
        for activity in record_of_processing().activities
        if any("[" in text for _, text in parts_of(activity)[:-1])
    ]


def _known(text: str) -> str:
    """A text of the record without sentences that the authority has still to complete (in brackets)."""
    return " ".join(each for each in text.replace(". ", ".\n").split("\n") if "[" not in each)


def _responsible(request: DataSubjectRequest) -> str:
    if not request.controllers.exists():
        return ""
    return gettext(
        "Each of those who have data on you on %(service)s is responsible for what it has published. %(sender)s is "
        "responsible for accounts, cases and logs."
    ) % {"service": SERVICE_NAME.value, "sender": sender()}


def given_out(request: DataSubjectRequest) -> QuerySet[AnsweredRight]:
    return final_answers(request).filter(right=DataSubjectRight.ACCESS, outcome=ItemOutcome.GIVEN)


def _copy(request: DataSubjectRequest) -> str:
    if not given_out(request).exclude(item__given="").exists():
        return ""
    return gettext("The data that are given out are in the copy that belongs to this letter.")


def _applied(request: DataSubjectRequest) -> list[str]:
    refused = final_answers(request).exclude(ground="")
    grounds = refused.order_by("ground").values_list("ground", flat=True).distinct()
    keys = [*(ARTICLES[right] for right in DataSubjectRight if right in request.rights), *grounds]
    return [cited(key) for key in dict.fromkeys(keys)]


def _manner(reason: str) -> str:
    """How the processing was restricted, to follow the count."""
    return f": {' '.join(reason.split()).rstrip('.')}" if reason else ""


def _right(answer: CountedAnswer) -> str:
    return right_in_words(answer.right).lower()


def _contacts(request: DataSubjectRequest) -> dict[str, str]:
    """Name → name with address, of every controller."""
    rows = request.controllers.values_list("name", "contact_email", "is_hub_owner")
    return {name: f"{name} ({email})" if email and not own else name for name, email, own in rows}
