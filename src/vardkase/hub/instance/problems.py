"""What changes to settings, schedules, jobs and workers are refused for."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from vardkase.core.problems import ProblemCode


class InstanceProblem(ProblemCode):
    NO_SUCH_SETTING = _("Unknown setting %(name)s."), "Setting %(name)s is invalid."
    SET_AT_START = (
        _("This setting is read when the hub starts, and cannot be changed here."),
        "This setting can only be edited via the CLI.",
    )
    NOT_SETTABLE = _("This setting cannot be changed here: %(reason)s"), "%(reason)s"
    """`reason` is a sentence of `misp_settings.toml`, in English."""
    FOR_OFFICERS = _("This is a rule of the hub: its officers change it.")
    SECRET_NOT_PROPOSED = (
        _("A secret cannot be proposed for approval."),
        "A secret is not proposed.",
    )
    TWO_OFFICES = _("Officers who are also site administrators and therefore cannot decide: %(people)s.")
    ONE_OFFICE_EACH = _("Give each of them another role, or take the officer’s duty away.")
    UNSAFE_AT_START = _("%(process)s on %(machine)s found this unsafe when it started %(moment)s.")
    START_AGAIN = _("Correct the setting where the hub is started, and start it again.")
    NO_EMAIL_ADDRESS = _("Enter an e-mail address.")
    NO_SUCH_TASK = _("Task not found."), "Invalid task."
    NOT_BY_HAND = _("This task runs only when it is due.")


class JobProblem(ProblemCode):
    NO_SUCH_JOB = _("Job not found."), "Invalid job."
    ENDED = _("The job has already ended.")
    NOT_FAILED = _("Only a job that failed can be retried."), "Only a job that failed is done again."
    ALREADY_WAITING = _("The same job is already waiting."), "The same waits to be done already."


class WorkerProblem(ProblemCode):
    NO_SUCH_WORKER = _("Worker not found."), "Invalid worker."
    ELSEWHERE = _("The worker runs on another machine and must be restarted there.")
