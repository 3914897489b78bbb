"""The disruption controller: how many pods of each budget may be evicted now."""
