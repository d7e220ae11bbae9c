//! From "this person is told, because" to pages.

use super::{Incidents, PageOrder};
use crate::domain::escalation::{Decision, Order};
use crate::domain::incident::Incident;
use crate::domain::incident::timeline::Why;
use crate::domain::redact::redact;
use crate::domain::words::Phrase;
use crate::ports::Purpose;
use crate::store::NewPage;

impl Incidents {
    /// The pages that a decision orders.
    pub(super) fn pages(&self, decision: &Decision) -> Vec<NewPage> {
        let tools = self.tools();
        let now = tools.clock.now();
        let orders = decision.orders.iter().map(|order| self.order(&decision.incident, order));
        orders.flat_map(|order| tools.pages.pages(&order, now)).collect()
    }

    fn order(&self, incident: &Incident, order: &Order) -> PageOrder {
        let (subject, lines) =
            if order.vendor { self.outside(incident) } else { self.inside(incident, order) };
        PageOrder {
            key: order.key.clone(),
            incident: Some(incident.id.clone()),
            person: order.person.clone(),
            severity: incident.severity,
            purpose: purpose(&order.why),
            subject,
            lines,
            vendor: order.vendor,
        }
    }

    fn inside(&self, incident: &Incident, order: &Order) -> (Phrase, Vec<Phrase>) {
        let title = redact(&incident.title).into_owned();
        let subject = Phrase::new(if incident.drill { "incident-page-drill" } else { "incident-page" })
            .with("id", incident.id.as_str())
            .with("service", incident.service.as_str())
            .with("title", title);
        let mut lines = vec![self.say_why(incident, &order.why)];
        if let Some(late) = order.late {
            lines.push(Phrase::new("incident-page-late").with("since", late));
        }
        lines.push(Phrase::new("incident-page-since").with("at", incident.opened));
        (subject, lines)
    }

    /// Somebody outside is told the name, the time and whom to call back, and nothing else.
    fn outside(&self, incident: &Incident) -> (Phrase, Vec<Phrase>) {
        let subject = Phrase::new("incident-page-outside").with("service", incident.service.as_str());
        let back = incident.held_by().or(incident.policy.owner.as_ref());
        let mut lines = vec![Phrase::new("incident-page-since").with("at", incident.opened)];
        if let Some(person) = back {
            lines
                .push(Phrase::new("incident-page-call-back").with("name", self.tools().company.name(person)));
        }
        (subject, lines)
    }
}

fn purpose(why: &Why) -> Purpose {
    match why {
        Why::Taken { .. } => Purpose::Acknowledged,
        Why::Over => Purpose::Resolved,
        Why::Asked { .. } | Why::Shift | Why::Warning | Why::Proposed { .. } => Purpose::Note,
        _ => Purpose::Trigger,
    }
}
