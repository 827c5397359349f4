"""Sandbox program for STIX: the only module that imports the misp-stix library.

Only the process that starts sandboxes (`vardkase.core.sandbox`) imports it; it has no settings of Django's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vardkase.core.sandbox.program import Answerer
from vardkase.formats.stix.reading import check_stix2, read_stix1, read_stix2
from vardkase.formats.stix.writing import Stix1Attributes, Stix1Events, Stix2, Stix2Objects

JOBS: dict[str, Callable[..., Answerer]] = {
    "write stix1 events": Stix1Events,
    "write stix1 attributes": Stix1Attributes,
    "write stix2": Stix2,
    "write stix2 objects": Stix2Objects,
    "check stix2": check_stix2,
    "read stix1": read_stix1,
    "read stix2": read_stix2,
}


def open_job(arguments: dict[str, Any]) -> Answerer:
    return JOBS[arguments.pop("job")](**arguments)
