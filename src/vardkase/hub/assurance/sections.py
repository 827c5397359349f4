"""The sections of the PDF about this very hub."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from vardkase.audit.actions import find_action
from vardkase.hub.assurance.comparison import DefaultState, compared
from vardkase.hub.assurance.evidence import Finding, HubEvidence, environment
from vardkase.hub.assurance.typeset_parts import Part, Section, part, section
from vardkase.hub.audit_log.oversight import DAYS
from vardkase.hub.instance.findings import worded
from vardkase.hub.instance.health import HealthState
from vardkase.hub.instance.starts import DAYS as STARTS_DAYS
from vardkase.identity.accounts.staff import BY_NAME, StaffRole

MOST_USES = 12
"""Kinds of actions that are listed for an account; the JSON has all."""
HEALTH = {
    HealthState.OK: _("In order"),
    HealthState.WARN: _("Look at it"),
    HealthState.BAD: _("To be done now"),
}
COMPARED = {
    DefaultState.SAFE: _("As it should be"),
    DefaultState.DEVIATES: _("Deviates"),
    DefaultState.NOT_VERIFIED: _("Not verified yet"),
    DefaultState.NOT_APPLICABLE: _("Does not apply"),
}
DUTIES = {
    StaffRole.MEMBERSHIP_OFFICER: _("Membership officer"),
    StaffRole.LEGAL_OFFICER: _("Legal officer"),
    StaffRole.ANALYST: _("Analyst"),
    StaffRole.OPERATOR: _("Operator"),
    StaffRole.AUDITOR: _("Auditor"),
}


def of_this_hub(evidence: HubEvidence, language: str) -> Iterator[Section]:
    yield _configuration(evidence, language)
    yield _components(evidence)
    yield _vulnerabilities(evidence)
    yield _log(evidence)
    yield _privileged(evidence)
    yield _backups(evidence)


def _configuration(evidence: HubEvidence, language: str) -> Section:
    rows = [
        [
            each.name,
            each.safe.in_language(language),
            str(COMPARED[state]),
            each.why.in_language(language),
        ]
        for each, state in compared(evidence)
    ]
    return section(
        gettext("Configuration"),
        part(
            gettext("Compared with safe defaults"),
            columns=[gettext("Setting"), gettext("Safe"), gettext("Here"), gettext("Why it matters")],
            rows=rows,
            widths=(7, 4, 2, 5),
        ),
        _deviations(evidence),
        _starts(evidence),
        _changed(evidence),
        _environment(),
        part(
            gettext("The state of the hub"),
            columns=[gettext("Part"), gettext("State"), gettext("What was found")],
            rows=[
                [words.title, str(HEALTH[check.state]), f"{words.said} {words.advice}".strip()]
                for check in evidence.health
                for words in [worded(check)]
            ],
            widths=(3, 2, 8),
        ),
    )


def _deviations(evidence: HubEvidence) -> Part:
    rows = [[_name(each), str(each["message"]), str(each["hint"])] for each in evidence.deviations]
    return part(
        gettext("Deviations"),
        text=[] if rows else [gettext("None was found.")],
        columns=[gettext("Setting"), gettext("What is wrong"), gettext("What to do")],
        rows=rows,
        widths=(7, 5, 5),
    )


def _starts(evidence: HubEvidence) -> Part:
    said = gettext(
        "Settings from the environment are those of the command that wrote this document, and those that the web "
        "server and the worker had when they last started, as they recorded it themselves in the audit log. A setting "
        "deviates if it does so in either."
    )
    none = gettext("No process has recorded a start in the last %(days)s days.") % {"days": STARTS_DAYS}
    rows = [
        [
            each.process,
            each.machine,
            _moment(each.at),
            ", ".join(id.removeprefix("vardkase.") for id in each.unsafe) or gettext("None"),
        ]
        for each in evidence.starts
    ]
    return part(
        gettext("Starts of the hub’s processes"),
        text=[said] if rows else [said, none],
        columns=[gettext("Process"), gettext("Machine"), gettext("Started"), gettext("Unsafe settings")],
        rows=rows,
        widths=(2, 4, 3, 8),
    )


def _changed(evidence: HubEvidence) -> Part:
    rows = [
        [setting.name, value, str(setting.default) or "–", str(setting.description)]
        for setting, value in evidence.changed_settings
    ]
    return part(
        gettext("Settings stored in the database that differ from how the hub is delivered"),
        text=[] if rows else [gettext("None.")],
        columns=[
            gettext("Setting"),
            gettext("Here"),
            pgettext("setting", "As delivered"),
            gettext("Meaning"),
        ],
        rows=rows,
        widths=(6, 3, 2, 5),
    )


def _environment() -> Part:
    rows = [[name, value] for name, value in environment().items()]
    return part(
        gettext("Environment of the command that wrote this document"),
        text=[] if rows else [gettext("None.")],
        columns=[pgettext("noun", "Variable"), gettext("Here")],
        rows=rows,
        widths=(1, 1),
    )


def _components(evidence: HubEvidence) -> Section:
    kinds = (("pypi", gettext("Python")), ("npm", gettext("npm (front end)")), ("deb", gettext("Debian")))
    rows = []
    for kind, title in kinds:
        found = [each for each in evidence.packages if each.ecosystem == kind]
        unstated = sum(not each.license for each in found)
        rows.append([title, _number(len(found)), "–" if kind == "deb" else _number(unstated)])
    said = gettext(
        "The bill of materials (bom.cdx.json, CycloneDX 1.6) lists every package with its version, and the licences "
        "that Python and npm packages state. Debian packages are those of the machine or container in which this "
        "was written. What packages contain, such as the embedded PostgreSQL and OpenSSL, is not listed by itself."
    )
    columns = [gettext("Kind"), gettext("Number"), gettext("Without a stated licence")]
    return section(
        gettext("Software components"), part(columns=columns, rows=rows, widths=(3, 2, 3)), text=[said]
    )


def _vulnerabilities(evidence: HubEvidence) -> Section:
    known = evidence.advisories
    if not known.source:
        said = gettext(
            "Not checked: no source of advisories was named (--advisories). Nothing is known of vulnerabilities."
        )
    elif not known.checked:
        said = gettext(
            "Not checked: %(source)s did not answer as expected (%(fault)s). Nothing is known of vulnerabilities."
        ) % {"source": known.source, "fault": known.fault}
    elif not known.found:
        said = gettext("%(source)s was asked for %(count)s packages, and knows no vulnerability of them.") % {
            "source": known.source,
            "count": _number(known.count),
        }
    else:
        said = gettext("%(source)s was asked for %(count)s packages, and knows these vulnerabilities.") % {
            "source": known.source,
            "count": _number(known.count),
        }
    rows = [[url, ", ".join(ids)] for url, ids in known.found.items()]
    table = part(columns=[gettext("Package"), gettext("Advisories")], rows=rows, widths=(1, 1))
    left_out = gettext(
        "Not covered: Debian packages (%(count)s), whose distributor publishes what is vulnerable, and what Python "
        "packages contain, such as the embedded PostgreSQL and OpenSSL."
    ) % {"count": _number(sum(each.ecosystem == "deb" for each in evidence.packages))}
    return section(gettext("Known vulnerabilities"), table, text=[said, left_out])


def _log(evidence: HubEvidence) -> Section:
    log = evidence.log
    said = gettext(
        "%(links)s entries were verified; signed checkpoints cover them up to position %(covered)s."
    ) % {
        "links": _number(log.links),
        "covered": _number(log.covered),
    }
    if not log.intact:
        verdict = gettext("The audit log is not intact.")
    elif log.proved:
        verdict = gettext("The audit log is intact.")
    else:
        verdict = gettext("No break was found in the audit log, but nothing signed proves it. %(why)s") % {
            "why": log.not_proved()
        }
    if evidence.outside:
        compared_with = ngettext(
            "It was compared with %(count)s checkpoint kept outside the hub.",
            "It was compared with %(count)s checkpoints kept outside the hub.",
            evidence.outside,
        ) % {"count": _number(evidence.outside)}
    else:
        compared_with = gettext(
            "It was not compared with checkpoints kept outside the hub (--checkpoints): whoever has the hub’s key "
            "could have written another log, or restored an older one, and it would look the same."
        )
    rows = [[str(each)] for each in (*log.findings, *log.backdated)]
    return section(
        gettext("Audit log"),
        part(columns=[gettext("Findings")], rows=rows, widths=(1,)),
        text=[verdict, said, compared_with],
    )


def _privileged(evidence: HubEvidence) -> Section:
    oversight = evidence.oversight
    accounts = [
        [
            f"{each.email} ({each.organisation})",
            ", ".join([*(str(DUTIES[BY_NAME[duty]]) for duty in each.duties if duty in BY_NAME), each.role]),
            str(each.keys),
            _moment(each.last),
            _used(evidence.uses.get(each.user_id, [])),
        ]
        for each in oversight.privileged
    ]
    columns = [
        gettext("Account"),
        gettext("Duties and role"),
        gettext("Keys"),
        gettext("Last action"),
        pgettext("noun", "Use"),
    ]
    counted = [gettext("Action"), gettext("Times"), gettext("Last")]
    return section(
        gettext("Privileged accounts and their use"),
        part(columns=columns, rows=accounts, widths=(7, 3, 2, 2, 6)),
        part(
            gettext("Changes of rights"),
            columns=counted,
            rows=[
                [_action(each.action), _number(each.count), _moment(each.last)] for each in oversight.rights
            ],
            widths=(6, 1, 2),
        ),
        part(
            gettext("At the console"),
            columns=counted,
            rows=[
                [_action(each.action), _number(each.count), _moment(each.last)] for each in oversight.console
            ],
            widths=(6, 1, 2),
        ),
        text=[
            gettext(
                "Accounts with a duty at the hub or a role that administers it, and what they did in the last "
                "%(days)s days."
            )
            % {"days": DAYS}
        ],
    )


def _used(uses: list[tuple[str, int]]) -> str:
    told = [f"{_action(action)} ({_number(count)})" for action, count in uses[:MOST_USES]]
    if len(uses) > MOST_USES:
        told.append(gettext("and %(number)s more") % {"number": len(uses) - MOST_USES})
    return "; ".join(told) or "–"


def _action(stored: str) -> str:
    known = find_action(stored)
    return str(known.text) if known else stored


def _backups(evidence: HubEvidence) -> Section:
    known = evidence.backups
    if known.last is None:
        return section(gettext("Backups"), text=[gettext("There is no backup yet.")])
    verified = known.last_verified.verified_at if known.last_verified else None
    return section(
        gettext("Backups"),
        text=[
            gettext("The last backup ended %(moment)s.") % {"moment": _moment(known.last.ended)},
            gettext("The last that was restored on trial without a difference was so %(moment)s.")
            % {"moment": _moment(verified)}
            if verified
            else gettext("None has been restored on trial."),
        ],
    )


def _name(finding: Finding) -> str:
    return str(finding["id"]).removeprefix("vardkase.")


def _moment(moment: datetime | None) -> str:
    return date_format(localtime(moment), "Y-m-d H:i") if moment else "–"


def _number(number: int) -> str:
    return number_format(number, 0, force_grouping=True)
