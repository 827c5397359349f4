"""Every fault of MISP's format has a text for people; clients get the fault's own."""

from __future__ import annotations

import pytest

from vardkase.core.misp_problems import BY_FAULT, problem_of
from vardkase.misp.faults import Fault


@pytest.mark.parametrize("fault", list(Fault), ids=lambda fault: fault.name)
def test_wire_text_is_the_faults_own(fault: Fault) -> None:
    assert BY_FAULT[fault].own_wire == fault.value


def test_parameters_are_kept() -> None:
    refusal = Fault.BAD_NETWORK_SIZE(version=4, most=32)

    assert problem_of(refusal).wire == str(refusal)
    assert str(refusal) == "Invalid CIDR notation value found, for IPv4 must be lower or equal 32."
