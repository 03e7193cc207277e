-- The first 32 hex characters of HMAC-SHA256 of a text; the key comes as its inner and outer pad (RFC 2104).
CREATE OR REPLACE MACRO token(inner_pad, outer_pad, value) AS (
  left(sha256(outer_pad || unhex(sha256(inner_pad || encode(value)))), 32)
)
