"""Letters about appeals: dismissal as too late to the party, and the hand-over to the court."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.translation import gettext, override

from vardkase.audit.services import Target
from vardkase.core.mail.notify import notify
from vardkase.core.mail.settings import sender
from vardkase.hub.case_files.appeals.models import Appeal, LateException
from vardkase.hub.case_files.appeals.parties import Party
from vardkase.hub.correspondence.letters.resending import attached
from vardkase.hub.correspondence.letters.service import represents_public, with_service
from vardkase.hub.correspondence.letters.signatures import signature_of
from vardkase.hub.correspondence.letters.wording import decision_facts, sender_and_address
from vardkase.hub.correspondence.letters.writing import Contents, write
from vardkase.hub.correspondence.models import Letter
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.models import User

LANGUAGES = ("sv", "en")


def dismissal(actor: Actor, appeal: Appeal, party: Party) -> Letter:
    facts = {
        language: _facts(actor, appeal, party, language) | decision_facts(party.sector)
        for language in LANGUAGES
    }
    letter = write(
        actor, _contents("letter_appeal_dismissed", appeal, party.address, facts, party), _about(appeal)
    )
    words = {"number": letter.number, "organisation": party.name}
    notify(
        "appeal_dismissed",
        _about(appeal),
        party.recipients,
        words,
        by=actor.name,
        attachments=[attached(letter)],
    )
    return letter


def hand_over(actor: Actor, appeal: Appeal, party: Party) -> Letter:
    """Addressed to the court; an officer sends it with the file."""
    facts = {}
    for language in LANGUAGES:
        with override(language):
            more = {
                "court": appeal.court,
                "claim": appeal.claim,
                "reviewed": appeal.reviewed,
                "changed": _changed(appeal),
                "timeliness": timeliness(
                    appeal.exception, appeal.exception_note, appeal.last_day, appeal.court
                ),
                "stay": gettext("Yes") if appeal.asks_for_stay else gettext("No"),
            }
        facts[language] = _facts(actor, appeal, party, language) | more
    contents = _contents("letter_appeal_forwarded", appeal, [appeal.court], facts, party)
    letter = write(actor, contents, _about(appeal))
    words = {"number": letter.number, "organisation": party.name, "court": appeal.court}
    notify(
        "appeal_forwarded",
        _about(appeal),
        party.recipients,
        words,
        by=actor.name,
        attachments=[attached(letter)],
    )
    return letter


def timeliness(exception: str, why: str, last_day: date | None, court: str) -> str:
    """What the court tests as well: in time, late but not to be dismissed, or not known to be late."""
    note = {"note": why, "court": court}
    match exception:
        case LateException.INSTRUCTIONS:
            words = gettext(
                "The appeal arrived after the last day but is not to be dismissed, because our information on how "
                "to appeal was wrong (section 45 of the Administrative Procedure Act). %(note)s"
            )
            return words % note
        case LateException.COURT:
            words = gettext(
                "The appeal arrived after the last day but is not to be dismissed, because it reached %(court)s in "
                "time (section 45 of the Administrative Procedure Act). %(note)s"
            )
            return words % note
        case LateException.OVERRULED:
            words = gettext(
                "The appeal is not to be dismissed: our decision to dismiss it was quashed. %(note)s"
            )
            return words % note
    if last_day is None:
        return gettext(
            "It is not known when the decision was served. The appeal is therefore regarded as having arrived in time."
        )
    return gettext("The appeal arrived in time.")


def _changed(appeal: Appeal) -> str:
    if appeal.new_decision is None:
        return ""
    return gettext(
        "We have changed the decision by a new one, %(number)s of %(day)s. The appeal counts as an appeal against the "
        "new decision (section 46 of the Administrative Procedure Act)."
    ) % {
        "number": appeal.new_decision.number,
        "day": formatted(timezone.localdate(appeal.new_decision.at), "j F Y"),
    }


def _facts(actor: Actor, appeal: Appeal, party: Party, language: str) -> dict[str, str]:
    user = User.objects.filter(pk=actor.user_id).first() if actor.user_id else None
    (served,) = with_service([appeal.letter], party.sector)
    with override(language):
        served_on = formatted(served.served_on, "j F Y") if served.served_on else gettext("not known")
        if not served.served_on and represents_public(party.sector):
            served_on = gettext(
                "the time counts from the date of the decision (section 44 of the Administrative Procedure Act)"
            )
        return {
            "organisation": party.name,
            "organisation_number": party.organisation_number or "–",
            "appellant": appeal.appellant,
            "decision": appeal.letter.title,
            "decision_number": appeal.letter.number,
            "decided": formatted(timezone.localdate(appeal.letter.at), "j F Y"),
            "served": served_on,
            "arrived": formatted(appeal.received_on, "j F Y"),
            "last_day": formatted(appeal.last_day, "j F Y") if appeal.last_day else gettext("not known"),
            "decider": signature_of(user, language) if user else sender(),
            "number": appeal.case_file.number,
            "sender": sender(),
            "sender_address": sender_and_address(),
        }


def _contents(
    kind: str, appeal: Appeal, address: Sequence[str], facts: dict[str, dict[str, str]], party: Party
) -> Contents:
    return Contents(
        kind,
        appeal.case_file.number,
        sender(),
        list(address),
        facts,
        {language: [each["decider"]] for language, each in facts.items()},
        translated=kind != "letter_appeal_forwarded" and party.language != "sv",
        registry_number=appeal.case_file.registry_number,
    )


def _about(appeal: Appeal) -> Target:
    return Target(appeal.case_file.thing_kind, appeal.case_file.thing_id, title=appeal.case_file.party)
