//! Metrics of Cloud Run services and Cloud SQL instances from Cloud Monitoring: `timeSeries.list` with aligners.

mod query;
mod reading;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use google_cloud_monitoring_v3::model::{Aggregation, TimeInterval, TimeSeries};
use jiff::Timestamp;

use crate::backends::google::Google;
use crate::domain::metric::{Range, Series};
use crate::ports::{BackendError, Kind, Metrics};
use query::{Query, Reading};

/// What is measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A Cloud Run service.
    Run {
        /// The project's id.
        project: String,
        /// The region.
        region: String,
        /// The service's name.
        service: String,
    },
    /// A Cloud SQL instance.
    Sql {
        /// The project's id.
        project: String,
        /// The instance's name.
        instance: String,
        /// The database whose connections are counted; those of all if `None`.
        database: Option<String>,
    },
}

/// The metrics of one place.
#[derive(Debug, Clone)]
pub struct Monitoring {
    google: Arc<Google>,
    place: Place,
}

/// Points a page; the API's own maximum is 100,000.
const PAGE: i32 = 10_000;

/// More pages than any question of ours has.
const MOST_PAGES: usize = 10;

/// The shortest alignment that the API takes.
const SHORTEST_STEP: Duration = Duration::from_secs(60);

impl Monitoring {
    /// The metrics of `place`.
    pub fn new(google: Arc<Google>, place: Place) -> Self {
        Self { google, place }
    }

    fn project(&self) -> &str {
        match &self.place {
            Place::Run { project, .. } | Place::Sql { project, .. } => project,
        }
    }

    fn query(&self, metric: &str) -> Option<Query> {
        match &self.place {
            Place::Run { .. } => query::run(metric),
            Place::Sql { .. } => query::sql(metric),
        }
    }

    async fn list(
        &self,
        call: &str,
        query: &Query,
        range: Range,
        step: Duration,
    ) -> Result<Vec<TimeSeries>, BackendError> {
        let client = self.google.monitoring().await?;
        let mut aggregation = Aggregation::new()
            .set_alignment_period(
                google_cloud_wkt::Duration::try_from(step.max(SHORTEST_STEP)).unwrap_or_default(),
            )
            .set_per_series_aligner(query.aligner.clone())
            .set_cross_series_reducer(query.reducer.clone());
        if let Reading::Share(group) = query.reading {
            aggregation = aggregation.set_group_by_fields([format!("metric.labels.{}", group.key())]);
        }
        let interval =
            TimeInterval::new().set_start_time(moment(range.from)).set_end_time(moment(range.until));
        let pages = async {
            let (mut all, mut token) = (Vec::new(), String::new());
            for _ in 0..MOST_PAGES {
                let request = client
                    .list_time_series()
                    .set_name(format!("projects/{}", self.project()))
                    .set_filter(query::filter(&self.place, query))
                    .set_interval(interval.clone())
                    .set_aggregation(aggregation.clone())
                    .set_page_size(PAGE)
                    .set_page_token(token);
                let page = self.google.as_read(request).send().await?;
                all.extend(page.time_series);
                token = page.next_page_token;
                if token.is_empty() {
                    break;
                }
            }
            Ok(all)
        };
        // On the heap: the official client's futures are large.
        self.google.read(call, self.google.limits().read, Box::pin(pages)).await
    }
}

#[async_trait]
impl Metrics for Monitoring {
    fn names(&self) -> Vec<String> {
        let names: &[&str] = match &self.place {
            Place::Run { .. } => &query::RUN,
            Place::Sql { .. } => &query::SQL,
        };
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    async fn read(&self, metric: &str, range: Range, step: Duration) -> Result<Series, BackendError> {
        let call = format!("monitoring.timeSeries.list {metric}");
        let Some(query) = self.query(metric) else {
            let message = format!("no such metric; there are: {}", self.names().join(", "));
            return Err(BackendError::new(call, Kind::NotFound, message));
        };
        let found = self.list(&call, &query, range, step).await?;
        Ok(reading::series(&query, &found))
    }
}

/// A moment as Google writes it.
fn moment(at: Timestamp) -> google_cloud_wkt::Timestamp {
    google_cloud_wkt::Timestamp::clamp(at.as_second(), at.subsec_nanosecond())
}
