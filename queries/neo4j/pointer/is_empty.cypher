// Whether the database holds no node at all; asked only where there is no pointer of ours.
// returns: is_empty
MATCH (n)
RETURN count(n) = 0 AS is_empty
