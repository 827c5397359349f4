"""Every fault code of the Django-free parsers is also a problem with a text."""

from __future__ import annotations

from vardkase.core.problems import all_codes
from vardkase.formats.faults import ImportFault
from vardkase.formats.problems import ImportProblem


def test_every_import_fault_is_a_problem() -> None:
    assert ImportProblem.NOT_XML.code == ImportFault.NOT_XML
    assert set(ImportFault) <= {each.code for each in all_codes()}
