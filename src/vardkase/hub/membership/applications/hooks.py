"""Hooks on applications for higher layers."""

from vardkase.core.hooks import Hook
from vardkase.hub.membership.applications.models import Application

application_approved: Hook[Application] = Hook("application_approved")
"""Two officers have approved an application; its membership is opened in the same transaction."""
