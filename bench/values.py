"""What is done with single values, without a server: `python -m bench.values`."""

from __future__ import annotations

import timeit
from collections.abc import Callable

from vardkase.misp.ssdeep import similarity
from vardkase.misp.values import normalise, validate

COUNT = 10_000
HASH = "3072:YbmzfXOpbNPzRM8YK7fgDQxz6bBvTcXTVpuQ4kMxWnR1Jh2tLs9c0dVqZ:YbmzfXOpbNPzR8YK"


def main() -> None:
    """Print how long each takes for one value."""
    mix = _realistic_mix()
    hashes = [f"3072:{HASH[5:30]}{number:06}{HASH[36:]}" for number in range(COUNT)]
    _show("normalise and validate", lambda: [validate(name, normalise(name, value)) for name, value in mix])
    _show("similarity of two fuzzy hashes", lambda: [similarity(HASH, other) for other in hashes])


def _show(name: str, once: Callable[[], object]) -> None:
    seconds = min(timeit.repeat(once, number=1, repeat=3))
    print(f"{name:40} {seconds / COUNT * 1e6:8.2f} µs")


def _realistic_mix() -> list[tuple[str, str]]:
    fifth = range(COUNT // 5)
    values = [("ip-dst", f"10.{n % 250}.{n // 250 % 250}.7") for n in fifth]
    values += [("domain", f"host-{n}.example.com") for n in fifth]
    values += [("url", f"http://example.com/{n}") for n in fifth]
    values += [("sha256", f"{n:064x}") for n in fifth]
    return values + [("filename|md5", f"{n}.exe|{n:032X}") for n in fifth]


if __name__ == "__main__":
    main()
