"""Forms for reports, their import and their templates."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vardkase.identity.access.actor import Actor
from vardkase.intel.event_reports.drafts import LONGEST_CONTENT, DraftText
from vardkase.intel.event_reports.templates import LONGEST_TEMPLATE, TemplateFields
from vardkase.misp.report import MAX_NAME
from vardkase.web.knowledge.tag_picker import TagPicker
from vardkase.web.ui.forms.reach import ReachForm


class MarkdownField(forms.CharField):
    """A text that keeps its space and line ends; browsers send CRLF."""

    def __init__(self, longest: int, **options: Any) -> None:
        attributes = {"rows": 24, "spellcheck": "true"}
        super().__init__(max_length=longest, strip=False, widget=forms.Textarea(attrs=attributes), **options)

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n").replace("\0", "")

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        # The browser counts a line end as two characters, and would cut a text that fits.
        return {name: value for name, value in super().widget_attrs(widget).items() if name != "maxlength"}


class ReportForm(ReachForm):
    """`draft`: names what is kept of this form before it is saved. `mark`: the version that it shows."""

    inherits = True

    name = forms.CharField(
        label=_("Title"), max_length=MAX_NAME, error_messages={"required": _("Enter a title.")}
    )
    content = MarkdownField(LONGEST_CONTENT, label=_("Text"), required=False)
    content.widget.attrs.update({"class": "input", "aria-describedby": "content-hint"})
    draft = forms.UUIDField(required=False, widget=forms.HiddenInput)
    mark = forms.CharField(required=False, max_length=32, widget=forms.HiddenInput)

    @property
    def draft_uuid(self) -> UUID:
        sent = self["draft"].value()
        try:
            return sent if isinstance(sent, UUID) else UUID(str(sent))
        except ValueError:
            return uuid4()

    def document(self) -> dict[str, Any]:
        return {
            "name": self.cleaned_data["name"],
            "content": self.cleaned_data["content"],
            **self.reach(),
        }


class ReportDraftForm(forms.Form):
    """What the editor sends while somebody writes: any of it may be missing or half done."""

    name = forms.CharField(required=False, max_length=MAX_NAME)
    content = MarkdownField(LONGEST_CONTENT, required=False)
    distribution = forms.IntegerField(required=False, min_value=0, max_value=5)
    sharing_group_id = forms.IntegerField(required=False, min_value=1)
    draft = forms.UUIDField()
    mark = forms.CharField(required=False, max_length=32)
    report = forms.IntegerField(required=False, min_value=1)

    def text(self) -> DraftText:
        sent = self.cleaned_data
        distribution = sent["distribution"]
        return DraftText(
            sent["name"],
            sent["content"],
            5 if distribution is None else distribution,
            sent["sharing_group_id"],
            sent["mark"],
        )


class ReportImportForm(ReachForm):
    inherits = True

    url = forms.CharField(
        label=_("Address of a web page"),
        required=False,
        max_length=2000,
        help_text=_(
            "The hub fetches the page, so its owner sees the hub’s address and not yours. Text is kept, pictures and "
            "scripts are not."
        ),
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
    )
    file = forms.FileField(
        label=_("Or a file"), required=False, help_text=_("Text, Markdown, HTML, PDF, DOCX, XLSX or .eml.")
    )
    name = forms.CharField(
        label=_("Title"),
        required=False,
        max_length=MAX_NAME,
        help_text=_("Leave empty to use the title of the page or file."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        url, file = cleaned.get("url"), cleaned.get("file")
        if not self.errors and bool(url) == bool(file):
            self.add_error("url", gettext("Enter an address or choose a file, not both."))
        return cleaned


class ReportTagsForm(forms.Form):
    tags = TagPicker()

    def __init__(self, *args: Any, actor: Actor, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["tags"].ask(actor)  # type: ignore[attr-defined]


class ReportTemplateForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=255, error_messages={"required": _("Enter a name.")})
    content = MarkdownField(
        LONGEST_TEMPLATE,
        label=_("Text"),
        help_text=_(
            "Markdown. {{event}}, {{event_id}}, {{event_uuid}}, {{date}}, {{organisation}} and {{tlp}} are filled in "
            "when a report is begun."
        ),
        error_messages={"required": _("Enter the text.")},
    )
    all_orgs = forms.BooleanField(
        label=_("Everyone on this hub can use it"),
        required=False,
        help_text=_("Otherwise only your organisation."),
    )

    def __init__(self, *args: Any, actor: Actor, **options: Any) -> None:
        super().__init__(*args, **options)
        if not actor.is_site_admin:
            del self.fields["all_orgs"]

    def clean_content(self) -> str:
        content: str = self.cleaned_data["content"]
        if not content.strip():
            raise ValidationError(gettext("Enter the text."))
        return content

    def template_fields(self) -> TemplateFields:
        sent = self.cleaned_data
        return TemplateFields(sent["name"], sent["content"], bool(sent.get("all_orgs")))
