"""Graph stores: the seam in `base`, one module per store."""
