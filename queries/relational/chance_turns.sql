-- For pairs that log in in turn: on each address or device that both used, the logins of either, all logins on it, and how many of
-- these were followed by another account within the time allowed, and how they are spread over the hours of the week: what
-- following by chance would come to. `span`: seconds for which it was in use.
-- returns: a, b, place, active_a, active_b, activity, squares, weekly_squares, accounts, span
WITH candidates AS (
  SELECT a AS account FROM logins_in_turn
  UNION
  SELECT b FROM logins_in_turn
), places AS (
  SELECT login_moments.place AS place
  FROM login_moments
  JOIN candidates ON candidates.account = login_moments.account
  GROUP BY login_moments.place
  HAVING count(DISTINCT login_moments.account) > 1
), turns AS (
  SELECT
    login_moments.place AS place, login_moments.account AS account, login_moments.second AS second,
    lead(login_moments.account) OVER turn AS next_account, lead(login_moments.second) OVER turn AS next_second
  FROM login_moments
  JOIN places ON places.place = login_moments.place
  WINDOW turn AS (PARTITION BY login_moments.place ORDER BY login_moments.second, login_moments.account)
), whole AS (
  SELECT
    turns.place AS place, count(*) AS activity, max(turns.second) - min(turns.second) AS span, count(DISTINCT turns.account) AS accounts,
    count(*) FILTER (
      WHERE turns.next_account <> turns.account AND turns.next_second > turns.second
        AND turns.next_second - turns.second <= part.seconds
    ) AS squares
  FROM turns
  CROSS JOIN part
  GROUP BY turns.place
), hours AS (
  SELECT place, second // 3600 % 168 AS hour, count(*) AS logins FROM turns GROUP BY place, second // 3600 % 168
), habits AS (
  SELECT place, sum(logins * logins) AS squares FROM hours GROUP BY place
), active AS (
  SELECT turns.place AS place, turns.account AS account, count(*) AS logins
  FROM turns
  JOIN candidates ON candidates.account = turns.account
  GROUP BY turns.place, turns.account
)
SELECT
  logins_in_turn.a AS a, logins_in_turn.b AS b, one.place AS place, one.logins::int AS active_a, other.logins::int AS active_b,
  whole.activity::bigint AS activity, whole.squares::bigint AS squares, habits.squares::bigint AS weekly_squares,
  whole.accounts::int AS accounts, whole.span::bigint AS span
FROM logins_in_turn
JOIN active AS one ON one.account = logins_in_turn.a
JOIN active AS other ON other.account = logins_in_turn.b AND other.place = one.place
JOIN whole ON whole.place = one.place
JOIN habits ON habits.place = one.place
ORDER BY a, b, place
