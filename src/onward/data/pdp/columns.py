"""The columns of PDP files: what NSC calls them, what may stand in them, and from when on each is known."""

import re
from dataclasses import dataclass
from typing import Literal

FileKind = Literal["cohort", "course"]
Kind = Literal[
    "id", "institution", "school_year", "category", "text", "upper", "age", "credential", "cip", "number", "years",
    "flag", "date",
]  # fmt: skip
Timing = Literal[
    "entry", "term_1", "year_1", "year_2", "year_3", "year_4", "course_start", "course_end", "outcome"
]  # fmt: skip
TERMS = ("FALL", "WINTER", "SPRING", "SUMMER")
"""In the order of a school year; summer is a lagging term."""
CREDENTIALS_SOUGHT = {
    "C1": "Less than one-year certificate, less than Associate degree",
    "C2": "One to two year certificate, less than Associate degree",
    "C4": "Two to four year certificate, less than Bachelor's degree",
    "01": "Undergraduate Certificate or Diploma Program",
    "A": "Associate Degree",
    "B": "Bachelor's Degree",
    "PB": "Post Baccalaureate Certificate",
    "M": "Master's Degree",
    "D": "Doctoral Degree",
    "FP": "First Professional Degree",
    "PC": "Graduate/Professional Certificate",
    "NC": "Non- Credential Program (Preparatory Coursework/Teach Certification)",
}
"""What a learner sought in the first year: NSC's codes and labels."""
AGES = ("20 AND YOUNGER", ">20 - 24", "OLDER THAN 24")


@dataclass(frozen=True)
class PdpColumn:
    """One column: NSC's header, its kind, its closed list if it has one, its range, and when it is known.

    ``timing`` is from when on a value is known: at entry, once the first term or the Nth year is over, at the start or
    the end of the course, or only as an ``outcome``, which derives from what came later and may never become a feature.
    ``needed`` columns must be in the file, and ``filled`` ones hold a value in every row. A ``private`` column is about
    a person, so no message repeats what stands in it. ``never`` columns write 0 for what has not happened.
    """

    name: str
    heading: str
    kind: Kind
    timing: Timing
    values: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    needed: bool = True
    filled: bool = False
    private: bool = False
    never: bool = False
    missing: tuple[str, ...] = ("UK",)
    also: tuple[str, ...] = ()

    @property
    def headings(self) -> tuple[str, ...]:
        """Every name under which the column comes."""
        return (self.heading, self.name, *self.also)

    @property
    def dtype(self) -> str:
        """The pandas dtype in a frame; texts but ids are categories, since few of them differ."""
        known = {"id": "str", "number": "float64", "years": "Int64", "flag": "boolean", "date": "datetime64[us]"}
        return known.get(self.kind, "category")

    @property
    def feature(self) -> bool:
        """Whether the column may ever tell a model something; an outcome may not, whatever the decision point."""
        return self.timing != "outcome"


def snake(heading: str) -> str:
    """Return the name that goes with NSC's header, as student-success-tool 0.3.10 makes it.

    >>> snake("AttemptedGatewayMathYear1"), snake("Years to Bachelors at cohort inst.")
    ('attempted_gateway_math_year_1', 'years_to_bachelors_at_cohort_inst')
    """
    spaced = re.sub(r"['\"`]", "", re.sub(r"[!()*+,\-./:;<=>?\[\]^_{|}~]", " ", heading))
    apart = re.sub(r"([A-Z][a-z]+)", r" \1", re.sub(r"([A-Z]+|[0-9]+|\W+)", r" \1", spaced))
    return "_".join(apart.split()).lower()


def _of(
    heading: str,
    kind: Kind,
    timing: Timing,
    *values: str,
    needed: bool = True,
    filled: bool = False,
    private: bool = False,
) -> PdpColumn:
    missing = () if "UK" in values or kind in {"text", "upper"} else ("UK",)
    return PdpColumn(
        snake(heading), heading, kind, timing, values, needed=needed, filled=filled, private=private, missing=missing
    )


def _number(heading: str, timing: Timing, low: float | None = 0, high: float | None = None) -> PdpColumn:
    return PdpColumn(snake(heading), heading, "number", timing, low=low, high=high)


def _years(heading: str, *, never: bool = True, needed: bool = True) -> PdpColumn:
    return PdpColumn(
        snake(heading), heading, "years", "outcome", low=0, high=8, needed=needed, filled=not never, never=never
    )


LEARNER = PdpColumn(
    "student_id",
    "Student GUID",
    "id",
    "entry",
    filled=True,
    private=True,
    missing=(),
    also=("Study ID", "Student ID"),
)
_INSTITUTION = _of("Institution ID", "institution", "entry", filled=True)
_COHORT = _of("Cohort", "school_year", "entry", filled=True)
_COHORT_TERM = _of("Cohort Term", "category", "entry", *TERMS, filled=True)
_AGE = _of("Student Age", "age", "entry", private=True)
_RACE = _of("Race", "upper", "entry", private=True)
_ETHNICITY = _of("Ethnicity", "category", "entry", "H", "N", "UK", private=True)
_GENDER = _of("Gender", "upper", "entry", private=True)
_ELSEWHERE = (
    "Most Recent Bachelors at Other Institution",
    "Most Recent Associates or Certificate at Other Institution",
    "Most Recent Last Enrollment at Other institution",
    "First Bachelors at Other Institution",
    "First Associates or Certificate at Other Institution",
)


def _elsewhere(what: str, kind: Kind) -> tuple[PdpColumn, ...]:
    return tuple(_of(f"{event} {what}", kind, "outcome") for event in _ELSEWHERE)


COHORT: tuple[PdpColumn, ...] = (
    _INSTITUTION,
    _COHORT,
    LEARNER,
    _COHORT_TERM,
    _AGE,
    _of("Enrollment Type", "category", "entry", "FIRST-TIME", "RE-ADMIT", "TRANSFER-IN", filled=True),
    _of("Enrollment Intensity First Term", "category", "term_1", "FULL-TIME", "PART-TIME"),
    # R is not in NSC's list, but files that others made have it.
    _of("Math Placement", "category", "entry", "C", "N", "R"),
    _of("English Placement", "category", "entry", "C", "N", "R"),
    _of("Dual and Summer Enrollment", "category", "entry", "DE", "SE", "DS"),
    _RACE,
    _ETHNICITY,
    _GENDER,
    _of("First Gen", "category", "entry", "N", "P", "C", "A", "B", "UK", private=True),
    _of("Pell Status First Year", "category", "year_1", "Y", "N", private=True),
    _of("Attendance Status Term 1", "text", "term_1"),
    _of("Credential Type Sought Year 1", "credential", "year_1", *CREDENTIALS_SOUGHT),
    _of("Program of Study Term 1", "cip", "term_1"),
    _number("GPA Group Term 1", "term_1", 0, 4),
    _number("GPA Group Year 1", "year_1", 0, 4),
    _number("Number of Credits Attempted Year 1", "year_1"),
    _number("Number of Credits Earned Year 1", "year_1"),
    _number("Number of Credits Attempted Year 2", "year_2"),
    _number("Number of Credits Earned Year 2", "year_2"),
    _number("Number of Credits Attempted Year 3", "year_3"),
    _number("Number of Credits Earned Year 3", "year_3"),
    _number("Number of Credits Attempted Year 4", "year_4"),
    _number("Number of Credits Earned Year 4", "year_4"),
    _of("Gateway Math Status", "category", "year_1", "R", "N", "NA"),
    _of("Gateway English Status", "category", "year_1", "R", "N", "NA"),
    _of("AttemptedGatewayMathYear1", "category", "year_1", "Y", "N", "NA"),
    _of("AttemptedGatewayEnglishYear1", "category", "year_1", "Y", "N", "NA"),
    _of("CompletedGatewayMathYear1", "category", "year_1", "C", "D", "NA"),
    _of("CompletedGatewayEnglishYear1", "category", "year_1", "C", "D", "NA"),
    _of("GatewayMathGradeY1", "text", "year_1"),
    _of("GatewayEnglishGradeY1", "text", "year_1"),
    _of("AttemptedDevMathY1", "category", "year_1", "Y", "N", "NA"),
    _of("AttemptedDevEnglishY1", "category", "year_1", "Y", "N", "NA"),
    # Older files write C and D for what is Y and N now.
    _of("CompletedDevMathY1", "category", "year_1", "Y", "N", "NA", "C", "D"),
    _of("CompletedDevEnglishY1", "category", "year_1", "Y", "N", "NA", "C", "D"),
    _of("Retention", "flag", "outcome", filled=True),
    _of("Persistence", "flag", "outcome", filled=True),
    _years("Years to Bachelors at cohort inst."),
    _years("Years to Associates or Certificate at cohort inst."),
    _years("Years to Bachelor at other inst."),
    _years("Years to Associates or Certificate at other inst."),
    _years("Years of Last Enrollment at cohort institution", never=False),
    _years("Years of Last Enrollment at other institution", never=False),
    _number("Time to Credential", "outcome", None),
    _of("Reading Placement", "category", "entry", "C", "N", "R", needed=False),
    _of("Special Program", "text", "year_1", needed=False),
    _of(
        "NASPA First-Generation",
        "category",
        "entry",
        *("-1", "0", "1", "2", "3", "4", "5", "6"),
        needed=False,
        private=True,
    ),
    _of("Incarcerated Status", "category", "year_1", "Y", "P", "N", needed=False, private=True),
    PdpColumn(
        "military_status",
        "Military Status",
        "category",
        "entry",
        # 3 and 4 are not in NSC's list, but files that others made have them.
        ("0", "1", "2", "3", "4"),
        needed=False,
        private=True,
        missing=("UK", "-1"),
    ),
    _of("Employment Status", "category", "year_1", "-1", "0", "1", "2", "3", "4", needed=False, private=True),
    _of("Disability Status", "category", "entry", "Y", "N", needed=False, private=True),
    _of("Foreign Language Completion", "text", "outcome", needed=False),
    _years("First Year to Bachelors at cohort inst."),
    _years("First Year to Associates or Certificate at cohort inst."),
    _years("First Year to Bachelor at other inst."),
    _years("First Year to Associates or Certificate at other inst."),
    _of("Program of Study Year 1", "cip", "year_1"),
    *_elsewhere("STATE", "upper"),
    *_elsewhere("CARNEGIE", "text"),
    *_elsewhere("LOCALE", "upper"),
    # Added in January 2025.
    _years("Years to Latest Associates at Cohort Inst", needed=False),
    _years("Years to Latest Certificate at Cohort Inst", needed=False),
    _years("Years to Latest Associates at Other Inst", needed=False),
    _years("Years to Latest Certificate at Other Inst", needed=False),
    _years("First Year to Associates at Cohort Inst", needed=False),
    _years("First Year to Certificate at Cohort Inst", needed=False),
    _years("First Year to Associates at Other Inst", needed=False),
    _years("First Year to Certificate at Other Inst", needed=False),
)
COURSE: tuple[PdpColumn, ...] = (
    LEARNER,
    _AGE,
    _RACE,
    _ETHNICITY,
    _GENDER,
    _INSTITUTION,
    _COHORT,
    _COHORT_TERM,
    _of("Academic Year", "school_year", "course_start"),
    _of("Academic Term", "category", "course_start", *TERMS),
    _of("Course Prefix", "text", "course_start"),
    _of("Course Number", "text", "course_start"),
    _of("Section ID", "text", "course_start"),
    _of("Course Name", "text", "course_start"),
    _of("Course CIP", "cip", "course_start"),
    _of("Course Type", "category", "course_start", "CU", "CG", "CC", "CD", "EL", "AB", "GE", "NC", "O"),
    _of("Math or English Gateway", "category", "course_start", "E", "M", "NA"),
    _of("Co-requisite Course", "category", "course_start", "Y", "N"),
    _of("Course Begin Date", "date", "course_start"),
    _of("Course End Date", "date", "course_start"),
    _of("Grade", "text", "course_end"),
    _number("Number of Credits Attempted", "course_start", 0, 20),
    _number("Number of Credits Earned", "course_end", 0, 20),
    _of("Delivery Method", "category", "course_start", "F", "O", "H"),
    _of("Core Course", "category", "course_start", "Y", "N"),
    _of("Core Course Type", "text", "course_start"),
    _of("Core Competency Completed", "category", "course_end", "Y", "N"),
    _of("Enrolled at Other Institution(s)", "category", "course_end", "Y", "N"),
    _of("Credential Engine Identifier", "text", "course_start", needed=False),
    _of("Course Instructor Employment Status", "category", "course_start", "PT", "FT", needed=False),
    _of("Course Instructor Rank", "category", "course_start", *("1", "2", "3", "4", "5", "6", "7"), needed=False),
    # Several institutions stand in one cell with bars between them.
    _of("Enrollment Record at Other Institution(s) STATE(s)", "upper", "course_end"),
    _of("Enrollment Record at Other Institution(s) CARNEGIE(s)", "text", "course_end"),
    _of("Enrollment Record at Other Institution(s) LOCALE(s)", "upper", "course_end"),
    # Added in January 2025.
    _of("Term Program of Study", "cip", "course_start", needed=False),
)
COLUMNS: dict[FileKind, tuple[PdpColumn, ...]] = {"cohort": COHORT, "course": COURSE}


def column(kind: FileKind, name: str) -> PdpColumn:
    """Return the column ``name`` of cohort or course files.

    >>> column("cohort", "retention").timing
    'outcome'
    """
    return next(one for one in COLUMNS[kind] if one.name == name)
