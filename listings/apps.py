"""Django's entry to the listings app."""

from django.apps import AppConfig


class ListingsConfig(AppConfig):
    name = "listings"
    verbose_name = "Listings"

    def ready(self) -> None:
        from accounts.lifecycle import own_data as sources
        from accounts.lifecycle import parts
        from listings import market_looks, selectors
        from listings.exports import own_data, saved
        from listings.generation import generate
        from listings.pricing import comparables
        from listings.services import removal
        from media_library.files import grants
        from processing.services.appearance import ready_looks, ready_packs
        from processing.services.batching import naming
        from processing.worker import kinds

        kinds.register(generate.GenerateListing, generate.KIND)
        kinds.register(comparables.ImportComparables, comparables.KIND)
        parts.register(removal.PART)
        sources.register("listings", own_data.of_listings)
        ready_looks.register(market_looks.ready_looks)
        ready_looks.register_unlisted(market_looks.sizes)
        ready_packs.register(market_looks.ready_packs)
        naming.register(selectors.skus_of)
        grants.register(saved.links_hold)
