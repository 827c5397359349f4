"""Appeals against decisions by letter: when they are late, and the letters of dismissal and to the court."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateformat import format as formatted
from django.utils.translation import gettext, override

from vardkase.audit.services import Target
from vardkase.core.errors import NotFound
from vardkase.core.mail.facts import Facts
from vardkase.core.mail.notify import notify
from vardkase.core.mail.settings import sender
from vardkase.hub.case_files.appeals.kinds import AppealKind
from vardkase.hub.case_files.appeals.models import Appeal, LateException, number_of
from vardkase.hub.case_files.appeals.parties import Party
from vardkase.hub.case_files.models import CaseDocument, CaseFile
from vardkase.hub.case_files.problems import CaseFileProblem
from vardkase.hub.correspondence.letters.resending import attached
from vardkase.hub.correspondence.letters.service import can_be_appealed, represents_public, with_service
from vardkase.hub.correspondence.letters.signatures import signature_of
from vardkase.hub.correspondence.letters.wording import decision_facts, sender_and_address
from vardkase.hub.correspondence.letters.writing import Contents, write
from vardkase.hub.correspondence.settings import APPEAL_COURT
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.models import User
from vardkase.identity.accounts.staff import StaffRole

ABOUT_APPEALS = ("letter_appeal_dismissed", "letter_appeal_forwarded")
LANGUAGES = ("sv", "en")


class LetterAppeals(AppealKind):
    """Decisions by letter to a party, whom `party` returns by the id of what the case is about."""

    is_changed_by_hand = True

    def __init__(self, party: Callable[[int], Party | None]) -> None:
        self._party = party

    def decisions(self, case_file: CaseFile) -> list[CaseDocument]:
        return [each for each in _letters(case_file) if each.letter and can_be_appealed(each.letter)]

    def last_day(self, case_file: CaseFile, decision: CaseDocument) -> date | None:
        (served,) = with_service(
            [decision.letter] if decision.letter else [], self.party_of(case_file).sector
        )
        return served.appeal_by

    def receiver(self, case_file: CaseFile) -> str:
        return APPEAL_COURT.value

    def require_time_tester(self, actor: Actor, appeal: Appeal) -> None:
        actor.require_staff(StaffRole.LEGAL_OFFICER)

    def new_decisions(self, appeal: Appeal) -> list[CaseDocument]:
        appealed = appeal.decision.letter_id or 0
        return [
            each
            for each in _letters(appeal.case_file)
            if each.letter
            and each.letter.pk > appealed
            and each.letter.kind not in ABOUT_APPEALS
            and each.letter.corrects_id != appealed
        ]

    def dismiss(self, actor: Actor, appeal: Appeal) -> CaseDocument:
        party = self.party_of(appeal.case_file)
        facts = {
            language: _facts(actor, appeal, party, language) | decision_facts(party.sector)
            for language in LANGUAGES
        }
        contents = _contents("letter_appeal_dismissed", appeal, party.address, facts, party)
        return _sent(actor, appeal, party, contents, "appeal_dismissed")

    def hand_over(self, actor: Actor, appeal: Appeal) -> CaseDocument:
        party = self.party_of(appeal.case_file)
        facts = {}
        for language in LANGUAGES:
            with override(language):
                more = {
                    "court": appeal.court,
                    "claim": appeal.claim,
                    "reviewed": appeal.reviewed,
                    "changed": changed(appeal),
                    "timeliness": timeliness(appeal),
                    "stay": gettext("Yes") if appeal.asks_for_stay else gettext("No"),
                }
            facts[language] = _facts(actor, appeal, party, language) | more
        contents = _contents("letter_appeal_forwarded", appeal, [appeal.court], facts, party)
        return _sent(actor, appeal, party, contents, "appeal_forwarded", court=appeal.court)

    def party_of(self, case_file: CaseFile) -> Party:
        party = self._party(case_file.thing_id)
        if party is None:
            raise NotFound(CaseFileProblem.NO_PARTY())
        return party


def _letters(case_file: CaseFile) -> QuerySet[CaseDocument]:
    """Also those in earlier cases about the same thing, the newest first."""
    rows = CaseDocument.objects.filter(
        case_file__thing_kind=case_file.thing_kind,
        case_file__thing_id=case_file.thing_id,
        letter__isnull=False,
    ).select_related("letter")
    rows = rows.defer("content", "text", "letter__content")
    return rows.order_by("-letter")


def _sent(
    actor: Actor, appeal: Appeal, party: Party, contents: Contents, mail: str, **more: str
) -> CaseDocument:
    """Write the letter, which is filed by itself, and tell the party of it."""
    letter = write(actor, contents, _about(appeal))
    words: Facts = {"number": letter.number, "organisation": party.name, **more}
    notify(mail, _about(appeal), party.recipients, words, by=actor.name, attachments=[attached(letter)])
    return CaseDocument.objects.get(case_file=appeal.case_file, letter=letter)


def timeliness(appeal: Appeal) -> str:
    """What the court tests as well: in time, late but not to be dismissed, or not known to be late."""
    note = {"note": appeal.exception_note, "court": appeal.court}
    match appeal.exception:
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
    if appeal.last_day is None:
        return gettext(
            "It is not known when the decision was served. The appeal is therefore regarded as having arrived in time."
        )
    return gettext("The appeal arrived in time.")


def changed(appeal: Appeal) -> str:
    if appeal.new_decision is None:
        return ""
    day = formatted(timezone.localdate(appeal.new_decision.occurred_at), "j F Y")
    if number := number_of(appeal.new_decision):
        words = gettext(
            "We have changed the decision by a new one, %(number)s of %(day)s. The appeal counts as an appeal against "
            "the new decision (section 46 of the Administrative Procedure Act)."
        )
        return words % {"number": number, "day": day}
    words = gettext(
        "We have changed the decision by a new one of %(day)s. The appeal counts as an appeal against the new decision "
        "(section 46 of the Administrative Procedure Act)."
    )
    return words % {"day": day}


def _facts(actor: Actor, appeal: Appeal, party: Party, language: str) -> dict[str, str]:
    user = User.objects.filter(pk=actor.user_id).first() if actor.user_id else None
    decision = appeal.decision.letter
    (served,) = with_service([decision] if decision else [], party.sector)
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
            "decision": served.letter.title,
            "decision_number": served.letter.number,
            "decided": formatted(timezone.localdate(served.letter.at), "j F Y"),
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
