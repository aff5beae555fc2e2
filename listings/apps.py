"""Django's entry to the listings app."""

from django.apps import AppConfig


class ListingsConfig(AppConfig):
    name = "listings"
    verbose_name = "Listings"

    def ready(self) -> None:
        from listings import comparables, generating
        from processing.worker import kinds
        from processing.worker.kinds import Kind

        kinds.register(generating.GenerateListing, Kind(generating.work))
        kinds.register(
            comparables.ImportComparables,
            Kind(comparables.work, completing=comparables.completing),
        )
