"""Buckets of accounts, by S3: kept with their keys, read from and written to by batches."""
