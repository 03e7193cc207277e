"""How good the detection is, measured without leaks: on generated worlds against their truth, on ledgers against
later facts.
"""
