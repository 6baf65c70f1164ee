"""Embedded mode: the stacks as local processes, started, watched and ended by `demo`. The set-up lives here too."""
