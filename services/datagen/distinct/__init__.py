"""Kinds that make no value twice: each row has a place of its own by a keyed shuffle, or a text of its own."""
