"""Is what was declared what was made? A stranger's look at the files of a set, beside its document."""
