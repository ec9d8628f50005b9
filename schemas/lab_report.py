"""Laboratory report: what was measured in a specimen of whom, with reference ranges and flags."""

from __future__ import annotations

from typing import ClassVar

from schemas.fields import Form, Part, printed
from schemas.relations import Present, Relation
from schemas.values import Day


class Result(Part):
    """One measurement; its panel is the caption that it stands under."""

    panel: str | None = printed(column=("Panel", "Profile", "Section"), spans=True)
    test: str | None = printed(column=("Test", "Test Name", "Analyte", "Component", "Investigation"), key=True)
    result: str | None = printed(
        column=("Result", "Value", "Your Value", "Observed Value"), description="As printed: 5.4, <0.5, Negative."
    )
    flag: str | None = printed(column=("Flag", "Abnormal", "H/L"))
    unit: str | None = printed(column=("Unit", "Units"))
    reference_range: str | None = printed(
        column=("Reference Range", "Reference Interval", "Ref. Range", "Normal Range", "Reference", "Range")
    )


class LabReport(Form):
    """One report of a laboratory."""

    accounts: ClassVar[str] = "asked"
    unasked: ClassVar[tuple[str, ...]] = ("Phone", "Tel", "Fax", "Page", "Laboratory Director", "CLIA")

    laboratory: str | None = printed("Laboratory", "Lab", "Performed By", "Performing Laboratory")
    patient_name: str | None = printed("Patient", "Patient Name", "Name")
    patient_id: str | None = printed("Patient ID", "MRN", "Medical Record No.", "Hospital No.", "NHS No.")
    date_of_birth: Day | None = printed("Date of Birth", "DOB", "Birth Date", "D.O.B.")
    age: str | None = printed("Age")
    sex: str | None = printed("Sex", "Gender")
    ordered_by: str | None = printed(
        "Ordering Physician", "Ordered By", "Physician", "Requested By", "Referring Doctor", "Requesting Clinician"
    )
    accession: str | None = printed(
        "Accession", "Accession No.", "Accession Number", "Accession #", "Lab No.", "Specimen ID", "Sample ID", key=True
    )
    specimen: str | None = printed("Specimen", "Specimen Type", "Sample Type", "Sample")
    collected: str | None = printed(
        "Collected", "Collection Date", "Date Collected", "Drawn", description="With its time, as printed."
    )
    received: str | None = printed("Received", "Date Received", description="With its time, as printed.")
    reported: str | None = printed("Reported", "Report Date", "Date Reported", description="With its time, as printed.")
    status: str | None = printed("Status", "Report Status")
    results: list[Result] = printed("Results", "Test Results", many=True)
    comments: str | None = printed("Comments", "Comment", "Interpretation", "Notes", long=True)
    reviewed_by: str | None = printed(
        "Reviewed By", "Verified By", "Authorised By", "Signed By", "Electronically Signed By"
    )

    relations: ClassVar[tuple[Relation, ...]] = (Present("results[].result", beside="results[].test"),)
