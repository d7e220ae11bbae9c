//! An acknowledgement while the store cannot be written: the incident is quiet in this process, and whoever pressed is
//! told that nothing is saved and to press again.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::join;

use super::IncidentError;
use crate::app::desk::{Desk, note};
use crate::base::clock::within;
use crate::base::ids::IncidentId;
use crate::domain::access::Wish as Asked;
use crate::domain::message::Message;
use crate::domain::person::Person;
use crate::domain::words::{Phrase, Reader};
use crate::store::{Accepted, StoreError};

/// How long a message may take to be stored before its sender is told that it is not.
const SOON: Duration = Duration::from_secs(2);

impl Desk {
    /// Stores a message. Whoever takes an incident on by it has quiet soon, whatever the store is waiting for.
    ///
    /// # Errors
    /// When it could not be stored.
    pub(in crate::app) async fn keep(&self, message: &Message) -> Result<Accepted, StoreError> {
        let mut storing = pin!(self.store.accept(message));
        match within(SOON, &mut storing).await {
            Ok(Ok(accepted)) => Ok(accepted),
            Ok(Err(error)) => {
                self.unsaved(message).await;
                Err(error)
            }
            Err(_) => join(storing, self.unsaved(message)).await.0,
        }
    }

    /// A message cannot be stored, or not in time. If it takes an incident on, that incident's pages are held here.
    pub(in crate::app) async fn unsaved(&self, message: &Message) {
        let Some(incidents) = &self.incidents else { return };
        let Some(person) = self.company.person_at(message.place.door, &message.user) else { return };
        let Ok(invocation) = self.understand(message, person).await else { return };
        if invocation.verb != "ack" {
            return;
        }
        let id = match invocation.args.id("incident") {
            Some(id) => Some(IncidentId::from(id)),
            None => self.incident_here(message).await,
        };
        let Some(id) = id else { return };
        match incidents.find(&id).await {
            Ok(stored) if !stored.incident.is_open() => return,
            Ok(stored) => {
                let service = self.estate.service(&stored.incident.service);
                let wish = Asked {
                    verb: &invocation.verb,
                    risk: invocation.risk,
                    service: service.map(|service| (&service.id, service.environment.as_str())),
                    channel: &message.place.channel,
                };
                let may =
                    stored.incident.paged.contains(&person.id) || self.company.decide(person, wish).is_ok();
                if !may {
                    return;
                }
            }
            Err(IncidentError::Unknown(_) | IncidentError::Wrong(_)) => return,
            // It cannot even be read. Whoever is known here is believed: it is quiet for some minutes at most.
            Err(IncidentError::Store(_)) => {}
        }
        tracing::warn!(incident.id = %id, person.id = %person.id, "somebody takes an incident on, and it cannot be saved: its pages are held here for a while");
        incidents.tools().pages.hush(&id);
        self.say_unsaved(message, person, &id).await;
    }

    async fn say_unsaved(&self, message: &Message, person: &Person, id: &IncidentId) {
        let said = Phrase::new("incident-said-not-saved").with("id", id.as_str());
        let reader = Reader {
            lang: self.company.lang(&message.place, None),
            zone: self.company.zone_of(person).clone(),
        };
        self.delivery.whisper(message, &reader, note(said)).await;
    }
}
