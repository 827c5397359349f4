"""What comes in as something else than MISP's JSON: a megabyte of free text."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import batched

from bench.client import Client
from bench.corpus import Corpus
from bench.memory import watched
from bench.row import Row, milliseconds

TEXT_SIZE = 1_000_000
ROUNDS = 3
PROSE = 'The sample was seen again, at noon, and resolved ({}) as before; see also {} and "{}".\n'


def freetext_rows(client: Client, corpus: Corpus, pid: int | None) -> Iterator[Row]:
    """A text of 1 MB, two thirds prose, read into new events: found, stored, indexed and correlated."""
    texts = [_text(corpus) for _ in range(ROUNDS)]
    events = [_new_event(client, corpus) for _ in range(ROUNDS)]
    with watched(pid) as peak:
        answers = [
            client.post(f"/events/freeTextImport/{event}", {"value": text})
            for event, text in zip(events, texts, strict=True)
        ]
    row = milliseconds("freetext of 1 MB", answers, peak, 3_000)
    row.detail["attributes"] = stored = len(answers[0].json())
    assert stored > 10_000, f"only {stored} values were found"
    yield row


def _new_event(client: Client, corpus: Corpus) -> str:
    made = client.post("/events/add/metadata:1", {**corpus.event(1), "Attribute": []})
    return str(made.json()["Event"]["id"])


def _text(corpus: Corpus) -> str:
    """Sentences with three values each, defanged as people do."""
    values = [str(each["value"]) for each in corpus.event(TEXT_SIZE // 40)["Attribute"]]
    harmless = [each.replace("http", "hxxp", 1).replace(".", "[.]") for each in values]
    text = "".join(PROSE.format(*three) for three in batched(harmless, 3) if len(three) == 3)
    return text[:TEXT_SIZE]
