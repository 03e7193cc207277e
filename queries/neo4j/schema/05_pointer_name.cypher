// One pointer, found at once.
CREATE CONSTRAINT pointer_name IF NOT EXISTS FOR (p:Pointer) REQUIRE p.name IS UNIQUE
