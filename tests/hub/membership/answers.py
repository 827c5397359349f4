"""Valid answers to the whole application form, of a municipality unless overridden."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from vardkase.hub.membership.questionnaire.fields import value_at
from vardkase.hub.membership.questionnaire.steps import BY_NAME
from vardkase.hub.membership.themes import MEASURES


def _contact(name: str, mail: str, **more: str) -> dict[str, str]:
    return {"name": name, "email": f"{mail}@skogsby.example", "phone": "0470-123 45", **more}


ANSWERS: dict[str, Any] = {
    "organisation": {
        "name": "Skogsby kommun",
        "number": "212000-0142",
        "sector": "municipality",
        "nis2": "essential",
        "county": "07",
        "street": "Storgatan 1",
        "postcode": "351 00",
        "city": "Skogsby",
        "domains": ["skogsby.example"],
    },
    "contacts": {
        "signatory": _contact("Karin Ek", "karin", role="Kommundirektör"),
        "main": _contact("Anna Alm", "anna"),
        "technical": _contact("Olle Björk", "olle"),
        "security": _contact("Säkerhetsjour", "jour"),
        "dpo": _contact("Dag Lind", "dso"),
    },
    "needs": {
        "technology": {"now": "manual", "target": "automatic"},
        "processes": {"now": "incidents", "target": "sharing"},
        "resources": {"now": "hours", "target": "days"},
        "value": ["warnings", "detection"],
        "contribution": "Vi tar emot omkring 40 anmälda nätfiskemejl i veckan.",
    },
    "security": {name: {"level": "3"} for name in MEASURES},
    "connection": {
        "method": "web",
        "reasons": "Vi börjar för hand.",
        "users": 12,
        "networks": ["192.0.2.0/24"],
    },
    "terms": {"name": "Karin Ek", "role": "Kommundirektör", "version": 1, "accepted": True},
}


def answers(**steps: dict[str, Any]) -> dict[str, Any]:
    """All steps, with overrides: ``answers(organisation={"sector": "other"})``."""
    found = deepcopy(ANSWERS)
    for step, changed in steps.items():
        found[step] |= changed
    return found


def as_sent(step: str, given: dict[str, Any]) -> dict[str, Any]:
    """The answers of one step in the form's own shape: by key, with lists as lines of text."""
    found = {key: value_at(given, key) for key, _ in BY_NAME[step].fields()}
    kinds = {key: field.kind for key, field in BY_NAME[step].fields()}
    sent = {
        key: "\n".join(value) if kinds[key] == "lines" else value for key, value in found.items() if value
    }
    return {key: "on" if value is True else value for key, value in sent.items()}


@cache
def certificate(days: int = 365) -> str:
    """A PEM certificate that expires in `days` days."""
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "misp.skogsby.example")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1000))
        .not_valid_after(now + timedelta(days=days))
        .sign(key, SHA256())
    )
    return made.public_bytes(Encoding.PEM).decode()
