"""The streaming page: what happens now, and whether it agrees with what was."""
