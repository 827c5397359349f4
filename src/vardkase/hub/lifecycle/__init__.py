"""State machines for applications, memberships and cases; each transition records who, when and why."""

from vardkase.hub.lifecycle.machine import NotImpartial, StateMachine, Transition, TransitionRefused

__all__ = ["NotImpartial", "StateMachine", "Transition", "TransitionRefused"]
