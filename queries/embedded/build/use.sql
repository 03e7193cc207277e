-- Statements that follow mean the file being built.
USE graph
