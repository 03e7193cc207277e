-- An e-mail address as the mailbox behind it, its stem, and its host.
-- `form`: the value in `email_form`.
CREATE OR REPLACE MACRO read_email(value, form) AS {
  'value': CASE WHEN regexp_full_match(form, '[^@\s]+@[^@\s.]+(\.[^@\s.]+)+') THEN form END,
  'stem': CASE WHEN regexp_full_match(form, '[^@\s]+@[^@\s.]+(\.[^@\s.]+)+') THEN stem_form(form) END,
  'domain': CASE WHEN regexp_full_match(form, '[^@\s]+@[^@\s.]+(\.[^@\s.]+)+') THEN split_part(form, '@', 2) END,
  'fault': CASE
    WHEN value IS NULL THEN NULL
    WHEN length(value) > 512 THEN 'too_long'
    WHEN has_card_number(value) THEN 'card_number'
    WHEN is_placeholder(value) THEN 'placeholder'
    WHEN NOT coalesce(regexp_full_match(form, '[^@\s]+@[^@\s.]+(\.[^@\s.]+)+'), FALSE) THEN 'malformed'
  END
}
