"""What runs in workers: claiming jobs, running them, settling them."""
