from __future__ import annotations

from django.urls import path

from vardkase.web.hub.policy import approvals, drafts, versions

urlpatterns = [
    path("", versions.index, name="sharing_policy"),
    path("versions/", versions.all_versions, name="policy_versions"),
    path("versions/<int:pk>/", versions.version, name="policy_version"),
    path("versions/<int:pk>/document.<str:form>", versions.document, name="policy_document"),
    path("try/", versions.try_out, name="policy_try"),
    path("in-force/", versions.put_in_force, name="policy_put_in_force"),
    path("end/", versions.end, name="policy_end"),
    path("begin/", drafts.begin, name="policy_begin"),
    path("draft/", drafts.draft, name="policy_draft"),
    path("draft/discard/", drafts.discard, name="policy_discard"),
    path("draft/add/<str:kind>/", drafts.add, name="policy_rule_add"),
    path("draft/find/<str:kind>/", drafts.find, name="policy_rule_find"),
    path("draft/rules/<int:number>/", drafts.edit, name="policy_rule"),
    path("draft/rules/<int:number>/move/", drafts.move, name="policy_rule_move"),
    path("draft/rules/<int:number>/remove/", drafts.remove, name="policy_rule_remove"),
    path("approvals/", approvals.index, name="approvals"),
    path("approvals/<int:pk>/", approvals.view, name="approval"),
    path("approvals/<int:pk>/approve/", approvals.approve, name="approval_approve"),
    path("approvals/<int:pk>/reject/", approvals.reject, name="approval_reject"),
    path("approvals/<int:pk>/withdraw/", approvals.withdraw, name="approval_withdraw"),
]
