"""The files in a draft."""

from __future__ import annotations

import base64
from typing import Any

from vardkase.core.errors import Invalid
from vardkase.core.problems import Problem
from vardkase.core.time_budget import allow
from vardkase.hub.anonymity import drafts
from vardkase.hub.anonymity.drafts import Draft
from vardkase.hub.anonymity.files.cleaning import clean_file
from vardkase.hub.anonymity.problems import FileCleaningProblem

MOST_FILES = 20
REQUEST = 90.0
"""Seconds of a request that cleans files."""


def clean_files(draft: Draft) -> dict[str, Any]:
    """The draft with every file cleaned. Raises Invalid, which names each that cannot be; PartMissing."""
    cleaned = drafts.copied(draft)
    event = drafts.event_of(cleaned)
    files = list(drafts.files(event))
    if len(files) > MOST_FILES:
        raise Invalid({"document": [FileCleaningProblem.TOO_MANY(most=MOST_FILES)]})
    refused: list[Problem] = []
    for file in files:
        allow(REQUEST)
        try:
            content = clean_file(file.name, file.content)
        except Invalid as error:
            refused.append(error.problem)
        else:
            drafts.put_at(event, file.path, base64.b64encode(content).decode())
    if refused:
        raise Invalid({"document": refused})
    return cleaned
