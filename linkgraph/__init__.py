"""linkgraph: finds accounts that one hand controls, and explains every link it claims."""

__version__ = "0.1.0"
