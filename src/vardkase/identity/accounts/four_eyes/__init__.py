"""Approval by a second person: the only mechanism for actions nobody may perform alone (four-eyes principle).

Somebody proposes, another person reads exactly what will happen and approves it, and the approval carries it out in the
same transaction. A package declares what needs two people, and `config.wiring` registers it::

    SUSPEND = ApprovalAction(
        name="suspend_membership",
        title=_("Suspend or limit a membership"),
        propose=OFFICERS,  # Parties
        approve=OFFICERS,
        describe=_describe,  # ApprovalRequest -> ActionDescription, from the row alone: history outlives the subject
        fingerprint=_state,  # ApprovalRequest -> the subject as it is now (JSON); locks the rows it reads
        conflict=_conflict,  # (Acting, ApprovalRequest) -> the problem, or None
        execute=_suspend,  # Approval -> Any; nothing else may call it
    )

The package's service checks its input, and proposes instead of doing::

    return propose(actor, SUSPEND, str(membership.pk), title=str(membership), parameters={...}, reason=reason)

What does the work takes an `Approval`, which only `services` can make. It begins with
``approval.for_action(SUSPEND)``.

- A request waits for `Vardkase.approval_days`. Who proposed it may withdraw it. A changed fingerprint: it is stale.
- API keys and jobs propose; nobody approves with them. `rules.require_approver` has all conditions.
- The console proposes nothing: who sits there may have an account that approves, and be both people.
- ``alone_until_in_use`` carries a proposal out at once while the hub has not had two officers (`officers.in_use`).
- `docs/duties.md` is written from the registry (``python -m tools.duties``).
"""
