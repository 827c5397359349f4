from django.apps import AppConfig


class ProtectionConfig(AppConfig):
    name = "vardkase.intel.protection"
    label = "protection"
