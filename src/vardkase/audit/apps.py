from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "vardkase.audit"
    label = "audit"
