"""Groups of commands, one module each; `linkgraph.cli` puts them under their names."""
