"""Pairs of reports counted: margins, and expected counts, summed over strata as Mantel and Haenszel do."""

from typing import Any

import numpy as np

from nlp.adverse.signals.cells import Cells, Floats, Ints

AT_ONCE = 4_000_000  # numbers held while strata are summed


def count(con: Any, counting: str = "pairs", *, stratified: bool = False) -> Cells:
    """`pairs`: margins and total count pairs, as vigipy does; `reports`: reports, each once."""
    names = [
        [str(n) for (n,) in con.execute(f"SELECT name FROM {t} ORDER BY id").fetchall()] for t in ("drugs", "events")
    ]
    found = con.execute("SELECT drug, event, count(*) AS a FROM pairs GROUP BY drug, event ORDER BY drug, event")
    columns = found.fetchnumpy()
    drug, event, a = (np.asarray(columns[name]) for name in ("drug", "event", "a"))
    of_drug, of_event, total = _margins(con, counting, names, "''")
    expected = of_drug[drug, 0] * of_event[event, 0] / total[0]
    if stratified:
        expected = _summed(_margins(con, counting, names, "stratum"), drug, event)
    margins = (of_drug[drug, 0], of_event[event, 0], float(total[0]))
    return Cells(drug, event, a.astype(float), *margins, expected, names[0], names[1], stratified)


def _margins(con: Any, counting: str, names: list[list[str]], stratum: str) -> tuple[Floats, Floats, Floats]:
    """Of drugs, of events and of all, one column a stratum."""
    unit = "count(*)" if counting == "pairs" else "count(DISTINCT report)"
    source = "pairs" if stratum == "''" else "pairs JOIN reports USING (report)"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE strata AS SELECT s, row_number() OVER (ORDER BY s) - 1 AS id FROM "
        f"(SELECT DISTINCT {stratum} AS s FROM reports)"
    )
    width = con.execute("SELECT count(*) FROM strata").fetchall()[0][0]
    joined = f"FROM {source} JOIN strata ON strata.s = {stratum}"
    margins = []
    for kind, known in zip(("drug", "event"), names, strict=True):
        rows = con.execute(f"SELECT {kind}, strata.id AS s, {unit} AS n {joined} GROUP BY ALL").fetchnumpy()
        matrix = np.zeros((len(known), width))
        matrix[rows[kind], rows["s"]] = rows["n"]
        margins.append(matrix)
    whole = con.execute(f"SELECT strata.id AS s, {unit} AS n {joined} GROUP BY ALL").fetchnumpy()
    total = np.zeros(width)
    total[whole["s"]] = whole["n"]
    return margins[0], margins[1], total


def _summed(margins: tuple[Floats, Floats, Floats], drug: Ints, event: Ints) -> Floats:
    of_drug, of_event, total = margins
    share = of_drug / np.maximum(total, 1)
    step = max(1, AT_ONCE // len(total))
    pieces = (slice(at, at + step) for at in range(0, len(drug), step))
    return np.concatenate([np.einsum("ps,ps->p", share[drug[p]], of_event[event[p]]) for p in pieces] or [np.zeros(0)])


def months(con: Any, drug: Ints, event: Ints) -> Any:
    """Of the pairs named: reports by month, and those of the drug; an Arrow table, empty where no report has a date."""
    import pyarrow as pa

    con.register("wanted", pa.table({"drug": pa.array(drug, pa.int32()), "event": pa.array(event, pa.int32())}))
    return con.sql(
        "WITH dated AS (SELECT pairs.*, month FROM pairs JOIN reports USING (report) WHERE month IS NOT NULL "
        "AND drug IN (SELECT drug FROM wanted)), "
        "of_drug AS (SELECT drug, month, count(DISTINCT report) AS drug_reports FROM dated GROUP BY ALL), "
        "of_pair AS (SELECT drug, event, month, count(DISTINCT report) AS reports FROM dated "
        "JOIN wanted USING (drug, event) GROUP BY ALL) "
        "SELECT d.name AS drug, e.name AS event, of_pair.month, reports, drug_reports "
        "FROM of_pair JOIN of_drug USING (drug, month) JOIN drugs d ON d.id = drug JOIN events e ON e.id = event "
        "ORDER BY drug, event, month"
    ).to_arrow_table()
