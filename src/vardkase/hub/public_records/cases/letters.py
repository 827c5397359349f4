"""The letters of a case, in the name of the authority that decides: PDF for the file of the case."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, ngettext, override

from vardkase.core.errors import Conflict
from vardkase.hub.case_files.appeals.letters import changed, timeliness
from vardkase.hub.case_files.appeals.models import Appeal
from vardkase.hub.case_files.queries import documents_of
from vardkase.hub.correspondence.letters.signatures import signature_of
from vardkase.hub.correspondence.letters.wording import appeal_period
from vardkase.hub.correspondence.letters.writing import Contents, typeset_for_file
from vardkase.hub.law.kinds import HarmTest, SecrecyGround
from vardkase.hub.law.queries import provisions as cited
from vardkase.hub.membership.members.models import Membership
from vardkase.hub.membership.sectors import Sector
from vardkase.hub.public_records.cases.filing import file_of
from vardkase.hub.public_records.cases.models import (
    Assessed,
    CaseOutcome,
    ItemAssessment,
    RecordsAnswer,
    RecordsAnswerKind,
    RecordsCase,
    Requester,
)
from vardkase.hub.public_records.cases.problems import RecordsProblem
from vardkase.hub.public_records.cases.services.assessing import grounds
from vardkase.hub.public_records.officers.models import RecordsOffice
from vardkase.hub.public_records.officers.queries import missing_details, name_in_letters, office_of
from vardkase.identity.access.actor import Actor
from vardkase.identity.accounts.models import User
from vardkase.identity.organisations.settings import host_organisation_id

DECISIONS = (RecordsAnswerKind.DECISION, RecordsAnswerKind.DISMISSAL)
"""What is served, and can be appealed."""
SECTIONS = frozenset({"records_appeal", "records_appeal_government"})


@dataclass(frozen=True, slots=True)
class Given:
    """What an officer gives for an answer: `on_paper` copies cost the authority's fee."""

    kind: str
    outcome: str
    reasons: str
    presented_by: str
    pages: int
    fee: int


def goes_to_government(case: RecordsCase) -> bool:
    """Whether a refusal is appealed to the Government: a state authority's, by a state authority (OSL 6:8)."""
    if case.requester != Requester.STATE:
        return False
    member = Membership.objects.filter(organisation=case.authority_id, sector=Sector.STATE_AUTHORITY)
    # The hub owner is one (hub.md section 1), and no member of its own hub.
    return case.authority_id == host_organisation_id() or member.exists()


def is_appealable(outcome: str, *, has_conditions: bool) -> bool:
    """A refusal or a condition is (TF 2:19, OSL 6:7); that there is no such record, too: it refuses the request."""
    return outcome != CaseOutcome.RELEASED or has_conditions


def can_be_appealed(answer: RecordsAnswer) -> bool:
    if answer.kind == RecordsAnswerKind.DISMISSAL:
        return True
    has_conditions = any(one.get("condition") for one in answer.assessments.values())
    return answer.kind == RecordsAnswerKind.DECISION and is_appealable(
        answer.outcome, has_conditions=has_conditions
    )


def require_office(case: RecordsCase, *, appealable: bool) -> RecordsOffice:
    """What the authority's letters state. Raises Conflict if something that this letter needs is missing."""
    with_court = appealable and not goes_to_government(case)
    if missing := missing_details(case.authority_id, with_court=with_court):
        raise Conflict(RecordsProblem.OFFICE_INCOMPLETE(names=missing))
    return office_of(case.authority_id)


def answer_letter(
    actor: Actor, case: RecordsCase, given: Given, assessments: Sequence[ItemAssessment]
) -> bytes:
    """Raises Conflict if the office lacks what the letter states."""
    is_decision = given.kind == RecordsAnswerKind.DECISION
    conditions = list(dict.fromkeys(one.condition for one in assessments if one.condition))
    appealable = is_decision and is_appealable(given.outcome, has_conditions=bool(conditions))
    office = require_office(case, appealable=appealable)

    def facts() -> dict[str, str]:
        return {
            **_common(actor, case, office),
            "outcome": outcome_in_letter(case, given.outcome, is_decision=is_decision),
            "withheld": "\n".join(withheld_lines(assessments)),
            "reasons": given.reasons,
            "right": _right(given.outcome, bool(conditions)),
            "conditions": "\n".join(conditions),
            **_fee(given, conditions),
            "legal_basis": "\n".join(_legal_basis(case, given.outcome, assessments, bool(conditions))),
            "presenter": _presenter(given.presented_by),
        }

    kind = "letter_records_decision" if is_decision else "letter_records_answer"
    return _typeset(case, office, kind, facts, without=_without(case, appealable=appealable))


def referral_letter(actor: Actor, case: RecordsCase, other: str, reasons: str) -> bytes:
    office = require_office(case, appealable=False)
    return _typeset(
        case,
        office,
        "letter_records_referral",
        lambda: {**_common(actor, case, office), "other": other, "reasons": reasons},
    )


def forwarding_letter(actor: Actor, appeal: Appeal) -> bytes:
    answer = _appealed(appeal)
    case = answer.case
    office = require_office(case, appealable=False)

    def facts() -> dict[str, str]:
        listed = "\n".join(f"{one.number}. {one.title}" for one in documents_of(appeal.case_file))
        return {
            **_common(actor, case, office),
            **_of_appeal(appeal, answer, appeal.court),
            "reasons": appeal.reviewed,
            "stay": gettext("Yes") if appeal.asks_for_stay else gettext("No"),
            "documents": listed,
            "changed": changed(appeal),
            "timeliness": timeliness(appeal),
        }

    return _typeset(case, office, "letter_records_forwarded", facts, address=[appeal.court])


def late_letter(actor: Actor, appeal: Appeal, receiver: str) -> bytes:
    answer = _appealed(appeal)
    case = answer.case
    office = require_office(case, appealable=True)

    def facts() -> dict[str, str]:
        return {
            **_common(actor, case, office),
            **_of_appeal(appeal, answer, receiver),
            "reasons": appeal.exception_note,
        }

    return _typeset(case, office, "letter_records_late", facts, without=_without(case, appealable=True))


def anonymous() -> str:
    """Who an unnamed requester is on the file."""
    with override("sv"):
        return gettext("Anonymous requester")


def withheld_lines(assessments: Iterable[ItemAssessment]) -> list[str]:
    """What is not released, a line for each ground and harm, in the active language; without the information itself."""
    known = grounds()
    counts: dict[tuple[tuple[str, ...], str], int] = {}
    for one in assessments:
        if one.outcome != Assessed.RELEASE:
            key = (tuple(one.grounds), one.harm)
            counts[key] = counts.get(key, 0) + (len(one.masks) or 1)
    lines = []
    for (keys, harm), count in counts.items():
        found = [known[key] for key in keys if key in known]
        what = ngettext("%(n)s piece of information", "%(n)s pieces of information", count) % {"n": count}
        why = " ".join(harm.split())
        lines += [" ".join(filter(None, (f"{what} ({one.title}).", _test(one), why))) for one in found]
        if not found:
            lines.append(f"{what} ({', '.join(keys)}). {why}")
    return lines


def _test(ground: SecrecyGround) -> str:
    """What the section asks for, as a sentence; empty where only the officer can say it."""
    named = HARM_TESTS.get(ground.harm_test)
    return ground.test or (named() if named else "")


def _common(actor: Actor, case: RecordsCase, office: RecordsOffice) -> dict[str, str]:
    user = User.objects.filter(pk=actor.user_id).first() if actor.user_id else None
    authority = name_in_letters(case.authority)
    return {
        "number": case.number,
        "authority": authority,
        "authority_address": ", ".join(filter(None, (authority, office.address, office.email))),
        "asked_on": _day(timezone.localdate(case.asked_at)),
        "contact": ", ".join(filter(None, (authority, office.email, office.phone))),
        "decider": _signature(user, actor),
        "court": office.court,
        "period": appeal_period(is_public=case.requester == Requester.STATE),
    }


def _signature(user: User | None, actor: Actor) -> str:
    return signature_of(user, get_language() or "sv") if user else actor.name


def _appealed(appeal: Appeal) -> RecordsAnswer:
    return RecordsAnswer.objects.select_related("case__authority").get(letter=appeal.decision)


def _of_appeal(appeal: Appeal, answer: RecordsAnswer, to: str) -> dict[str, str]:
    served = answer.served_on
    is_dismissal = answer.kind == RecordsAnswerKind.DISMISSAL
    return {
        "appellant": gettext("The requester") if appeal.appellant == anonymous() else appeal.appellant,
        "receiver": to,
        "decision": gettext("to dismiss an appeal")
        if is_dismissal
        else gettext("on the release of public records"),
        "decided_on": _day(timezone.localdate(answer.at)),
        "served": gettext("The decision was served on %(day)s.") % {"day": _day(served)} if served else "",
        "arrived_on": _day(appeal.received_on),
        "last_day": _day(appeal.last_day) if appeal.last_day else gettext("not known"),
    }


def _day(day: date) -> str:
    return date_format(day, "j F Y")


def outcome_in_letter(case: RecordsCase, outcome: str, *, is_decision: bool) -> str:
    """What the authority does; a decision says that a request is refused, in whole or in part."""
    if is_decision and (words := DECIDED.get(CaseOutcome(outcome))):
        return words() % {"authority": name_in_letters(case.authority)}
    return OUTCOMES[CaseOutcome(outcome)]()


def _right(outcome: str, has_conditions: bool) -> str:
    if not is_appealable(outcome, has_conditions=has_conditions):
        return ""
    return gettext(
        "You have the right to have the request examined by the authority and to receive a written decision, which "
        "is required in order to appeal (Chapter 6, Section 3 of the Public Access to Information and Secrecy Act). "
        "Contact us if you want one."
    )


def _fee(given: Given, conditions: Sequence[str]) -> dict[str, str]:
    """The sentence on the fee, and the headings of the parts: none where nothing is released, or no condition made."""
    fee = ""
    if given.fee:
        fee = gettext("The fee for %(pages)s pages is SEK %(fee)s.") % {
            "pages": given.pages,
            "fee": given.fee,
        }
    elif given.outcome in (CaseOutcome.RELEASED, CaseOutcome.PARTLY):
        fee = gettext("The copies are free of charge.")
    terms = gettext("Conditions and fee") if conditions else gettext("Fee") if fee else ""
    return {"fee": fee, "fee_heading": gettext("Fee") if fee else "", "terms_heading": terms}


def _presenter(name: str) -> str:
    return gettext("%(name)s presented the case.") % {"name": name} if name else ""


def _legal_basis(
    case: RecordsCase, outcome: str, assessments: Iterable[ItemAssessment], has_conditions: bool
) -> list[str]:
    known, laws = grounds(), cited()
    keys = dict.fromkeys(key for one in assessments if one.outcome != Assessed.RELEASE for key in one.grounds)
    # An authority's request rests on OSL 6:5, others' on TF; what is not held is no record of the authority's.
    rests_on = ["osl_6_5"] if case.requester == Requester.STATE else []
    if outcome == CaseOutcome.NOT_HELD:
        rests_on.append("tf_3")
    found = [laws[key].title for key in rests_on or ["tf_16"] if key in laws]
    found += [known[key].title for key in keys if key in known]
    if has_conditions and "osl_10_14" in laws:
        found.append(laws["osl_10_14"].title)
    return found


def _without(case: RecordsCase, *, appealable: bool) -> frozenset[str]:
    if not appealable:
        return SECTIONS
    kept = "records_appeal_government" if goes_to_government(case) else "records_appeal"
    return SECTIONS - {kept}


def _typeset(
    case: RecordsCase,
    office: RecordsOffice,
    kind: str,
    facts: Callable[[], Mapping[str, str]],
    *,
    without: frozenset[str] = frozenset(),
    address: Sequence[str] = (),
) -> bytes:
    by_language = {}
    for language in ("sv", "en"):
        with override(language):
            by_language[language] = facts()
    to = address or [line for line in (case.name, *case.postal_address.splitlines()) if line.strip()]
    contents = Contents(
        kind,
        case.number,
        name_in_letters(case.authority),
        [line.strip() for line in to],
        by_language,
        {language: [each.get("decider", "")] for language, each in by_language.items()},
        translated=case.language != "sv" and not address,
        registry_number=file_of(case).registry_number,
        reached_at=", ".join(filter(None, (office.address, office.email, office.phone))),
        without=sorted(without),
    )
    return typeset_for_file(contents, is_own=case.authority_id == host_organisation_id())


DECIDED: Mapping[CaseOutcome, Callable[[], str]] = {
    CaseOutcome.PARTLY: lambda: gettext(
        "%(authority)s releases the records requested, except for the information stated below. The request is "
        "refused in that part."
    ),
    CaseOutcome.WITHHELD: lambda: gettext("%(authority)s refuses the request for access to the records."),
    CaseOutcome.NOT_HELD: lambda: gettext(
        "%(authority)s refuses the request. It holds no record of the kind requested."
    ),
}
OUTCOMES: Mapping[CaseOutcome, Callable[[], str]] = {
    CaseOutcome.RELEASED: lambda: gettext("We release the records you asked for."),
    CaseOutcome.PARTLY: lambda: gettext(
        "We release the records you asked for, but have removed some of the information. The rest is public."
    ),
    CaseOutcome.WITHHELD: lambda: gettext("We do not release the records you asked for."),
    CaseOutcome.NOT_HELD: lambda: gettext("We hold no record of the kind you asked for."),
}
HARM_TESTS: Mapping[str, Callable[[], str]] = {
    HarmTest.STRAIGHT.value: lambda: gettext("It can be assumed that disclosure would do harm."),
    HarmTest.REVERSED.value: lambda: gettext("It is not clear that disclosure would do no harm."),
}
