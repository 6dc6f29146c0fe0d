-- What the extracts of all vendors are made with: SQL of DuckDB over the tables of a Synthea-shaped export.
SET TimeZone = 'UTC';
-- A local clock time of a zone, out of a moment; of a day alone its midnight.
CREATE MACRO at_zone(said, zone) AS
  CASE WHEN length(said) = 10 THEN CAST(said AS TIMESTAMP) ELSE timezone(zone, CAST(said AS TIMESTAMPTZ)) END;
CREATE MACRO clock(said, zone) AS strftime(at_zone(said, zone), '%Y-%m-%d %H:%M:%S');
CREATE MACRO utc(said) AS strftime(timezone('UTC', CAST(said AS TIMESTAMPTZ)), '%Y-%m-%d %H:%M:%S');
CREATE MACRO later(said, minutes) AS
  strftime(timezone('UTC', CAST(said AS TIMESTAMPTZ)) + to_minutes(CAST(minutes AS BIGINT)), '%Y-%m-%dT%H:%M:%SZ');
-- Where a note is cut in two, before a line; 0: it has too few lines for that.
CREATE MACRO half(lines) AS CASE WHEN len(lines) >= 4 THEN len(lines) // 2 ELSE 0 END;
-- Dates and hours in columns of their own: day first, or yyyymmdd; hhmm or hhmmss.
CREATE MACRO dmy_of(said, zone) AS strftime(at_zone(said, zone), '%d/%m/%Y');
CREATE MACRO dmy(said) AS strftime(CAST(said AS DATE), '%d/%m/%Y');
CREATE MACRO ymd_of(said, zone) AS strftime(at_zone(said, zone), '%Y%m%d');
CREATE MACRO hhmm_of(said, zone) AS strftime(at_zone(said, zone), '%H%M');
CREATE MACRO hhmmss_of(said, zone) AS strftime(at_zone(said, zone), '%H%M%S');
