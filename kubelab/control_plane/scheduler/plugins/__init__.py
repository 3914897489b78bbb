"""The plugins of the default profile, one module each. `registry` beside this folder lists them with their weights."""
