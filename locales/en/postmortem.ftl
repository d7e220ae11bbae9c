# The post-mortem: what stands in it besides the incident's own timeline.

postmortem-lasted = { $service }, { $span }
postmortem-lasts = { $service }, not over yet
postmortem-drill = A drill: nothing was broken.
postmortem-ask-impact = Who noticed it, and what could they not do?
postmortem-ask-containment = What kept it from getting worse?
postmortem-ask-eradication = What was the cause, and what removed it?
postmortem-ask-well = What went well?
postmortem-ask-badly = What went badly, and where were we lucky?
postmortem-ask-improvement = What will keep it from happening again: who does what, until when?
