"""Form for one rule of a sharing policy, with the fields of its kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vardkase.hub.policy.reach import PolicyReach
from vardkase.hub.policy.rules import DAYS, PERSONAL_TYPES, Action, HandlingRule
from vardkase.misp.types import CATEGORIES, TYPES
from vardkase.web.ui.forms.picker import Choices, Picker

REACHES = (
    (PolicyReach.ORGANISATION, _("Our own organisation")),
    (PolicyReach.SHARING_GROUP, _("A sharing group")),
    (PolicyReach.COMMUNITY, _("Everyone on this hub")),
    (PolicyReach.CONNECTED, _("Connected hubs")),
    (PolicyReach.ALL, _("Everyone, on all hubs")),
)
ACTIONS = (
    (Action.CREATE, _("Create events")),
    (Action.PUBLISH, _("Publish events")),
    (Action.DELEGATE, _("Delegate events to others")),
)
HANDLINGS = (
    (HandlingRule.NECESSITY, _("May be shared, with a comment explaining why it is needed")),
    (HandlingRule.STAYS, _("Must stay within our organisation")),
)
KINDS: dict[str, Any] = {
    "at_most": _("How widely something may be shared"),
    "must_carry": _("A required tag"),
    "personal_data": _("Personal data"),
    "four_eyes": _("Two people decide"),
    "who": _("Who may do what"),
    "defaults": _("Defaults of a new event"),
    "retention": _("How long we keep events"),
}
SELECTING = ("tags", "types", "categories")
FIELDS: dict[str, tuple[str, ...]] = {
    "at_most": (*SELECTING, "reach", "groups"),
    "must_carry": ("tags", "reach"),
    "personal_data": ("types", "handling"),
    "four_eyes": (*SELECTING, "reach", "roles", "users", "days"),
    "who": ("action", "roles", "users", "module"),
    "defaults": ("tags", "reach", "group"),
    "retention": ("months", "tags"),
}
LABELS: dict[tuple[str, str], Any] = {
    ("at_most", "reach"): _("Shared at most with"),
    ("must_carry", "reach"): _("Required for what is shared with"),
    ("four_eyes", "reach"): _("Needs approval when shared with"),
    ("four_eyes", "roles"): _("Roles that may approve"),
    ("four_eyes", "users"): _("People who may approve"),
    ("defaults", "reach"): _("Shared with"),
}


class RuleForm(forms.Form):
    title_sv = forms.CharField(
        label=_("Title in Swedish"),
        max_length=500,
        help_text=_("Keep it short. It is shown when the rule blocks something."),
    )
    title_en = forms.CharField(label=_("Title in English"), max_length=500, required=False)
    action = forms.ChoiceField(label=_("What the rule covers"), choices=ACTIONS, widget=forms.RadioSelect)
    tags = Picker(
        label=pgettext_lazy("noun", "Tags"),
        help_text=_("A tag such as tlp:red, or tlp:* for all tags that start with tlp:."),
    )
    types = Picker(label=_("Types of attributes"), help_text=_("MISP’s names, such as iban or target-email."))
    categories = forms.MultipleChoiceField(
        label=_("Categories of attributes"),
        choices=[(name, name) for name in CATEGORIES],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    reach = forms.ChoiceField(label=_("How widely"), choices=REACHES, widget=forms.RadioSelect)
    groups = forms.MultipleChoiceField(
        label=_("Only these sharing groups"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Applies when sharing is limited to a sharing group. If none is chosen: any of them."),
    )
    group = forms.ChoiceField(
        label=_("Sharing group"), required=False, help_text=_("If a new event goes to a sharing group.")
    )
    handling = forms.ChoiceField(
        label=_("Handling of these values"), choices=HANDLINGS, widget=forms.RadioSelect
    )
    roles = forms.MultipleChoiceField(
        label=_("Roles that may"), widget=forms.CheckboxSelectMultiple, required=False
    )
    users = Picker(
        label=_("People who may"),
        help_text=_("By e-mail address. If no role and no person is named: everyone."),
    )
    module = forms.CharField(
        label=_("Required training"),
        max_length=200,
        required=False,
        help_text=_("The module’s name as shown on the training page. Leave empty for none."),
    )
    days = forms.IntegerField(label=_("Days waiting"), min_value=1, max_value=365, initial=DAYS)
    months = forms.IntegerField(label=_("Age in months"), min_value=1, max_value=1200, initial=24)

    def __init__(
        self,
        kind: str,
        data: Any = None,
        *,
        roles: Iterable[str] = (),
        groups: Iterable[tuple[str, str]] = (),
        sources: Mapping[str, Choices] | None = None,
        modules: Iterable[str] = (),
        rule: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=_initial(kind, rule))
        self.kind = kind
        kept = ("title_sv", "title_en", *FIELDS[kind])
        self.fields = {name: self.fields[name] for name in kept}
        for name in kept:
            self.fields[name].label = LABELS.get((kind, name), self.fields[name].label)
        for name, source in (sources or {}).items():
            if name in self.fields:
                self.fields[name].source = source  # type: ignore[attr-defined]
        self.modules = list(modules) if "module" in self.fields else []
        if self.modules:
            self.fields["module"].widget.attrs["list"] = "modules"
        self._offer("roles", ((name, name) for name in roles))
        self._offer("groups", groups)
        self._offer("group", [("", "–"), *groups])

    def clean_types(self) -> list[str]:
        types: list[str] = self.cleaned_data["types"]
        if unknown := [name for name in types if name not in TYPES]:
            raise forms.ValidationError(_("Unknown: %s.") % ", ".join(unknown[:5])[:200])
        return types

    def rule(self) -> dict[str, Any]:
        rule = {name: self.cleaned_data[name] for name in FIELDS[self.kind]}
        if "reach" in rule and rule["reach"] != PolicyReach.SHARING_GROUP:
            rule |= {name: empty for name, empty in (("groups", []), ("group", "")) if name in rule}
        title = {"sv": self.cleaned_data["title_sv"], "en": self.cleaned_data["title_en"]}
        return {"kind": self.kind, "title": title, **rule}

    def _offer(self, name: str, choices: Iterable[tuple[str, str]]) -> None:
        if name not in self.fields:
            return
        offered = list(choices)
        held = self.initial.get(name) or []
        known = {value for value, _ in offered}
        offered += [
            (value, value) for value in ([held] if isinstance(held, str) else held) if value not in known
        ]
        self.fields[name].choices = offered  # type: ignore[attr-defined]


def _initial(kind: str, rule: Mapping[str, Any] | None) -> dict[str, Any]:
    if rule is None:
        return {"types": list(PERSONAL_TYPES)} if kind == "personal_data" else {}
    return {**rule, "title_sv": rule["title"]["sv"], "title_en": rule["title"].get("en", "")}
