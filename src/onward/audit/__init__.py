"""Who bears it: whether groups of learners are advised into lower-value credentials than comparable learners.

It reads decisions, whoever made them, and the canonical tables; it knows nothing of models or policies.

**Value** is what a credential returns a year, one number per credential. A **gap** is a group's mean minus everyone
else's, over all learners or among those of one **stratum**. **Tracking** is a gap in the value of what is advised
among comparable learners; those of the stratum ``other``, which pools unlike learners, are comparable with
nobody. **Face value** is the value of the advised credential; **expected benefit** counts it only as
far as the learner is likely to complete, less the cost of failing; **completion** is that likelihood. The **primary
family** are the gaps the verdict rests on, fixed by group size before any result. A **withheld** cell is one that could
give away a learner. A verdict is *pass*, *fail*, *cannot tell* or *not evaluated*; absent evidence is never a pass.
"""

from onward.audit.figures import audit
from onward.audit.plan import AuditPlan
from onward.audit.report import write_report
from onward.audit.result import Audit, Editions, Valuation
from onward.audit.suppression import Release
from onward.audit.verdict import Finding, Verdict

__all__ = [
    "Audit",
    "AuditPlan",
    "Editions",
    "Finding",
    "Release",
    "Valuation",
    "Verdict",
    "audit",
    "write_report",
]
