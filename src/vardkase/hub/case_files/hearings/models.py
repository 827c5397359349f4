"""Models for hearings."""

from __future__ import annotations

from django.db import models

from vardkase.hub.case_files.models import CaseDocument, CaseFile
from vardkase.hub.correspondence.models import Letter


class Hearing(models.Model):
    """The party was shown the material and the intended decision by `letter`, and may comment until `answer_by`.

    `intended` is a name of the package whose decision it is. `documents` are what the party may read besides the
    letter. `answered_at` is when its first answer arrived. `concluded_at`: a decision has been made on it.
    """

    case_file = models.ForeignKey(CaseFile, models.CASCADE, related_name="hearings")
    letter = models.OneToOneField(Letter, models.PROTECT, related_name="hearing")
    intended = models.CharField(max_length=32)
    documents = models.ManyToManyField(CaseDocument, related_name="+")
    answer_by = models.DateField()
    answered_at = models.DateTimeField(null=True)
    opened_by = models.CharField(max_length=255)
    at = models.DateTimeField(auto_now_add=True)
    concluded_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "hearing"

    def __str__(self) -> str:
        return f"{self.case_file_id} {self.intended}"


class HearingAnswer(models.Model):
    """One answer of the party in a hearing, as it lies in the case file."""

    hearing = models.ForeignKey(Hearing, models.CASCADE, related_name="answers")
    document = models.OneToOneField(CaseDocument, models.CASCADE, related_name="+")

    class Meta:
        db_table = "hearing_answer"

    def __str__(self) -> str:
        return str(self.document)
