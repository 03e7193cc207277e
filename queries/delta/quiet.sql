-- No progress bar on the terminal of whoever called: the command line shows its own, on stderr.
SET enable_progress_bar = false
