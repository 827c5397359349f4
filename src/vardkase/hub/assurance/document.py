"""The evidence as PDF, in either language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, override, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from vardkase.core.errors import NotFound
from vardkase.core.mail.kinds import LANGUAGES
from vardkase.core.mail.settings import SENDER_NAME
from vardkase.core.typeset import pdf, records
from vardkase.hub.assurance.evidence import HubEvidence, to_be_done
from vardkase.hub.assurance.residue import counts, open_requirements
from vardkase.hub.assurance.sections import of_this_hub
from vardkase.hub.assurance.tables import (
    ASVS_LEVEL,
    ASVS_VERSION,
    Chapter,
    Mapped,
    State,
    chapters,
    exercises,
    mapping,
    risks,
)
from vardkase.hub.assurance.typeset_parts import Part, Section, part, section
from vardkase.hub.instance.findings import worded
from vardkase.hub.instance.health import HealthState
from vardkase.hub.signatures.signing import signed

TEMPLATE = Path(__file__).with_name("report.typ")
STATES = {
    State.MET: _("Met"),
    State.PARTLY: _("Partly met"),
    State.NOT_MET: _("Not met"),
    State.NOT_APPLICABLE: _("Does not apply"),
    State.NOT_ASSESSED: _("Not assessed yet"),
}
KINDS = {
    "chaos": _("Faults under load"),
    "failover": _("Failover"),
    "restore": pgettext_lazy("noun", "Restore"),
    "penetration": _("Penetration test"),
}


def report_pdf(evidence: HubEvidence, language: str) -> bytes:
    """Raises NotFound for another language than "sv" and "en"."""
    if language not in LANGUAGES:
        raise NotFound
    with override(language):
        data = {
            "title": gettext("Evidence of security"),
            "sender": SENDER_NAME.value or "Vårdkase",
            "meta": [
                [gettext("Version"), evidence.product],
                [gettext("Written"), date_format(localtime(evidence.at), "j F Y H:i")],
            ],
            "intro": gettext(
                "This document is for auditors and others who examine the hub %(hub)s (%(address)s). It contains "
                "nothing that members share. The same facts are in assurance.json, and the components in bom.cdx.json. "
                "How requirements are met is the developers’ own assessment. Tests are named so that it can be "
                "examined; they are in the source code, not in the installed package."
            )
            % {"hub": evidence.hub, "address": evidence.address or "–"},
            "sections": [
                _summary(),
                _residual(evidence, language),
                *of_this_hub(evidence, language),
                _exercises(language),
                _asvs(language),
                _mapping(gettext("ISO/IEC 27001:2022, Annex A"), "iso27001", language),
                _mapping(gettext("Article 21 of the NIS2 directive (EU) 2022/2555"), "nis2", language),
            ],
        }
    return signed(pdf(TEMPLATE, data, language=language, pool=records))


def _summary() -> Section:
    rows = [[str(STATES[state]), _number(count)] for state, count in counts().items()]
    text = gettext(
        "OWASP ASVS %(version)s, level %(level)s: every requirement of levels 1 and 2, and some of level 3. The others "
        "of level 3 have not been assessed. The requirements are paraphrased; the wording of the standard applies."
    )
    return section(
        gettext("Requirements in numbers"),
        part(columns=[gettext("State"), gettext("Requirements")], rows=rows, widths=(1, 1)),
        text=[text % {"version": ASVS_VERSION, "level": ASVS_LEVEL}],
    )


def _exercises(language: str) -> Section:
    rows = [
        [
            date_format(each.day, "j F Y"),
            f"{KINDS[each.kind]}: {each.title.in_language(language)}",
            each.result.in_language(language),
            each.limits.in_language(language),
        ]
        for each in sorted(exercises(), key=lambda each: each.day, reverse=True)
    ]
    columns = [gettext("Day"), gettext("What"), gettext("Result"), gettext("What it does not show")]
    return section(gettext("Exercises and tests"), part(columns=columns, rows=rows, widths=(2, 4, 5, 4)))


def _residual(evidence: HubEvidence, language: str) -> Section:
    known = [
        [getattr(each, name).in_language(language) for name in ("title", "why", "treatment")]
        for each in risks()
    ]
    unmet = [
        [
            f"{', '.join(each.ids)} {each.asks.in_language(language)}",
            str(STATES[each.state]),
            each.how.in_language(language),
        ]
        for _chapter, each in open_requirements()
    ]
    deviating = [
        [str(each["id"]).removeprefix("vardkase."), str(each["message"])] for each in evidence.deviations
    ]
    deviating += [["–", each] for each in to_be_done()]
    deviating += [
        [words.title, words.said]
        for check in evidence.health
        if check.state is not HealthState.OK and check.name != "settings"
        for words in [worded(check)]
    ]
    return section(
        gettext("Residual risks"),
        part(
            gettext("Known limits"),
            columns=[gettext("Risk"), gettext("Why it remains"), gettext("What is done about it")],
            rows=known,
            widths=(3, 5, 5),
        ),
        part(
            gettext("Requirements that are not fully met"),
            columns=[gettext("Requirement"), gettext("State"), gettext("What is missing")],
            rows=unmet,
            widths=(4, 2, 7),
        ),
        part(
            gettext("Deviations on this hub"),
            text=[] if deviating else [gettext("None was found.")],
            columns=[gettext("Setting"), gettext("What")],
            rows=deviating,
            widths=(5, 7),
        ),
    )


def _asvs(language: str) -> Section:
    return section(
        gettext("OWASP ASVS %(version)s") % {"version": ASVS_VERSION},
        *(_chapter(each, language) for each in chapters()),
    )


def _chapter(chapter: Chapter, language: str) -> Part:
    rows = [
        [
            f"{', '.join(each.ids)} (L{each.level})",
            each.asks.in_language(language),
            str(STATES[each.state]),
            " ".join([each.how.in_language(language), *_tests(each.tests)]),
        ]
        for each in chapter.requirements
    ]
    return part(
        f"{chapter.id} {chapter.title.in_language(language)}",
        columns=[
            gettext("Requirement"),
            gettext("What it asks"),
            gettext("State"),
            gettext("How, and the test"),
        ],
        rows=rows,
        widths=(2, 4, 2, 7),
    )


def _mapping(heading: str, name: str, language: str) -> Section:
    return section(
        heading, part(columns=_columns(), rows=list(_controls(mapping(name), language)), widths=(4, 6, 4))
    )


def _columns() -> list[str]:
    return [gettext("Control"), gettext("What the software does"), gettext("What the hub owner does")]


def _controls(controls: Sequence[Mapped], language: str) -> Iterator[list[str]]:
    for each in controls:
        told = [each.how.in_language(language), *each.documents, *_tests(each.tests)]
        yield [
            f"{each.id} {each.title.in_language(language)}",
            " ".join(told),
            each.by_owner.in_language(language) or "–",
        ]


def _tests(tests: Sequence[str]) -> list[str]:
    return [f"[{test}]" for test in tests]


def _number(number: int) -> str:
    return number_format(number, 0, force_grouping=True)
