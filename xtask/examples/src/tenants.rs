//! Tenants and their pages' origins, in SQLite or PostgreSQL.

use std::time::Duration;

use sqlx::any::{AnyPoolOptions, install_default_drivers};
use sqlx::{AnyPool, Row};

/// A table of two columns: the host by which a tenant's API is reached, and an origin that may
/// read there.
#[derive(Clone, Debug)]
pub struct Tenants {
    pool: AnyPool,
}

impl Tenants {
    /// Opens the database of a URL, and makes the table if it is not there.
    ///
    /// # Errors
    /// If the database cannot be reached.
    pub async fn open(url: &str) -> sqlx::Result<Self> {
        install_default_drivers();
        // A request waits for the answer, so fail early.
        let options = AnyPoolOptions::new().acquire_timeout(Duration::from_secs(2));
        // In memory each connection is a database of its own, which ends with it.
        let options = if url.contains(":memory:") {
            options.max_connections(1).idle_timeout(None).max_lifetime(None)
        } else {
            options
        };
        let pool = options.connect(url).await?;
        let table = "CREATE TABLE IF NOT EXISTS tenants \
            (host TEXT NOT NULL, origin TEXT NOT NULL, PRIMARY KEY (host, origin))";
        sqlx::query(table).execute(&pool).await?;
        Ok(Self { pool })
    }

    /// Allows an origin to read at a host. Write both in lower case, as browsers send them.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn add(&self, host: &str, origin: &str) -> sqlx::Result<()> {
        let insert = "INSERT INTO tenants VALUES ($1, $2) ON CONFLICT DO NOTHING";
        sqlx::query(insert).bind(host).bind(origin).execute(&self.pool).await?;
        Ok(())
    }

    /// Removes an origin.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn remove(&self, host: &str, origin: &str) -> sqlx::Result<()> {
        let delete = "DELETE FROM tenants WHERE host = $1 AND origin = $2";
        sqlx::query(delete).bind(host).bind(origin).execute(&self.pool).await?;
        Ok(())
    }

    /// Whether an origin may read at a host.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn allows(&self, host: &str, origin: &str) -> sqlx::Result<bool> {
        let select = "SELECT origin FROM tenants WHERE host = $1 AND origin = $2";
        let row = sqlx::query(select).bind(host).bind(origin).fetch_optional(&self.pool).await?;
        Ok(row.is_some())
    }

    /// Every origin, each once, in order.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn origins(&self) -> sqlx::Result<Vec<String>> {
        let select = "SELECT DISTINCT origin FROM tenants ORDER BY origin";
        let rows = sqlx::query(select).fetch_all(&self.pool).await?;
        rows.iter().map(|row| row.try_get("origin")).collect()
    }
}
