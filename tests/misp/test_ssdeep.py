"""Fuzzy hashes: the same scores as ppdeep, and an index that misses no match."""

from __future__ import annotations

import ppdeep
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vardkase.misp.ssdeep import runs_of, similarity

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
ONE = "3072:C9m1XGZwSkkHWgYfYrBIZ8hsLOqv8fk9rYp2UkE1jCXnK4r:C9mxGZtkeWTwrBIZ8hsLOqUfkFYpEE4Xna"
NEAR = "3072:C9m1XGZwSkkHWgYfYrBIZ8hsLOqv8fk9rYp2UkE1jCABCDEF:C9mxGZtkeWTwrBIZ8hsLOqUfkFYpABCDEF"
DOUBLED = "1536:abcdefgh:C9m1XGZwSkkHWgYfYrBIZ8hsLOqv8fk9"
OTHER = "3072:dT8IGyF0sP5qLr2mZxWvNcB7JhKoUeA1Ry9tQ4ViMf3Hg6kSlXnDpwCjEbYzOa:qLr2mZxWvNcB7JhKoUeA1Ry9t"


@st.composite
def pairs(draw: st.DrawFn) -> tuple[str, str]:
    """Two hashes of similar block sizes, whose texts share a piece about half of the time."""
    few = draw(st.sampled_from((LETTERS, LETTERS[:4])))
    text = st.text(few, max_size=28)
    piece = draw(st.text(few, min_size=3, max_size=12))

    def one() -> str:
        block = 3 << draw(st.integers(0, 3))
        first, second = (draw(text) + draw(st.sampled_from(("", piece))) + draw(text) for _ in range(2))
        return f"{block}:{first[:64]}:{second[:64]}"

    return one(), one()


@given(pairs())
def test_score_matches_ppdeep(pair: tuple[str, str]) -> None:
    one, other = pair
    score = ppdeep.compare(one, other)
    assert similarity(one, other) == score
    if 0 < score < 100:
        assert set(runs_of(one)) & set(runs_of(other))


@pytest.mark.parametrize("other", [ONE, NEAR, DOUBLED, OTHER])
def test_scores_of_known_hashes(other: str) -> None:
    assert similarity(ONE, other) == ppdeep.compare(ONE, other)
    assert bool(set(runs_of(ONE)) & set(runs_of(other))) is (other != OTHER)


@pytest.mark.parametrize(
    "value",
    ["", "x", "5:abcdefgh:abcdefgh", "0::", f"3:{'a' * 65}:b", "9999999999999:a:b", "3:a:b:c"],
)
def test_invalid_hash_has_no_similarity(value: str) -> None:
    assert runs_of(value) == []
    assert similarity(value, value) == similarity(value, ONE) == 0
