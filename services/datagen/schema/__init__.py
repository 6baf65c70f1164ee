"""What did they write? From a schema file to the model of a data set, every fault with its line."""

from datagen.schema.reader import read_effective, read_schema

__all__ = ["read_effective", "read_schema"]
