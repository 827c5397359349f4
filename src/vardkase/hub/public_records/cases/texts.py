"""Reads the texts that people give: bounded, without NUL characters."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from vardkase.core.errors import Invalid
from vardkase.hub.public_records.cases.problems import RecordsProblem

LONGEST_REQUEST = 10_000
LONGEST = 5_000
LONGEST_NAME = 200


def text_of(value: Any, field: str, *, most: int = LONGEST, required: bool = True) -> str:
    """Raises Invalid by field."""
    text = value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""
    if (required and not text) or len(text) > most or "\0" in text:
        raise Invalid({field: [RecordsProblem.TEXT_MISSING(most=most)]})
    return text


def line_of(value: Any, field: str, *, most: int = LONGEST_NAME, required: bool = False) -> str:
    return " ".join(text_of(value, field, most=most, required=required).split())


def email_of(value: Any) -> str:
    email = str(value or "").strip()
    if not email:
        return ""
    try:
        validate_email(email)
    except ValidationError as fault:
        raise Invalid({"email": [RecordsProblem.NO_ADDRESS()]}) from fault
    if len(email) > 255:
        raise Invalid({"email": [RecordsProblem.NO_ADDRESS()]})
    return email
