"""State machines for applications, memberships and cases; each transition records who, when and why."""

from vardkase.hub.lifecycle.machine import Machine, NotImpartial, Step, StepRefused

__all__ = ["Machine", "NotImpartial", "Step", "StepRefused"]
