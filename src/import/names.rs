//! L2: which rules of keyward stand for a rule of another tool.

use crate::rules::RuleSet;
use crate::rules::builtin::builtin;

/// Ids of gitleaks' rules that are written otherwise here. What has the same id is not listed.
const GITLEAKS: &[(&str, &[&str])] = &[
    ("aws-access-token", &["aws-access-key-id", "aws-temporary-access-key-id"]),
    ("digitalocean-pat", &["digitalocean-personal-access-token"]),
    ("discord-api-token", &["discord-bot-token"]),
    (
        "generic-api-key",
        &[
            "generic-api-key-assignment",
            "generic-password-assignment",
            "generic-private-key-assignment",
            "generic-secret-assignment",
            "generic-token-assignment",
        ],
    ),
    ("github-app-token", &["github-app-installation-token", "github-app-user-token"]),
    ("github-fine-grained-pat", &["github-pat-fine-grained"]),
    ("github-oauth", &["github-oauth-access-token"]),
    ("github-pat", &["github-pat-classic"]),
    ("jwt-base64", &["jwt-base64-wrapped"]),
    ("openai-api-key", &["openai-api-key-legacy", "openai-project-key", "openai-service-account-key"]),
    ("pypi-upload-token", &["pypi-api-token"]),
    ("sendgrid-api-token", &["sendgrid-api-key"]),
    ("slack-app-token", &["slack-app-level-token"]),
    ("slack-webhook-url", &["slack-incoming-webhook", "slack-workflow-webhook"]),
    (
        "stripe-access-token",
        &["stripe-live-secret-key", "stripe-live-restricted-key", "stripe-test-secret-key", "stripe-test-restricted-key"],
    ),
    ("telegram-bot-api-token", &["telegram-bot-token"]),
];

/// Ids of the rules that stand for one of gitleaks; empty where none is known.
pub(super) fn of_gitleaks(id: &str) -> Vec<String> {
    let rules = builtin();
    if id == "private-key" {
        return beginning(&rules, "private-key-");
    }
    if rules.get(id).is_some() {
        return vec![id.to_owned()];
    }
    let known = GITLEAKS.iter().find(|(name, _)| *name == id);
    known.iter().flat_map(|(_, ours)| ours.iter().map(|id| (*id).to_owned())).collect()
}

/// Ids of the rules that stand for one of secretlint, `@secretlint/secretlint-rule-NAME`; empty where none is known.
pub(super) fn of_secretlint(id: &str) -> Vec<String> {
    let Some((_, name)) = id.split_once("secretlint-rule-") else { return Vec::new() };
    let provider = match name {
        "privatekey" => "private-key",
        "gcp" => "gcp",
        name => name,
    };
    beginning(&builtin(), &format!("{provider}-"))
}

fn beginning(rules: &RuleSet, start: &str) -> Vec<String> {
    rules.rules().iter().map(|rule| rule.id.clone()).filter(|id| id.starts_with(start)).collect()
}

#[cfg(test)]
mod tests {
    use super::{GITLEAKS, of_gitleaks, of_secretlint};
    use crate::rules::builtin::builtin;

    #[test]
    fn every_name_of_ours_is_one() {
        let rules = builtin();
        for (theirs, ours) in GITLEAKS {
            assert!(rules.get(theirs).is_none(), "{theirs} need not be listed");
            assert!(!ours.is_empty() && ours.iter().all(|id| rules.get(id).is_some()), "{theirs}");
        }
    }

    #[test]
    fn unknown_names_stand_for_nothing() {
        assert_eq!(of_gitleaks("gcp-api-key"), ["gcp-api-key"]);
        assert!(of_gitleaks("private-key").len() > 5 && of_gitleaks("no-such").is_empty());
        assert!(of_secretlint("@secretlint/secretlint-rule-slack").len() > 3);
        assert!(of_secretlint("@secretlint/secretlint-rule-pattern").is_empty() && of_secretlint("x").is_empty());
    }
}
