from django.apps import AppConfig


class CorrelationConfig(AppConfig):
    name = "vardkase.analysis.correlation"
    label = "correlation"
