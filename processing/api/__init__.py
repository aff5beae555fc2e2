"""The API: tools, edits, batches, jobs, presets, webhooks and backgrounds."""
