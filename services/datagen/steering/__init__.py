"""Plans steered to the targets of their document."""
