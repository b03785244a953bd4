//! Runs `tenants_swap` with each available database.

use std::process::Command;

use crate::client::{EVIL, allows_one_and_no_other, preflight, start};
use crate::database::{break_down, databases, mend};
use examples::tenants::Tenants;

const ACME: &str = "https://app.acme.example";
const NEW: &str = "https://new.acme.example";

#[tokio::test]
async fn the_policy_follows_the_table() {
    for url in databases("swap").await {
        let (running, addr) = start(Command::new(env!("CARGO_BIN_EXE_tenants_swap")).arg(&url));
        for origin in [ACME, "https://app.globex.example", "https://app.example.com"] {
            allows_one_and_no_other(addr, origin, "/", "/missing");
        }
        assert!(!preflight(addr, "/", NEW, "PUT"));

        let tenants = Tenants::open(&url).await.unwrap();
        tenants.add("acme.example", NEW).await.unwrap();
        assert_eq!(running.next_out().unwrap(), "now 3 origins");
        allows_one_and_no_other(addr, NEW, "/", "/missing");

        // A row that is not a valid origin.
        tenants.add("acme.example", "https://evil.example/").await.unwrap();
        let told = running.next_err().unwrap();
        let fault = r#"the policy in force stays: allow_origins[2] = "https://evil.example/": "#;
        assert!(told.starts_with(fault), "{told}");
        assert!(preflight(addr, "/", NEW, "PUT") && !preflight(addr, "/", EVIL, "PUT"));

        break_down(&url).await;
        assert!(running.next_err().unwrap().starts_with("the policy in force stays: "));
        assert!(preflight(addr, "/", NEW, "PUT"));

        mend(&url).await;
        tenants.remove("acme.example", "https://evil.example/").await.unwrap();
        tenants.remove("acme.example", NEW).await.unwrap();
        assert_eq!(running.next_out().unwrap(), "now 2 origins");
        assert!(!preflight(addr, "/", NEW, "PUT") && preflight(addr, "/", ACME, "PUT"));
    }
}
