"""Findings as messages for users and the API."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext, ngettext

from vardkase.hub.guard.detectors import tlp_label
from vardkase.hub.guard.findings import Detector, FindingPlace, GuardFinding, Severity


def in_words(findings: Sequence[GuardFinding]) -> str:
    said = list(map(_sentence, findings))
    if any(finding.stops and finding.is_marking for finding in findings):
        said.insert(0, _not_allowed())
    if any(finding.detector is Detector.TLP for finding in findings):
        said.append(
            gettext(
                "Choose a narrower distribution, such as your organisation only or a sharing group of those who"
                " may see it, or correct the label."
            )
        )
    return " ".join(dict.fromkeys(said))  # each sentence once, in order


def sentence(finding: GuardFinding) -> str:
    """One finding, understood by itself."""
    if finding.stops and finding.is_marking:
        return f"{_not_allowed()} {_sentence(finding)}"
    return _sentence(finding)


def _not_allowed() -> str:
    return gettext("Security-classified information is not allowed on the hub.")


def _sentence(finding: GuardFinding) -> str:
    texts = {"where": where(finding), "text": finding.text, "n": finding.count}
    if finding.detector is Detector.UNREAD_FILES:
        return (
            ngettext(
                "%(n)s file could not be examined: %(text)s",
                "%(n)s files could not be examined: %(text)s",
                finding.count,
            )
            % texts
        )
    if finding.severity is Severity.NOTES:
        return (
            gettext(
                "A marking in %(where)s does not stop publication, but check that the information may be "
                "shared: “%(text)s”."
            )
            % texts
        )
    if finding.is_marking:
        return gettext("A marking was found in %(where)s: “%(text)s”.") % texts
    sentences = {
        "red": gettext("%(what)s is only for named recipients."),
        "amber+strict": gettext("%(what)s is only for the recipients’ own organisations."),
        "amber": gettext("%(what)s is only for the recipients’ own organisations and their clients."),
    }
    return sentences[tlp_label(finding.text) or "red"] % {"what": _labelled(finding)}


def _labelled(finding: GuardFinding) -> str:
    name = finding.text
    label = name.upper() if name.lower().startswith("tlp:") else name
    if finding.place is FindingPlace.TAG and not finding.id:
        return label
    return gettext("%(text)s on %(where)s") % {"text": label, "where": where(finding)}


def where(finding: GuardFinding) -> str:
    match finding.place:
        case FindingPlace.TITLE:
            return gettext("the title")
        case FindingPlace.TAG:
            return gettext("the tags of the event") if not finding.id else gettext("a tag")
        case FindingPlace.ATTRIBUTE:
            return gettext("an attribute (ID %(id)s)") % {"id": finding.id}
        case FindingPlace.OBJECT:
            return gettext("an object (ID %(id)s)") % {"id": finding.id}
        case FindingPlace.REPORT:
            return gettext("a report (ID %(id)s)") % {"id": finding.id}
        case FindingPlace.FILE:
            return gettext("the file of an attribute (ID %(id)s)") % {"id": finding.id}
        case FindingPlace.TEXT:
            return gettext("the text")
