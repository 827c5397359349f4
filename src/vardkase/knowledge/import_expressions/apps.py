from django.apps import AppConfig


class ImportExpressionsConfig(AppConfig):
    name = "vardkase.knowledge.import_expressions"
    label = "import_expressions"
