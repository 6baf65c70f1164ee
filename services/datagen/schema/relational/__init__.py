"""The relational dialect, "DSL v1": many tables, told by nodes."""
