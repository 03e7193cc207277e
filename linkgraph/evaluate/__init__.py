"""Measures detection without leaks: time cuts with two clocks, baselines, ablations, intervals, one report."""
