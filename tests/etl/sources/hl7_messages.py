"""HL7 v2 messages of a person called Ada, for tests."""

PID = "PID|1||{mrn}^^^NORTH^MR||Moe^Ada^Lu||19610719|F"
OBR = "OBR|1||L9^LAB|24323-8^Panel^LN|||202403051100+0100|||||||||||||||20240305114500+0100||LAB|F"


def message(kind: str, *segments: str, at: str = "20240305120000+0100", number: str = "1") -> str:
    structure = rf"MSH|^~\&|SENDER|NORTH|EHR|SOUTH|{at}||{kind}|{number}|P|2.5"
    return "\r".join([structure, *segments]) + "\r"


def adt(event: str, *segments: str, at: str, mrn: str = "77") -> str:
    return message(f"ADT^{event}", f"EVN|{event}|{at}", PID.format(mrn=mrn), *segments, at=at)


def oru(*segments: str, at: str = "20240305120000+0100", mrn: str = "77") -> str:
    return message("ORU^R01", PID.format(mrn=mrn), *segments, at=at)


def pv1(visit: str, place: str = "W1^3^B", kind: str = "I", admitted: str = "", left: str = "") -> str:
    fields = {2: kind, 3: place, 7: "9^Ek^Bo", 19: f"{visit}^^^NORTH", 44: admitted, 45: left}
    return "PV1|" + "|".join(fields.get(i, "1" if i == 1 else "") for i in range(1, 46))
