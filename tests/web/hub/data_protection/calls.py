"""Requests from data subjects, as tests make them."""

from __future__ import annotations

from typing import Any

from django.test import Client

from vardkase.hub.data_protection.requests import searching
from vardkase.hub.data_protection.requests.models import (
    ConcernedController,
    ConcernedItem,
    DataSubjectRequest,
)
from vardkase.identity.access.job_actors import hub_actor

NAME, EMAIL, NUMBER = "Astrid Lindkvist", "astrid@lindkvist.example", "19811218-9876"
UNKNOWN_ADDRESS = "adress som inte finns i hubbens egna uppgifter"
ASKED = {
    "rights": ["access", "erasure"],
    "name": NAME,
    "email": EMAIL,
    "find_personal_number": NUMBER,
    "find_phone": "070-174 06 05",
}


def asked(client: Client, **other: Any) -> DataSubjectRequest:
    page = client.post("/personal-data/request/", {**ASKED, **other})
    assert page.status_code == 200, page.content.decode()
    return DataSubjectRequest.objects.latest("pk")


def words(response: Any) -> str:
    return str(response.content.decode())


def searched(client: Client, request: DataSubjectRequest) -> None:
    assert client.post(f"/data-requests/{request.pk}/search/").status_code == 302
    searching.search(hub_actor(), request.pk)


def item_ids(controller: ConcernedController, *kinds: str) -> list[int]:
    rows = ConcernedItem.objects.filter(controller=controller)
    return list((rows.filter(kind__in=kinds) if kinds else rows).values_list("pk", flat=True))


def of(request: DataSubjectRequest, name: str) -> ConcernedController:
    return ConcernedController.objects.get(request=request, name=name)


def decided(pks: list[int], **rights: str) -> dict[str, Any]:
    """A form's answer: right="outcome", or right="ground: reason" of a refusal."""
    data: dict[str, Any] = {"pk": pks}
    for right, words in rights.items():
        ground, _, reason = words.partition(": ")
        data[f"{right}_outcome"] = "refused" if reason else words
        if reason:
            data |= {f"{right}_ground": ground, f"{right}_reason": reason}
    return data
