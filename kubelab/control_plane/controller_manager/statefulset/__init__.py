"""The StatefulSet controller: pods that keep their names and their storage, one after the other."""
