"""A run folder: written whole or not at all, held against its checksums, read back or refused with one message."""
