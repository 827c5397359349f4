"""Values of every shape, for comparing how the types treat them."""

from __future__ import annotations

from pathlib import Path

from vardkase.misp.types import HASH_LENGTHS

TEXTS = (Path(__file__).parent / "samples.txt").read_text(encoding="utf-8").splitlines()
SPACED = [
    "  padded  ", "a b.com", "http://x.com/a b", "Jan 5 2021", "+352 (0)12-34", "0046 8 123", "(0)0012",
    "4111 1111 1111 1111", "2001:db8::1 port 80", "x\ny", "foo @bar.com",
]  # fmt: skip
DIGESTS = [letter * length for length in sorted({*HASH_LENGTHS.values(), 70, 72}) for letter in ("a", "B")]
HOSTILE = [
    "1" * 5000, "1.2.3.4/" + "1" * 5000, "².1", "[" * 60_000, "http://[", "SHA256:é", "@" * 60_000,
    "a." * 30_000, ":" * 60_000, "p1" * 30_000, "9" * 40 + "-01", "ü" * 300, "|" * 60_000, "\x01\x02",
]  # fmt: skip

SAMPLES = [*TEXTS, *SPACED, *DIGESTS, *(f"f.bin|{digest}" for digest in DIGESTS)]
