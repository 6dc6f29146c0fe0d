-- Functions that mappings may use besides DuckDB's own.
-- A number, or null when the cell is none.
CREATE MACRO number(cell) AS CASE WHEN regexp_full_match(cell, '-?\d+(\.\d+)?([eE][+-]?\d+)?') THEN try_cast(cell AS DOUBLE) END;
-- A FHIR dateTime from local or zoned text: seconds filled, T between date and time, the zone's offset where none is said.
CREATE MACRO zone_offset(minutes) AS
  CASE WHEN minutes < 0 THEN '-' ELSE '+' END || lpad(CAST(abs(minutes) // 60 AS VARCHAR), 2, '0') || ':' || lpad(CAST(abs(minutes) % 60 AS VARCHAR), 2, '0');
CREATE MACRO local_offset(cell, zone) AS
  CASE WHEN zone = 'UTC' THEN 'Z' ELSE zone_offset(date_diff('minute', timezone('UTC', timezone(zone, CAST(cell AS TIMESTAMP))), CAST(cell AS TIMESTAMP))) END;
CREATE MACRO with_seconds(cell) AS CASE WHEN length(cell) = 16 THEN cell || ':00' ELSE cell END;
CREATE MACRO fhir_time(cell, zone) AS
  CASE WHEN length(cell) <= 10 THEN cell
       WHEN cell[-1] = 'Z' THEN with_seconds(replace(cell[:-2], ' ', 'T')) || 'Z'
       WHEN regexp_matches(cell, '[+-]\d\d:\d\d$') THEN with_seconds(replace(cell[:-7], ' ', 'T')) || cell[-6:]
       ELSE with_seconds(replace(cell, ' ', 'T')) || local_offset(with_seconds(cell), zone) END;
-- How HL7 v2 names a code system that no map knows: its own tables by number, others by their name.
CREATE MACRO hl7_system(name) AS
  CASE WHEN regexp_full_match(upper(name), 'HL7\d{4}') THEN 'http://terminology.hl7.org/CodeSystem/v2-' || right(name, 4) WHEN name <> '' THEN 'urn:hl7v2:' || lower(replace(name, ' ', '-')) END;
