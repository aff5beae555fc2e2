"""Django's entry to the processing app."""

from django.apps import AppConfig

# Other services' APIs that are spoken here, each a folder of processing/compat.
DIALECTS = (
    "photoroom",
    "backgroundfx",
    "cropedly",
    "autoenhance",
    "removebg",
)


class ProcessingConfig(AppConfig):
    name = "processing"
    verbose_name = "Processing"

    def ready(self) -> None:
        from accounts.lifecycle import own_data as sources
        from accounts.lifecycle import parts
        from config import encryption
        from processing.commands import (
            Copy,
            Edit,
            Enhance,
            GroupBrackets,
            MergeHdr,
            PlaceCutout,
            PreviewRoom,
            RemoveBackground,
        )
        from processing.compat import registry
        from processing.services import masks, own_data, removal, webhooks
        from processing.services.appearance import house_looks, listing_set, ready_looks
        from processing.services.backgrounds import paint_background
        from processing.services.buckets import connections
        from processing.worker import kinds
        from processing.worker.making import (
            bracket_groups,
            copies,
            cutouts,
            edits,
            hdr,
            placed,
            rooms,
        )

        kinds.register(RemoveBackground, cutouts.KIND)
        kinds.register(Edit, edits.KIND)
        kinds.register(PlaceCutout, placed.KIND)
        kinds.register(Enhance, rooms.KIND)
        kinds.register(PreviewRoom, rooms.PREVIEW_KIND)
        kinds.register(Copy, copies.KIND)
        kinds.register(MergeHdr, hdr.KIND)
        kinds.register(GroupBrackets, bracket_groups.KIND)
        kinds.register(paint_background.PaintBackground, paint_background.KIND)
        kinds.register(masks.MendMatte, masks.KIND)
        parts.register(removal.PART)
        sources.register("processing", own_data.of_work)
        ready_looks.register(listing_set.ready_looks)
        ready_looks.register(house_looks.ready_looks)
        encryption.register("Webhook secrets", webhooks.reencrypt_secrets)
        encryption.register("Secret keys of buckets", connections.reencrypt_secrets)
        for dialect in DIALECTS:
            registry.register(dialect)
