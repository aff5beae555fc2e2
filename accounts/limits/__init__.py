"""What an account may use: monthly quotas and rate limits."""
