"""Bytes to a durable, complete file or set of files on this disk."""
