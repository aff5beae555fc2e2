"""How the Packshot site is put together."""

VERSION = "0.1.0"
