-- Everything into the file itself, so that it can be moved alone.
CHECKPOINT graph
