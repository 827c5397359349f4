from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "vardkase.identity.accounts"
    label = "accounts"

    def ready(self) -> None:
        import vardkase.identity.accounts.services.account_approvals  # noqa: PLC0415 - the same
        import vardkase.identity.accounts.services.appointments  # noqa: F401, PLC0415 - registers what takes two people
