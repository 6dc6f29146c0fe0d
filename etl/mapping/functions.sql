-- Functions that mappings may use besides DuckDB's own.
-- A number, or null when the cell is none.
CREATE MACRO number(cell) AS CASE WHEN regexp_full_match(cell, '-?(\d+(\.\d+)?|\.\d+)([eE][+-]?\d+)?') THEN try_cast(cell AS DOUBLE) END;
-- A FHIR dateTime from local or zoned text: seconds filled, T between date and time, the zone's offset where none is said.
CREATE MACRO zone_offset(minutes) AS
  CASE WHEN minutes < 0 THEN '-' ELSE '+' END || lpad(CAST(abs(minutes) // 60 AS VARCHAR), 2, '0') || ':' || lpad(CAST(abs(minutes) % 60 AS VARCHAR), 2, '0');
CREATE MACRO local_offset(cell, zone) AS
  CASE WHEN zone = 'UTC' THEN 'Z' ELSE zone_offset(date_diff('minute', timezone('UTC', timezone(zone, CAST(cell AS TIMESTAMP))), CAST(cell AS TIMESTAMP))) END;
-- True of a local time that the zone's clocks skip, when they are put forward; `said` has neither zone nor offset.
CREATE MACRO skipped(said, zone) AS
  zone <> 'UTC' AND coalesce(timezone(zone, timezone(zone, try_cast(said AS TIMESTAMP))) <> try_cast(said AS TIMESTAMP), false);
CREATE MACRO with_seconds(cell) AS CASE WHEN length(cell) = 16 THEN cell || ':00' ELSE cell END;
CREATE MACRO fhir_time(cell, zone) AS
  CASE WHEN length(cell) <= 10 THEN cell
       WHEN cell[-1] = 'Z' THEN with_seconds(replace(cell[:-2], ' ', 'T')) || 'Z'
       WHEN regexp_matches(cell, '[+-]\d\d:\d\d$') THEN with_seconds(replace(cell[:-7], ' ', 'T')) || cell[-6:]
       ELSE with_seconds(replace(cell, ' ', 'T')) || local_offset(with_seconds(cell), zone) END;
-- How HL7 v2 names a code system that no map knows: its own tables by number, others by their name.
CREATE MACRO hl7_system(name) AS
  CASE WHEN regexp_full_match(upper(name), 'HL7\d{4}') THEN 'http://terminology.hl7.org/CodeSystem/v2-' || right(name, 4) WHEN name <> '' THEN 'urn:hl7v2:' || lower(replace(name, ' ', '-')) END;
-- Who gave a number in HL7 v2 (HD): by OID, else by name.
CREATE MACRO hl7_authority(name, oid) AS
  CASE WHEN regexp_full_match(oid, '\d+(\.\d+)+') THEN 'urn:oid:' || oid WHEN coalesce(name, oid, '') <> '' THEN 'urn:hl7v2:authority:' || lower(replace(coalesce(name, oid), ' ', '-')) ELSE 'urn:hl7v2:authority' END;
-- Any text as an id: one that is legal stays, anything else becomes its hash, the same wherever it stands.
CREATE MACRO key(cell) AS CASE WHEN regexp_full_match(cell, '[A-Za-z0-9.-]{1,64}') THEN cell ELSE sha256(cell)[1:32] END;
-- A timestamp as FHIR writes it, with a fraction only where there is one.
CREATE MACRO iso_text(stamp) AS rtrim(rtrim(strftime(stamp, '%Y-%m-%dT%H:%M:%S.%f'), '0'), '.');
-- An instant, in microseconds since 1970.
CREATE MACRO instant(us) AS iso_text(make_timestamp(CAST(us AS BIGINT))) || 'Z';
-- Seconds or milliseconds since then, as text.
CREATE MACRO since_1970(cell, factor) AS
  CASE WHEN regexp_full_match(cell, '-?\d{1,14}(\.\d*)?') AND abs(try_cast(cell AS DOUBLE) * factor) < 25e16 THEN instant(CAST(cell AS DOUBLE) * factor) END;
-- HL7 v2 and v3 write 20200131, 202001311030, 20200131103000.12+0100; null where it stands in no calendar.
CREATE MACRO hl7_local(digits, fraction) AS
  CASE WHEN length(digits) <= 8 THEN concat_ws('-', digits[1:4], nullif(digits[5:6], ''), nullif(digits[7:8], ''))
       ELSE concat_ws('-', digits[1:4], digits[5:6], digits[7:8]) || 'T' || concat_ws(':', digits[9:10], coalesce(nullif(digits[11:12], ''), '00'), coalesce(nullif(digits[13:14], ''), '00')) || fraction END;
CREATE MACRO hl7_zoned(cell, local, zone) AS
  CASE WHEN length(local) <= 10 THEN CASE WHEN try_cast(rpad(local, 10, '-01') AS DATE) IS NOT NULL THEN local END
       WHEN try_cast(local AS TIMESTAMP) IS NULL THEN NULL
       WHEN regexp_matches(cell, '[+-]\d{4}$') THEN local || cell[-5:-3] || ':' || cell[-2:]
       ELSE local || local_offset(local, zone) END;
CREATE MACRO hl7_time(cell, zone) AS
  CASE WHEN regexp_full_match(cell, '\d{4}(\d\d){0,5}(\.\d{1,6})?([+-]\d{4})?')
       THEN hl7_zoned(cell, hl7_local(regexp_extract(cell, '^\d+'), regexp_extract(cell, '\.\d+')), zone) END;
-- A time so long after another. The offset of the start stays; a start without hour is its midnight there.
CREATE MACRO moved(zone, start, us) AS
  CASE WHEN length(start) = 10 THEN fhir_time(iso_text(try_cast(start AS TIMESTAMP) + to_microseconds(us)), zone)
       WHEN length(start) > 16 THEN iso_text(try_cast(regexp_replace(start, '(Z|[+-]\d\d:\d\d)$', '') AS TIMESTAMP) + to_microseconds(us)) || regexp_extract(start, '(Z|[+-]\d\d:\d\d)$') END;
CREATE MACRO span_of(unit) AS
  CASE unit WHEN 'milliseconds' THEN 1e3 WHEN 'seconds' THEN 1e6 WHEN 'minutes' THEN 6e7 WHEN 'hours' THEN 36e8 WHEN 'days' THEN 864e8 END;
-- Further than 300 years away is nowhere: null.
CREATE MACRO within(us) AS CASE WHEN abs(us) < 94672800e8 THEN CAST(round(us) AS BIGINT) END;
CREATE MACRO after_in(zone, start, n, unit := 'minutes') AS moved(zone, start, within(try_cast(n AS DOUBLE) * span_of(unit)));
-- hh:mm or hh:mm:ss after a start; on a day without hour it is the time of day.
CREATE MACRO clock_in(zone, start, cell) AS
  CASE WHEN regexp_full_match(cell, '\d{1,4}:[0-5]\d(:[0-5]\d)?')
       THEN moved(zone, start, within(3.6e9 * CAST(split_part(cell, ':', 1) AS DOUBLE) + 6e7 * CAST(split_part(cell, ':', 2) AS DOUBLE) + 1e6 * CAST('0' || split_part(cell, ':', 3) AS DOUBLE))) END;
-- A FHIR dateTime as a timestamp in UTC; of a day without hour its midnight, or the one after it; less than a day says nothing.
-- What is said is named once (s): written out at each of its places it would be planned a hundred times.
CREATE MACRO moment(zone, said) AS list_transform([said], lambda s:
  CASE WHEN length(s) >= 10 THEN make_timestamp(epoch_us(try_cast(fhir_time(CASE WHEN length(s) = 10 THEN s || 'T00:00:00' ELSE s END, zone) AS TIMESTAMPTZ))) END)[1];
CREATE MACRO moment_after(zone, said) AS
  moment(zone, CASE WHEN length(said) = 10 THEN CAST(try_cast(said AS DATE) + 1 AS VARCHAR) ELSE said END);
-- A text that sorts as people count: 2 before 10, L2 before L10, 1.25 before 1.5, times by the clock whatever their zone.
CREATE MACRO padded(cell) AS
  array_to_string(list_transform(regexp_extract_all(cell, '\d+|\D+'), lambda part: CASE WHEN part[1] BETWEEN '0' AND '9' THEN lpad(part, CAST(greatest(20, length(part)) AS INTEGER), '0') ELSE part END), '');
CREATE MACRO line_place(cell) AS
  CASE WHEN regexp_full_match(cell, '\d{4}-\d\d-\d\d([T ].*)?') THEN coalesce(strftime(moment('UTC', cell), '%Y-%m-%d %H:%M:%S.%f'), cell)
       WHEN regexp_full_match(cell, '\d+\.\d+') THEN padded(split_part(cell, '.', 1)) || '.' || split_part(cell, '.', 2)
       ELSE padded(cell) END;
-- A year of two digits within the years of the source, a hundred at most; null where that year has no such day.
CREATE MACRO same_day(said, moved) AS CASE WHEN day(said) = day(moved) THEN moved END;
CREATE MACRO in_century(said, first, last) AS
  same_day(said, said + to_years(CASE WHEN year(said) > last THEN -100 WHEN year(said) < first THEN 100 ELSE 0 END));
