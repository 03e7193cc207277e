-- The file that rows are sorted in before they are mapped; it is deleted when the run is published.
-- params: path
ATTACH $path AS graph
