//! Watch rules as the law knows them.

use crate::base::ids::ServiceId;
use crate::config::Config;
use crate::config::shape::service as shape;
use crate::domain::alert::AlertSeverity;
use crate::domain::metric::Threshold;
use crate::domain::watch::{LASTING, Rule};

impl Config {
    /// Every watch rule, in the order of the config.
    pub fn watch_rules(&self) -> Vec<Rule> {
        let services = self.services.iter();
        services
            .filter_map(|service| Some((service, self.duties.get(&service.id)?)))
            .flat_map(|(service, duty)| duty.watch.iter().filter_map(|watch| rule(&service.id, watch)))
            .collect()
    }
}

/// `None` for one that the checks of the config have told of already.
fn rule(service: &ServiceId, watch: &shape::Watch) -> Option<Rule> {
    let (component, metric) = watch.metric.split_once('.')?;
    let threshold = match (watch.above, watch.below) {
        (Some(limit), None) => Threshold::Above(limit),
        (None, Some(limit)) => Threshold::Below(limit),
        _ => return None,
    };
    Some(Rule {
        service: service.clone(),
        component: component.into(),
        metric: metric.to_owned(),
        threshold,
        lasting: watch.lasting.as_ref().map_or(LASTING, |span| span.0),
        clear: watch.clear.as_ref().map_or(LASTING, |span| span.0),
        severity: watch.severity.unwrap_or(AlertSeverity::Critical),
        say: watch.say.clone(),
        remedy: watch.remedy.clone(),
    })
}
