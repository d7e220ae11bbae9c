//! How answers come in, presses of buttons and words: by its requests to us, or, without a public address, by asking for
//! them. One replica asks at a time: Telegram gives every update to one asker only.

use std::time::Duration;

use serde_json::{Value, json};

use super::Telegram;
use crate::app::paging::{TELEGRAM_UPDATES, TelegramAnswer};
use crate::base::Secret;
use crate::base::clock::pause;
use crate::ports::{PagerError, Replies};
use crate::store::{Store, StoreError};

/// Telegram keeps the question open for so long if there is nothing to tell, in seconds.
const POLL: u64 = 25;
/// The whole question, and the lease on asking, which must outlast it.
const PATIENCE: Duration = Duration::from_secs(35);
const LEASE: (&str, Duration) = ("telegram", Duration::from_secs(60));
/// Before another try: where somebody else is told, to get the lease, or after an error.
const ELSEWHERE: Duration = Duration::from_secs(1);
const AGAIN: Duration = Duration::from_secs(5);

/// Asks Telegram to send answers to `url`, with `secret` in the header `X-Telegram-Bot-Api-Secret-Token`.
///
/// # Errors
/// When Telegram does not take it.
pub async fn register(telegram: &Telegram, url: &str, secret: &Secret) -> Result<(), PagerError> {
    let wanted = json!({ "url": url, "secret_token": secret.reveal(), "allowed_updates": TELEGRAM_UPDATES });
    telegram.call("setWebhook", &wanted).await.map(drop)
}

/// Asks for answers, hands them on and answers them, until it is dropped.
pub async fn listen(telegram: Telegram, store: Store, replies: std::sync::Arc<dyn Replies>) {
    let mut lease = None;
    // Everything before it has been dealt with.
    let mut offset = 0;
    loop {
        match held(&store, &mut lease).await {
            Ok(true) => {}
            Ok(false) => {
                pause(AGAIN).await;
                continue;
            }
            Err(error) => {
                tracing::warn!(error = %error, "telegram: whether it is ours to ask cannot be read");
                pause(AGAIN).await;
                continue;
            }
        }
        if let Err(error) = turn(&telegram, replies.as_ref(), &mut offset).await {
            tracing::warn!(error = %error, "telegram: no news");
            let wait = if let PagerError::RateLimited(wait) = error { wait } else { AGAIN };
            pause(wait.min(PATIENCE)).await;
        }
    }
}

async fn held(store: &Store, lease: &mut Option<i64>) -> Result<bool, StoreError> {
    let (name, span) = LEASE;
    if let Some(token) = *lease {
        if store.renew(name, token, span).await? {
            return Ok(true);
        }
        *lease = None;
    }
    *lease = store.lease(name, span).await?;
    Ok(lease.is_some())
}

/// One question. An update that could not be dealt with is not passed over: it comes again.
async fn turn(telegram: &Telegram, replies: &dyn Replies, offset: &mut i64) -> Result<(), PagerError> {
    let question = json!({ "offset": *offset, "timeout": POLL, "allowed_updates": TELEGRAM_UPDATES });
    let updates = match telegram.call_for("getUpdates", &question, PATIENCE).await {
        Ok(Value::Array(updates)) => updates,
        Ok(_) => return Err(PagerError::Uncertain("an answer that makes no sense".to_owned())),
        // 409: a webhook of ours from before is still set, or somebody else asks with the same token.
        Err(PagerError::Refused(why)) if why.starts_with("HTTP 409") => {
            tracing::warn!(why, "telegram: somebody else is given the news; a webhook is taken away");
            telegram.call("deleteWebhook", &json!({})).await?;
            pause(ELSEWHERE).await;
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    for update in updates {
        if let Some(answer) = TelegramAnswer::read(&update) {
            let said =
                answer.take(replies).await.map_err(|error| PagerError::Uncertain(error.to_string()))?;
            if let Some((method, body)) = said
                && let Err(error) = telegram.call(method, &body).await
            {
                // It is taken; only the button keeps turning for a while.
                tracing::info!(error = %error, "telegram: an answer could not be answered");
            }
        }
        if let Some(id) = update["update_id"].as_i64() {
            *offset = (*offset).max(id + 1);
        }
    }
    Ok(())
}
