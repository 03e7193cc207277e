-- Texts leave the engine with 64-bit places: those of a large run are longer than 2 GB together.
SET arrow_large_buffer_size = true
