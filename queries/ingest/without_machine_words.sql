-- A text without UUIDs and without hexadecimal words in which digits and letters alternate, or that are longer than any
-- card number: one such word in some thousand holds a run of digits that passes for a card number by chance.
CREATE OR REPLACE MACRO without_machine_words(value) AS (
  regexp_replace(
    regexp_replace(value, '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}', '#', 'g'),
    '(^|[^0-9A-Za-z])(?:[A-Fa-f]*[0-9]+[A-Fa-f]+[0-9][0-9A-Fa-f]*|[0-9A-Fa-f]{20,})', '\1#', 'g')
)
