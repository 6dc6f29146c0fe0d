"""Diagnosis or procedure, by the code system."""

DIAGNOSIS, PROCEDURE = "diagnosis", "procedure"
PROCEDURES = ("ICD-10-PCS", "ICD-9-PCS", "CPT", "HCPCS")


def kind(system: str) -> str:
    return PROCEDURE if system in PROCEDURES else DIAGNOSIS
