"""A body of 60 kB costs no endpoint more than a second of processor time, queries included, or 200 MB."""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.http import StreamingHttpResponse

from tests.api.calls import send
from tests.api.test_fuzzing import EVENT, SLOW, key
from tests.factories.seed import Seed
from vardkase.api.dispatch import Endpoint, declared_permissions
from vardkase.api.openapi.document import address_of, members_of, model_of
from vardkase.core.limits.models import LimitUse

__all__ = ["key"]

pytestmark = pytest.mark.django_db

SIZE = 60_000
SECONDS = 3.0
"""Processor time, here and in PostgreSQL: three times the promise, because the machine may be busy."""
MEBIBYTES = 200
PARTS = 6
SSDEEP = '{"type":"ssdeep","value":"3:AXGBicFlgVNhBGcL6wCrFQEv:AXGHsNhxLsr2C{n}"}'


def of_size(size: int, *elements: str) -> str:
    """A JSON list of about `size` bytes; `{n}` in the elements becomes a number."""
    made: list[str] = []
    length, number = 2, 0
    while length < size:
        element = elements[number % len(elements)].replace("{n}", str(number))
        made.append(element)
        length += len(element) + 1
        number += 1
    return f"[{','.join(made)}]"


def values_of(size: int) -> Iterator[str]:
    """Many members, in many forms."""
    yield of_size(size, "{n}", '"host{n}.example"', '"%a{n}%"', '"192.0.2.{n}/8"')
    yield of_size(size, '{"type":"domain","value":"a{n}.example","Tag":[{"name":"t{n}"}]}', SSDEEP)


def bodies_for(found: Endpoint) -> Iterator[str]:
    """Bodies of SIZE in the members that the endpoint reads, and as a bare list."""
    model = model_of(found)
    names = members_of(found)[:10] or ["value"]
    for value in values_of(SIZE // len(names)):
        body = "{" + ", ".join(f"{json.dumps(name)}: {value}" for name in names) + "}"
        yield f'{{"{model}": {body}}}' if model else body
    yield from values_of(SIZE)


def processor_of_database(pid: int) -> float:
    """Processor seconds used by a PostgreSQL backend on this machine."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def memory() -> float:
    """This process's peak memory in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@pytest.mark.parametrize("part", range(PARTS))
def test_small_bodies_are_cheap(part: int, key: str, seed: Seed) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    costly: list[str] = []
    takers = [found for found in declared_permissions() if "POST" in found.methods and found.name not in SLOW]
    for found in takers[part::PARTS]:
        path = f"{address_of(found.name)}/{EVENT}"
        for body in bodies_for(found):
            LimitUse.objects.all().delete()
            took, most = time.thread_time() + processor_of_database(pid), memory()
            with transaction.atomic():
                response = send(key, "POST", path, body.encode())
                if isinstance(response, StreamingHttpResponse):
                    b"".join(response)
                transaction.set_rollback(True)
            seconds = time.thread_time() + processor_of_database(pid) - took
            grown = memory() - most
            if seconds > SECONDS or grown > MEBIBYTES:
                costly.append(f"{path} {seconds:.1f} s, {grown:.0f} MiB: {response.status_code} {body[:150]}")
    assert costly == []
