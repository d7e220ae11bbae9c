//! Ways of paging whose provider is not set up: they are skipped when somebody is paged, so they are told.

use std::collections::BTreeSet;

use crate::config::meaning::Reader;
use crate::config::shape::settings::Settings;
use crate::config::tree::Node;

/// What each provider needs, by the word in `by`. Chat platforms are not among them: who pages by Slack talks there.
fn missing(by: &str, settings: &Settings) -> Option<&'static str> {
    let twilio = &settings.twilio;
    match by {
        "email" if settings.smtp.url.is_none() => Some("smtp.url"),
        "telegram" if settings.telegram.token.is_none() => Some("telegram.token"),
        "sms" | "voice" if twilio.account_sid.is_none() => Some("twilio.account_sid"),
        "sms" | "voice" if twilio.auth_token.is_none() => Some("twilio.auth_token"),
        "sms" if twilio.from.is_none() => Some("twilio.from"),
        "voice" if twilio.voice_from.is_none() && twilio.from.is_none() => Some("twilio.voice_from"),
        _ => None,
    }
}

/// Warns once for each means. The example company leaves its providers to whoever takes it over.
pub(in crate::config) fn providers(reader: &mut Reader<'_>, settings: &Settings) {
    let root = reader.root;
    let mut told = BTreeSet::new();
    let contacts = root.list("person").iter().flat_map(|person| person.list("contact"));
    for contact in contacts.filter(|contact| !contact.at.file.starts_with("example/")) {
        let Some(by) = contact.get("by").and_then(Node::text) else { continue };
        if let Some(key) = missing(by, settings)
            && told.insert(by)
        {
            reader.warn(&contact.at, format!("nobody is paged by {by:?}: {key} is not set"));
        }
    }
}
