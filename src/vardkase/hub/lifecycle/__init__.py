"""Things that go from state to state: applications, memberships, cases; each step with who, when and why."""

from vardkase.hub.lifecycle.machine import Machine, NotImpartial, Step, StepRefused

__all__ = ["Machine", "NotImpartial", "Step", "StepRefused"]
