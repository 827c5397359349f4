"""Asks the issuers of certificates whether they have been revoked, through the hub's only way out."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import suppress

import msgspec

from vardkase.exchange.errors import OutgoingFailed
from vardkase.exchange.http import RequestPolicy, fetch

POLICY = RequestPolicy(timeout=3.0, seconds=5.0, limit=8 * 1024 * 1024, redirects=2)
MOST_SECONDS = 8.0
"""Somebody waits for the file to be filed."""
MOST_REQUESTS = 8


class Question(msgspec.Struct, frozen=True):
    """About one certificate: an OCSP request (`body`), or without one the list of its issuer (CRL) at `url`."""

    url: str
    body: bytes = b""


class RevocationAnswers(msgspec.Struct, frozen=True):
    """In DER, as they came: whoever reads them checks who signed them."""

    lists: list[bytes] = []
    replies: list[bytes] = []


def ask_issuers(questions: Iterable[list[Question]]) -> RevocationAnswers:
    """Of each certificate the first answer to one of its questions, as far as time and number of requests allow."""
    answers, asked, until = RevocationAnswers(), 0, time.monotonic() + MOST_SECONDS
    for about_one in questions:
        for question in about_one:
            if asked == MOST_REQUESTS or time.monotonic() + POLICY.seconds > until:
                return answers
            asked += 1
            with suppress(OutgoingFailed):
                content = _answer(question)
                if content:
                    (answers.replies if question.body else answers.lists).append(content)
                    break
    return answers


def _answer(question: Question) -> bytes:
    if not question.body:
        reply = fetch("GET", question.url, policy=POLICY)
    else:
        headers = {"Content-Type": "application/ocsp-request", "Accept": "application/ocsp-response"}
        reply = fetch("POST", question.url, headers=headers, body=question.body, policy=POLICY)
    return reply.content if reply.status == 200 else b""
