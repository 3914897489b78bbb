"""Controllers of storage: who binds claims and volumes, and who lets them go."""
