"""The batch page: what a published run says, by day, by segment and by row."""
