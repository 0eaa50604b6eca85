from tests.integration.service.webhooks.receiver import receiver

__all__ = ["receiver"]
