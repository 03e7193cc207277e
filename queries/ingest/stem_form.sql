-- The stem of an e-mail address: the letters before its plus tag and its host, in small letters. NULL where they are fewer
-- than six, or name an office rather than a person: such a stem is everybody's.
CREATE OR REPLACE MACRO stem_form(value) AS (
  list_transform([regexp_replace(regexp_extract(lower(value), '^[^@+]*'), '[^\p{L}\p{M}]+', '', 'g')], lambda letters :
    CASE WHEN length(letters) >= 6 AND letters NOT IN (
      'account', 'accounting', 'accounts', 'administrator', 'anonymous', 'billing', 'bitcoin', 'business', 'company',
      'contact', 'contactus', 'crypto', 'customer', 'customercare', 'customerservice', 'deposit', 'donotreply', 'enquiries',
      'enquiry', 'exchange', 'finance', 'general', 'helpdesk', 'inquiries', 'invoice', 'invoices', 'mailbox', 'mailer',
      'mailerdaemon', 'manager', 'marketing', 'myemail', 'mygmail', 'mymail', 'newsletter', 'noreply', 'nobody', 'notifications',
      'office', 'official', 'orders', 'payment', 'payments', 'personal', 'postmaster', 'privacy', 'private', 'purchase',
      'reception', 'register', 'registration', 'sample', 'secretary', 'security', 'service', 'services', 'someone', 'student',
      'support', 'testing', 'trader', 'trading', 'unknown', 'username', 'wallet', 'webmaster', 'website', 'welcome', 'withdraw'
    ) THEN letters END)[1]
)
