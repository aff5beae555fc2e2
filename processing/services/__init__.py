"""What endpoints and pages call: jobs, batches, presets, webhooks, backgrounds."""
