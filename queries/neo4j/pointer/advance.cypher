// Ends a step of a publish: a reader that read across it finds another number, and reads again.
MATCH (p:Pointer {name: 'published'})
SET p.epoch = p.epoch + 1
