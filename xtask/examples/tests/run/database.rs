//! A test's own database: in SQLite, and also in PostgreSQL if there is one.

use std::path::Path;

use sqlx::{Connection, Executor, PgConnection};

/// The URLs to run a test with: SQLite in an empty file, and an empty schema of the PostgreSQL
/// that the environment variable `EXAMPLES_POSTGRES_URL` names.
pub async fn databases(name: &str) -> Vec<String> {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.sqlite"));
    if file.exists() {
        std::fs::remove_file(&file).unwrap();
    }
    let mut urls = vec![format!("sqlite:{}?mode=rwc", file.display())];
    if let Ok(url) = std::env::var("EXAMPLES_POSTGRES_URL") {
        let mut server = PgConnection::connect(&url).await.unwrap();
        let schema = format!("DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}");
        server.execute(schema.as_str()).await.unwrap();
        server.close().await.unwrap();
        let separator = if url.contains('?') { '&' } else { '?' };
        urls.push(format!("{url}{separator}options[search_path]={name}"));
    }
    urls
}

/// Breaks it for everyone who has it open.
pub async fn break_down(url: &str) {
    execute(url, "ALTER TABLE tenants RENAME TO elsewhere").await;
}

pub async fn mend(url: &str) {
    execute(url, "ALTER TABLE elsewhere RENAME TO tenants").await;
}

async fn execute(url: &str, sql: &str) {
    sqlx::any::install_default_drivers();
    let mut connection = sqlx::AnyConnection::connect(url).await.unwrap();
    connection.execute(sql).await.unwrap();
    connection.close().await.unwrap();
}
