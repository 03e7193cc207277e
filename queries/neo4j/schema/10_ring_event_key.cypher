// One node per event.
CREATE CONSTRAINT ring_event_key IF NOT EXISTS FOR (e:RingEvent) REQUIRE e.key IS UNIQUE
