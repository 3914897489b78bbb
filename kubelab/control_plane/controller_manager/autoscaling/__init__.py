"""The horizontal pod autoscaler: as many replicas as the use of processors and memory asks for."""
