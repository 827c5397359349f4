"""Things that go from state to state: applications, memberships, cases; each step with who, when and why."""

from vardkase.hub.lifecycle.machine import Machine, Step, StepRefused

__all__ = ["Machine", "Step", "StepRefused"]
