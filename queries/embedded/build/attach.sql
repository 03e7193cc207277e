-- The file to be built. Small row groups: a read that looks up a dozen identifiers touches a dozen groups, and reads no more.
-- params: path
ATTACH $path AS graph (ROW_GROUP_SIZE 8192)
