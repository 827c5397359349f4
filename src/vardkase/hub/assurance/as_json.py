"""The evidence as one JSON document, signed with the audit log's key.

Texts of the hub are in English, those of the tables in both languages.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import override

from vardkase.audit.chain.keys import current_key, sign
from vardkase.core.problems import wire
from vardkase.hub.assurance.advisories import Advisories
from vardkase.hub.assurance.comparison import DefaultState, compared
from vardkase.hub.assurance.evidence import HubEvidence, environment, to_be_done
from vardkase.hub.assurance.residue import counts, open_requirements
from vardkase.hub.assurance.tables import (
    ASVS_LEVEL,
    ASVS_VERSION,
    Mapped,
    Requirement,
    Words,
    chapters,
    exercises,
    mapping,
    questions,
    risks,
)
from vardkase.hub.instance.findings import worded

FORMAT = "vardkase-assurance/1"
BILL = "bom.cdx.json"


def document(evidence: HubEvidence, files: Mapping[str, bytes]) -> dict[str, Any]:
    """`files`: what is written beside it, the bill of materials and the PDFs, which are named by their digests."""
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    with override("en"):
        made: dict[str, Any] = {
            "format": FORMAT,
            "product": {"name": "vardkase", "version": evidence.product, "source": evidence.source},
            "files": digests,
            "hub": {"uuid": evidence.hub, "address": evidence.address},
            "at": evidence.at.isoformat(timespec="seconds"),
            "configuration": _configuration(evidence),
            "components": _components(evidence, digests[BILL]),
            "vulnerabilities": _vulnerabilities(evidence.advisories),
            "asvs": _asvs(),
            "iso27001": [_mapped(each) for each in mapping("iso27001")],
            "nis2": [_mapped(each) for each in mapping("nis2")],
            "audit_log": _log(evidence),
            "privileged": _privileged(evidence),
            "backups": _backups(evidence),
            "exercises": [
                {
                    "kind": each.kind,
                    "date": each.day.isoformat(),
                    "title": _both(each.title),
                    "result": _both(each.result),
                    "limits": _both(each.limits),
                    "tests": each.tests,
                    "document": each.document,
                }
                for each in exercises()
            ],
            "residual_risks": _risks(evidence),
            "not_answered": [_both(each) for each in questions()],
        }
    return _signed(made)


def _signed(made: dict[str, Any]) -> dict[str, Any]:
    text = json.dumps(made, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    signature = sign({"assurance": hashlib.sha256(text.encode()).hexdigest()})
    return {
        **made,
        "signature": {
            "key": signature.key,
            "public_key": current_key().public_key,
            "signature": signature.signature,
        },
    }


def _configuration(evidence: HubEvidence) -> dict[str, Any]:
    return {
        "safe_defaults": [
            {
                "name": each.name,
                "safe": _both(each.safe),
                "why": _both(each.why),
                "state": state.value,
                "deviates": state is DefaultState.DEVIATES,
            }
            for each, state in compared(evidence)
        ],
        "deviations": wire(evidence.deviations),
        "starts": [
            {
                "process": each.process,
                "machine": each.machine,
                "at": each.at.isoformat(timespec="seconds"),
                "unsafe": each.unsafe,
            }
            for each in evidence.starts
        ],
        "changed_settings": [
            {"name": setting.name, "value": value, "default": setting.default}
            for setting, value in evidence.changed_settings
        ],
        "environment": environment(),
        "to_be_done": to_be_done(),
        "health": [
            {"name": check.name, "state": check.state.value, "said": words.said, "advice": words.advice}
            for check in evidence.health
            for words in [worded(check)]
        ],
    }


def _components(evidence: HubEvidence, digest: str) -> dict[str, Any]:
    return {
        "file": BILL,
        "sha256": digest,
        **{
            kind: sum(each.ecosystem == kind for each in evidence.packages) for kind in ("pypi", "npm", "deb")
        },
        "without_license": [
            str(each.url) for each in evidence.packages if each.ecosystem != "deb" and not each.license
        ],
    }


def _vulnerabilities(found: Advisories) -> dict[str, Any]:
    return {
        "checked": found.checked,
        "source": found.source,
        "fault": wire(found.fault),
        "packages": found.count,
        "found": found.found,
        "not_covered": ["deb", "libraries and programs inside Python packages"],
    }


def _asvs() -> dict[str, Any]:
    return {
        "version": ASVS_VERSION,
        "level": ASVS_LEVEL,
        "counts": {state.value: sum(each.values()) for state, each in counts().items()},
        "counts_by_level": {state.value: each for state, each in counts().items()},
        "chapters": [
            {
                "id": chapter.id,
                "title": _both(chapter.title),
                "requirements": [
                    row for requirement in chapter.requirements for row in _requirement(requirement)
                ],
            }
            for chapter in chapters()
        ],
    }


def _requirement(requirement: Requirement) -> Iterable[dict[str, Any]]:
    for id in requirement.ids:
        yield {
            "id": id,
            "level": requirement.level,
            "state": requirement.state.value,
            "asks": _both(requirement.asks),
            "how": _both(requirement.how),
            "tests": requirement.tests,
        }


def _mapped(control: Mapped) -> dict[str, Any]:
    return {
        "id": control.id,
        "title": _both(control.title),
        "how": _both(control.how),
        "owner": _both(control.by_owner),
        "tests": control.tests,
        "documents": control.documents,
    }


def _log(evidence: HubEvidence) -> dict[str, Any]:
    log = evidence.log
    return {
        "intact": log.intact,
        "proved": log.proved,
        "entries": log.links,
        "positions": [log.first, log.last],
        "covered": log.covered,
        "checkpoints": log.checkpoints,
        "checkpoints_outside": evidence.outside,
        "digest": log.digest,
        "findings": [each.wire for each in log.findings],
        "backdated": [each.wire for each in log.backdated],
    }


def _privileged(evidence: HubEvidence) -> dict[str, Any]:
    oversight = evidence.oversight
    return {
        "accounts": [
            {
                "account": each.email,
                "organisation": each.organisation,
                "role": each.role,
                "duties": each.duties,
                "permissions": each.permissions,
                "keys": each.keys,
                "last": each.last and each.last.isoformat(timespec="seconds"),
                "actions": dict(evidence.uses.get(each.user_id, ())),
            }
            for each in oversight.privileged
        ],
        "changes_of_rights": {each.action: each.count for each in oversight.rights},
        "at_the_console": {each.action: each.count for each in oversight.console},
        "unusual_reads": [
            {"rule": each.rule, "who": each.who, "day": each.day.isoformat(), "count": each.count}
            for each in oversight.reads
        ],
    }


def _backups(evidence: HubEvidence) -> dict[str, Any]:
    known = evidence.backups
    last, verified = known.last, known.last_verified
    return {
        "configured": known.is_configured,
        "recipients": known.recipients,
        "last": last and last.ended.isoformat(timespec="seconds"),
        "restored_on_trial": verified
        and verified.verified_at
        and verified.verified_at.isoformat(timespec="seconds"),
    }


def _risks(evidence: HubEvidence) -> dict[str, Any]:
    return {
        "known": [
            {
                "id": each.id,
                "title": _both(each.title),
                "why": _both(each.why),
                "treatment": _both(each.treatment),
            }
            for each in risks()
        ],
        "open_requirements": [id for _chapter, requirement in open_requirements() for id in requirement.ids],
        "deviations": [str(each["id"]) for each in evidence.deviations],
    }


def _both(words: Words) -> Mapping[str, str]:
    return {"sv": words.sv, "en": words.en}
