"""Every fault of MISP's format has a text for people, and clients read the fault's own."""

from __future__ import annotations

import pytest

from vardkase.core.misp_problems import BY_FAULT, problem_of
from vardkase.misp.faults import Fault


@pytest.mark.parametrize("fault", list(Fault), ids=lambda fault: fault.name)
def test_clients_read_the_text_of_the_fault(fault: Fault) -> None:
    assert BY_FAULT[fault].own_wire == fault.value


def test_parameters_are_carried_over() -> None:
    refusal = Fault.BAD_NETWORK_SIZE(version=4, most=32)

    assert problem_of(refusal).wire == str(refusal)
    assert str(refusal) == "Invalid CIDR notation value found, for IPv4 must be lower or equal 32."
