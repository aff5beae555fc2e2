"""Picture files in and out: sniffing, decoding, encoding, metadata."""
