"""What hostile clients cost: `python -m bench.hostile` starts a server of its own, attacks it, and prints a table.

Small bodies that become large when they are unpacked or decoded (time, and memory of one web process), and a hundred
slow clients of each kind (how long a page takes meanwhile). `--pid`, `--url` and `--key` name a running server.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import gzip
import http.client
import json
import random
import socket
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import brotli

from bench.instance import WITHOUT_KNOWLEDGE, Instance, fresh_instance
from bench.memory import watched

CLIENTS = 100
PAGES = 40
TIMEOUT = 20.0
SENT = 60_000
READ = "5b6f1d1e-7d0c-4f0e-8f5e-0f1e2d3c4b5a"
"""The event that readers ask for."""


@dataclass(frozen=True, slots=True)
class Attack:
    """One request of at most `SENT` bytes."""

    name: str
    path: str
    body: bytes
    encoding: str = ""
    content_type: str = "application/json"
    has_key: bool = True


def attacks() -> Iterator[Attack]:
    """Bodies that are cheap to send."""
    lists, objects = b"[" + b"[]," * 20_000_000 + b"[]]", b"[" + b'{"":1},' * 8_000_000 + b"{}]"
    for name, plain in (("lists", lists), ("objects", objects)):
        packed = gzip.compress(b'{"code":' + plain + b"}", 9)
        bomb = packed if len(packed) <= SENT else gzip.compress(_fitting(plain), 9)
        for path in ("/enrolments/offer", "/users/register"):
            yield Attack(f"gzip of {name}, no key, {path}", path, bomb, "gzip", has_key=False)
        for path in ("/attributes/restSearch", "/events/add"):
            yield Attack(f"gzip of {name}, {path}", path, bomb, "gzip")
        yield Attack(f"brotli of {name}, /events/add", "/events/add", _brotli(plain), "br")
    yield Attack("60 kB of lists, /events/add", "/events/add", b"[" + b"[]," * 19_990 + b"[]]")
    yield Attack("nested 30,000 deep", "/events/add", b"[" * 30_000 + b"]" * 30_000)
    yield Attack("a number of 59,000 digits", "/events/add", b'{"info":' + b"9" * 59_000 + b"}")
    yield Attack("4,000 names", "/events/add", json.dumps({f"k{n}": n for n in range(4_000)}).encode())
    empty = b'{"Event":{"info":"x","Attribute":[' + b"{}," * 19_900 + b"{}]}}"
    yield Attack("19,900 empty attributes", "/events/add", empty)
    bad = json.dumps(
        {"Event": {"info": "x", "Attribute": [{"type": "ip-src", "value": "x"}] * 100_000}}
    ).encode()
    yield Attack("gzip of 100,000 bad attributes", "/events/add", gzip.compress(bad, 9), "gzip")
    for count in (20_000, 34_000, 60_000):
        noise = base64.b64encode(random.Random(1).randbytes(42_000))
        many = b'{"Event":{"info":"' + noise + b'","Attribute":[' + b"{}," * count + b"{}]}}"
        yield Attack(
            f"gzip of noise and {count:,} empty attributes", "/events/add", gzip.compress(many, 9), "gzip"
        )
    form = "application/x-www-form-urlencoded"
    yield Attack("form of deep names", "/events/add", b"&".join([b"a[b]" * 250 + b"=1"] * 59), "", form)
    xml = b"<e>" + b"<a/>" * 12_000_000 + b"</e>"
    yield Attack("gzip of XML", "/events/add", gzip.compress(xml, 9)[:SENT], "gzip", "application/xml")


def _fitting(plain: bytes) -> bytes:
    return b'{"code":' + plain[: len(plain) // 2].rpartition(b",")[0] + b"]}"


def _brotli(plain: bytes) -> bytes:
    return bytes(brotli.compress(b'{"code":' + plain + b"}", quality=5))


def costs(instance: Instance) -> None:
    """Send each attack once: status, seconds, and what a web process grew by."""
    print(f"{'body':52} {'sent':>7} {'status':>6} {'seconds':>8} {'MB':>7}")
    for attack in attacks():
        with watched(instance.pid) as peak:
            started = time.perf_counter()
            status = _send(instance, attack)
            seconds = time.perf_counter() - started
        grown = max(peak.web or 0.0, peak.confined or 0.0)
        print(f"{attack.name:52} {len(attack.body):7} {status:6} {seconds:8.2f} {grown:7.0f}", flush=True)


def _send(instance: Instance, attack: Attack) -> int:
    headers = {"Accept": "application/json", "Content-Type": attack.content_type}
    if attack.has_key:
        headers["Authorization"] = instance.key
    if attack.encoding:
        headers["Content-Encoding"] = attack.encoding
    with contextlib.closing(_connection(instance, 120)) as asking:
        try:
            asking.request("POST", attack.path, attack.body, headers)
            answer = asking.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            return 0
        return answer.status


def _connection(instance: Instance, timeout: float) -> http.client.HTTPConnection:
    parts = urlsplit(instance.url)
    return http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=timeout)


type SlowClient = Callable[[Instance, int], tuple[bytes, bytes]]
"""What client number n sends at once, and what it goes on with, a byte a second."""


def _headers(_: Instance, number: int) -> tuple[bytes, bytes]:
    return b"GET /about/ HTTP/1.1\r\nHost: hub\r\nX-Slow: %d" % number, b"x" * 1000


def _form(_: Instance, __: int) -> tuple[bytes, bytes]:
    head = b"POST /account/login/ HTTP/1.1\r\nHost: hub\r\nCookie: csrftoken=" + b"a" * 32
    form = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\n\r\nlogin="
    return head + b"\r\n" + form, b"x" * 60_000


def _api_body(_: Instance, __: int) -> tuple[bytes, bytes]:
    head = b"POST /enrolments/offer HTTP/1.1\r\nHost: hub\r\nAccept: application/json\r\n"
    return head + b'Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n{"code":"', b"x" * 60_000


def _key_body(instance: Instance, _: int) -> tuple[bytes, bytes]:
    head = f"POST /events/add HTTP/1.1\r\nHost: hub\r\nAuthorization: {instance.key}\r\nAccept: application/json\r\n"
    rest = 'Content-Type: application/json\r\nContent-Length: 60000\r\n\r\n{"info":"'
    return (head + rest).encode(), b"x" * 60_000


def _reader(instance: Instance, _: int) -> tuple[bytes, bytes]:
    head = f"GET /events/view/{READ} HTTP/1.1\r\nHost: hub\r\nAuthorization: {instance.key}\r\n"
    return f"{head}Accept: application/json\r\n\r\n".encode(), b""


SLOW: dict[str, SlowClient] = {
    "slow headers": _headers,
    "slow form to the sign-in page": _form,
    "slow body to a public endpoint": _api_body,
    "slow body with a key": _key_body,
    "readers of an event of 10,000 who do not read": _reader,
}


def slow_clients(instance: Instance) -> None:
    """With a hundred of each kind: median and 95th percentile of a page, and how many were not answered."""
    _store_event(instance)
    print(f"\n{'clients':48} {'median s':>9} {'p95 s':>7} {'failed':>7}")
    _show("none", *_pages(instance, lambda: None))
    for name, kind in SLOW.items():
        with _attackers(instance, kind) as drip:
            _show(f"{CLIENTS} {name}", *_pages(instance, drip))


def _show(name: str, seconds: list[float], failed: int) -> None:
    p95 = sorted(seconds)[int(len(seconds) * 0.95)]
    print(f"{name:48} {statistics.median(seconds):9.2f} {p95:7.2f} {failed:7}", flush=True)


def _store_event(instance: Instance) -> None:
    attributes = [{"type": "text", "value": f"{n} " + "v" * 200, "comment": "c" * 200} for n in range(10_000)]
    body = json.dumps({"Event": {"uuid": READ, "info": "read slowly", "Attribute": attributes}}).encode()
    _send(instance, Attack("event", "/events/add", body))


@contextlib.contextmanager
def _attackers(instance: Instance, kind: SlowClient) -> Iterator[Callable[[], None]]:
    """A hundred connections; what is yielded has each of them send its next byte."""
    parts = urlsplit(instance.url)
    opened: list[tuple[socket.socket, bytes]] = []
    for number in range(CLIENTS):
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(TIMEOUT)
        client.connect((parts.hostname or "127.0.0.1", parts.port or 80))
        first, rest = kind(instance, number)
        client.sendall(first)
        opened.append((client, rest))
    sent = 0

    def drip() -> None:
        nonlocal sent
        for client, rest in opened:
            with contextlib.suppress(OSError):
                client.send(rest[sent : sent + 1])
        sent += 1

    try:
        time.sleep(2)
        yield drip
    finally:
        for client, _ in opened:
            client.close()
        time.sleep(1)


def _pages(instance: Instance, between: Callable[[], None]) -> tuple[list[float], int]:
    seconds, failed = [], 0
    for _ in range(PAGES):
        between()
        started = time.perf_counter()
        with contextlib.closing(_connection(instance, TIMEOUT)) as asking:
            try:
                asking.request("GET", "/about/", headers={"Accept": "text/html"})
                asking.getresponse().read()
            except OSError:
                failed += 1
        seconds.append(time.perf_counter() - started)
        if failed >= 3:
            break
        time.sleep(0.1)
    return seconds, failed


def main() -> None:
    """Attack, and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.hostile", description=__doc__)
    parser.add_argument("--url")
    parser.add_argument("--key")
    parser.add_argument("--pid", type=int, help="of `vardkase serve`, to look at its memory")
    parser.add_argument("--data-dir", type=Path)
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        if options.url:
            instance = Instance(options.url, options.key, pid=options.pid)
        else:
            instance = stack.enter_context(fresh_instance(options.data_dir, WITHOUT_KNOWLEDGE))
        costs(instance)
        slow_clients(instance)


if __name__ == "__main__":
    main()
