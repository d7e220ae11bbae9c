//! The last look at pages before they are sent. Who looks while another look is under way shares the next one: in a burst many
//! looks are one statement.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::records::StoreError;
use super::sql::{Bulk, chunks, number, text};
use super::{LIMIT, Store};
use crate::base::clock::within;
use crate::base::ids::PageId;

static LOOK: LazyLock<Bulk> = LazyLock::new(|| {
    Bulk::new("select id, token from page where state = 'sending' and owner = $1 and id in (", 1, "?", ")")
});

/// Looks that wait for the next statement.
#[derive(Debug, Default)]
pub(super) struct Live(Mutex<Looks>);

#[derive(Debug, Default)]
struct Looks {
    waiting: Vec<Look>,
    under_way: bool,
}

#[derive(Debug)]
struct Look {
    page: PageId,
    token: i64,
    told: oneshot::Sender<Result<bool, StoreError>>,
}

impl Live {
    fn locked(&self) -> MutexGuard<'_, Looks> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A look that has not come to its end; if it never does, others may look, and whoever waited for it is told.
struct UnderWay {
    store: Store,
    ended: bool,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        if !self.ended {
            let mut looks = self.store.0.live.locked();
            looks.under_way = false;
            looks.waiting.clear();
        }
    }
}

impl Store {
    /// Of these claimed pages, those that are still this replica's to send: nobody has called them back.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn pages_live(&self, pages: &[(PageId, i64)]) -> Result<Vec<PageId>, StoreError> {
        let mut answers = Vec::with_capacity(pages.len());
        {
            let mut looks = self.0.live.locked();
            for (page, token) in pages {
                let (told, answer) = oneshot::channel();
                looks.waiting.push(Look { page: page.clone(), token: *token, told });
                answers.push((page, answer));
            }
            if !std::mem::replace(&mut looks.under_way, true) {
                tokio::spawn(look(UnderWay { store: self.clone(), ended: false }));
            }
        }
        let all = async {
            let mut live = Vec::with_capacity(answers.len());
            for (page, answer) in answers {
                let told = answer.await.map_err(|_| StoreError::Away("nobody looked".to_owned()))?;
                if told? {
                    live.push(page.clone());
                }
            }
            Ok(live)
        };
        within(LIMIT, all).await.map_err(|late| StoreError::Away(late.to_string()))?
    }

    async fn tokens(&self, looks: &[Look]) -> Result<HashMap<String, i64>, StoreError> {
        let mut tokens = HashMap::with_capacity(looks.len());
        for chunk in chunks(looks, |look| look.page.as_str()) {
            let query = LOOK.rows(chunk.len()).bind(self.me());
            let query = chunk.iter().fold(query, |query, look| query.bind(look.page.as_str()));
            for row in query.fetch_all(&self.0.pool).await? {
                tokens.insert(text(&row, 0)?, number(&row, 1)?);
            }
        }
        Ok(tokens)
    }
}

/// Looks until nobody waits.
async fn look(mut under_way: UnderWay) {
    let store = under_way.store.clone();
    loop {
        let looks = {
            let mut looks = store.0.live.locked();
            if looks.waiting.is_empty() {
                looks.under_way = false;
                under_way.ended = true;
                return;
            }
            std::mem::take(&mut looks.waiting)
        };
        let tokens = within(LIMIT, store.tokens(&looks)).await;
        let tokens = tokens.unwrap_or_else(|late| Err(StoreError::Away(late.to_string())));
        for look in looks {
            let live = tokens.as_ref().map(|tokens| tokens.get(look.page.as_str()) == Some(&look.token));
            // Whoever asked may have stopped waiting.
            let _ = look.told.send(live.map_err(Clone::clone));
        }
    }
}
