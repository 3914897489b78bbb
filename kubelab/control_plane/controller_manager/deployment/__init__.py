"""The deployment controller: from one version of an app to the next, without losing it on the way."""
