"""The problem code of a refusal, for `pytest.raises`: its text depends on the language.

`with pytest.raises(Invalid, check=problem_is(OrganisationProblem.NAME_INVISIBLE)):`
"""

from __future__ import annotations

from collections.abc import Callable

from vardkase.core.errors import VardkaseError
from vardkase.core.problems import ProblemCode


def problem_is(code: ProblemCode) -> Callable[[VardkaseError], bool]:
    return lambda error: error.has(code)
