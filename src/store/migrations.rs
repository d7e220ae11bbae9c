//! The schema: forward only, embedded, the same files for SQLite and PostgreSQL.

use std::time::Duration;

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{AnyConnection, SqlSafeStr};

use crate::base::clock::within;

/// Every migration, oldest first. A file that has been released is never edited: its checksum is in the database.
const FILES: [(&str, &str); 2] = [
    ("first", include_str!("../../migrations/0001_first.sql")),
    ("incidents", include_str!("../../migrations/0002_incidents.sql")),
];

/// Tries, because two processes may open a fresh SQLite file at the same moment and SQLite has no migration lock.
const TRIES: u32 = 4;

/// Brings the database to the newest schema.
///
/// # Errors
/// When a file fails, or the database was made by a newer Toban.
pub(super) async fn run(conn: &mut AnyConnection) -> Result<(), MigrateError> {
    let files = FILES.iter().zip(1..).map(|((name, sql), version)| {
        Migration::new(version, (*name).into(), MigrationType::Simple, sql.into_sql_str(), false)
    });
    let migrator = Migrator::with_migrations(files.collect());
    let mut tried = 1;
    loop {
        match migrator.run(&mut *conn).await {
            Err(MigrateError::Execute(_) | MigrateError::ExecuteMigration(..)) if tried < TRIES => {
                let _ = within(Duration::from_millis(200), std::future::pending::<()>()).await;
                tried += 1;
            }
            end => return end,
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_file_of_the_folder_is_embedded_in_order() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        let embedded: Vec<String> = super::FILES
            .iter()
            .zip(1..)
            .map(|((name, _), version)| format!("{version:04}_{name}.sql"))
            .collect();
        assert_eq!(names, embedded);
    }
}
