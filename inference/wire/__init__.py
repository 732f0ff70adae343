"""What backends that speak HTTP have in common: addresses, event streams, faults."""
