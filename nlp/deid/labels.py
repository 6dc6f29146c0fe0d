"""The labels of what may name a person in a note, and which of them the HIPAA Safe Harbor list knows."""

LABELS = (
    "PATIENT", "RELATIVE", "STAFF", "HOSPITAL", "DATE", "AGE", "AGE90", "PHONE", "FAX", "EMAIL", "URL", "IP", "SSN",
    "MRN", "ACCOUNT", "HEALTHPLAN", "LICENSE", "VEHICLE", "DEVICE", "ACCESSION", "USERNAME", "EMPLOYER", "PROFESSION",
    "STREET", "CITY", "STATE", "ZIP",
)  # fmt: skip
NOT_HIPAA = frozenset({"STAFF", "HOSPITAL", "AGE", "PROFESSION", "STATE"})
HIPAA = frozenset(LABELS) - NOT_HIPAA
"""45 CFR 164.514(b)(2)(i)(A) to (R), as far as they occur in text."""

NAMES = frozenset({"PATIENT", "RELATIVE", "STAFF"})
PLACES = frozenset({"HOSPITAL", "EMPLOYER", "STREET", "CITY", "STATE", "ZIP"})
NUMBERS = frozenset({"SSN", "MRN", "ACCOUNT", "HEALTHPLAN", "LICENSE", "VEHICLE", "DEVICE", "ACCESSION"})
CONTACTS = frozenset({"PHONE", "FAX", "EMAIL", "URL", "IP", "USERNAME"})
