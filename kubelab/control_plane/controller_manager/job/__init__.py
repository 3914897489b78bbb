"""The Job controller, and the one that deletes Jobs that finished long ago."""
