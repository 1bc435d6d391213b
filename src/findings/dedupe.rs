//! L2: findings in report order, one for each place of a secret, each knowing the other places of its secret.
//!
//! Order and result depend on the findings only, not on the order in which threads found them.

use super::{Attribution, Finding, Place};
use crate::text::date;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The most places that one finding lists of its secret, so that a secret in a hundred thousand places does
/// not list ten thousand million. Reports say how many there are in all.
pub const MOST_PLACES: usize = 100;

/// Puts findings in report order (path, line, column, rule id), drops those that say the same twice, joins the
/// versions of a file that hold the same secret in history to one, and fills [`Finding::also_at`].
pub fn arrange(findings: &mut Vec<Finding>) {
    join_versions(findings);
    findings.sort_by(|a, b| order(a).cmp(&order(b)));
    findings.dedup_by(|a, b| same_place(a, b));
    fill_also_at(findings);
}

/// The findings of each secret of each rule, by index, in report order of their first place.
#[must_use]
pub fn group(findings: &[Finding]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut known: HashMap<(&str, &[u8]), usize> = HashMap::new();
    for (index, finding) in findings.iter().enumerate() {
        let at = *known.entry((&finding.rule.id, finding.secret.reveal())).or_insert_with(|| {
            groups.push(Vec::new());
            groups.len() - 1
        });
        groups[at].push(index);
    }
    groups
}

/// The report order. What comes behind the rule id only makes it total.
fn order(finding: &Finding) -> impl Ord + '_ {
    let at = &finding.location;
    let blob = finding.history.as_ref().map(|history| &history.blob);
    (&finding.path, at.line, at.column, &finding.rule.id, (at.end_line, at.end_column, at.offset), &finding.secret, blob)
}

fn same_place(a: &Finding, b: &Finding) -> bool {
    a.path == b.path && a.rule.id == b.rule.id && a.location == b.location && a.secret == b.secret
}

/// Of a secret that several versions of a file hold, keeps the places in one version (the one that HEAD has there, else the
/// first), and says of them which commit brought the secret in.
fn join_versions(findings: &mut Vec<Finding>) {
    let mut versions: BTreeMap<String, Vec<Attribution>> = BTreeMap::new();
    for finding in findings.iter() {
        if let Some(history) = &finding.history {
            versions.entry(finding.fingerprint.clone()).or_default().push(history.clone());
        }
    }
    versions.retain(|_, all| all.iter().any(|one| one.blob != all[0].blob));
    if versions.is_empty() {
        return;
    }
    let joined: BTreeMap<String, (String, Attribution)> =
        versions.into_iter().map(|(fingerprint, all)| (fingerprint, (shown_blob(&all), join(&all)))).collect();
    findings.retain_mut(|finding| {
        let Some((blob, attribution)) = joined.get(&finding.fingerprint) else { return true };
        let Some(history) = &mut finding.history else { return true };
        let kept = history.blob == *blob;
        *history = Attribution { blob: blob.clone(), ..attribution.clone() };
        kept
    });
}

/// The version whose lines are reported.
fn shown_blob(versions: &[Attribution]) -> String {
    versions.iter().min_by_key(|one| (!one.at_head, age(one))).map(|one| one.blob.clone()).unwrap_or_default()
}

/// What all versions of a file together say of a secret.
fn join(versions: &[Attribution]) -> Attribution {
    let first = versions.iter().min_by_key(|one| age(one)).cloned().unwrap_or_default();
    let reported = first.paths.first().cloned();
    let others: BTreeSet<&String> = versions.iter().flat_map(|one| &one.paths).filter(|path| Some(*path) != reported.as_ref()).collect();
    let paths = reported.iter().chain(others).cloned().collect();
    let any = |is: fn(&Attribution) -> bool| versions.iter().any(is);
    Attribution { in_head: any(|one| one.in_head), at_head: any(|one| one.at_head), paths, ..first }
}

/// Orders versions from the oldest to the youngest; those that no commit reaches are last.
fn age(version: &Attribution) -> impl Ord + '_ {
    (version.commit.is_empty(), version.rank, date::seconds(&version.date).unwrap_or(i64::MAX), &version.commit, &version.blob)
}

/// Tells each finding the other places of its secret.
fn fill_also_at(findings: &mut [Finding]) {
    for members in group(findings).into_iter().filter(|members| members.len() > 1) {
        let places: Vec<Place> = members
            .iter()
            .take(MOST_PLACES + 1)
            .map(|&index| Place { path: findings[index].path.clone(), location: findings[index].location.clone() })
            .collect();
        for (position, &index) in members.iter().enumerate() {
            let others = places.iter().enumerate().filter(|(other, _)| *other != position).map(|(_, place)| place.clone());
            findings[index].also_at = others.take(MOST_PLACES).collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_PLACES, arrange, group};
    use crate::findings::fingerprint::fingerprint;
    use crate::findings::{Attribution, Finding, Location, RuleFacts, Secret};
    use crate::rules::{Confidence, Severity};
    use proptest::prelude::*;

    fn found(rule: &str, path: &str, line: usize, secret: &str) -> Finding {
        let rule = RuleFacts {
            id: rule.to_owned(),
            title: String::new(),
            provider: String::new(),
            description: String::new(),
            remediation: String::new(),
            revoke: None,
            docs: None,
            tags: Vec::new(),
            audience: None,
        };
        Finding {
            fingerprint: fingerprint(&rule.id, path, secret.as_bytes()),
            rule: rule.into(),
            severity: Severity::High,
            confidence: Confidence::High,
            path: path.to_owned(),
            location: Location { line, column: 1, end_line: line, end_column: 2, ..Location::default() },
            secret: Secret::new(secret.as_bytes().to_vec()),
            history: None,
            parts: Vec::new(),
            also_at: Vec::new(),
            suppressed: None,
        }
    }

    fn version(line: usize, blob: &str, commit: &str, date: &str, in_head: bool) -> Finding {
        let paths = vec!["a".to_owned(), format!("copy-of-{blob}")];
        let history = Attribution {
            commit: commit.into(),
            date: date.into(),
            in_head,
            at_head: in_head,
            blob: blob.into(),
            paths,
            ..Attribution::default()
        };
        Finding { history: Some(history), ..found("r", "a", line, "s") }
    }

    fn places(findings: &[Finding]) -> Vec<(&str, usize, &str)> {
        findings.iter().map(|finding| (finding.path.as_str(), finding.location.line, finding.rule.id.as_str())).collect()
    }

    #[test]
    fn findings_are_ordered_by_path_line_and_rule_and_said_once() {
        let mut findings = vec![
            found("r", "b", 1, "s"),
            found("q", "a", 10, "t"),
            found("r", "a", 9, "s"),
            found("p", "a", 10, "t"),
            found("r", "b", 1, "s"),
        ];
        arrange(&mut findings);
        assert_eq!(places(&findings), [("a", 9, "r"), ("a", 10, "p"), ("a", 10, "q"), ("b", 1, "r")]);
    }

    #[test]
    fn a_finding_knows_the_other_places_of_its_secret_and_rule() {
        let mut findings = vec![found("r", "a", 1, "s"), found("r", "b", 2, "s"), found("q", "b", 2, "s"), found("r", "c", 3, "t")];
        arrange(&mut findings);
        let others: Vec<Vec<&str>> =
            findings.iter().map(|finding| finding.also_at.iter().map(|place| place.path.as_str()).collect()).collect();
        assert_eq!(others, [vec!["b"], vec![], vec!["a"], vec![]]);
        assert_eq!(group(&findings), [vec![0, 2], vec![1], vec![3]]);
    }

    #[test]
    fn a_secret_in_very_many_places_lists_a_bounded_number_of_others() {
        let mut findings: Vec<Finding> = (1..=MOST_PLACES + 50).map(|line| found("r", "a", line, "s")).collect();
        arrange(&mut findings);
        assert!(findings.iter().all(|finding| finding.also_at.len() == MOST_PLACES));
        assert!(findings.iter().all(|finding| finding.also_at.iter().all(|place| place.location != finding.location)));
    }

    #[test]
    fn versions_of_a_file_are_one_finding_with_heads_lines_and_the_first_commit() {
        let mut findings = vec![
            version(7, "blob3", "c3", "2024-03-01T00:00:00Z", true),
            version(5, "blob1", "c1", "2024-01-01T00:30:00+02:00", false),
            version(6, "blob2", "c2", "2024-01-01T00:00:00Z", false),
        ];
        arrange(&mut findings);
        assert_eq!(places(&findings), [("a", 7, "r")]);
        let history = findings[0].history.as_ref().expect("it is from history");
        assert_eq!((history.commit.as_str(), history.blob.as_str(), history.in_head), ("c1", "blob3", true));
        assert_eq!(history.paths, ["a", "copy-of-blob1", "copy-of-blob2", "copy-of-blob3"]);
    }

    #[test]
    fn a_version_that_head_has_elsewhere_is_not_shown_for_the_first() {
        let mut moved = version(7, "blob2", "c2", "2024-02-01T00:00:00Z", true);
        moved.history.iter_mut().for_each(|history| history.at_head = false);
        let mut findings = vec![moved, version(5, "blob1", "c1", "2024-01-01T00:00:00Z", false)];
        arrange(&mut findings);
        assert_eq!(places(&findings), [("a", 5, "r")]);
        assert_eq!(findings[0].history.as_ref().map(|history| (history.blob.as_str(), history.in_head)), Some(("blob1", true)));
    }

    #[test]
    fn two_places_in_one_version_both_stay() {
        let mut findings =
            vec![version(1, "blob1", "c1", "2024-01-01T00:00:00Z", false), version(2, "blob1", "c1", "2024-01-01T00:00:00Z", false)];
        arrange(&mut findings);
        assert_eq!(places(&findings), [("a", 1, "r"), ("a", 2, "r")]);
    }

    #[test]
    fn unreachable_versions_never_count_as_the_first() {
        let mut findings = vec![version(1, "blob1", "", "", false), version(2, "blob2", "c2", "2024-01-01T00:00:00Z", false)];
        arrange(&mut findings);
        assert_eq!(findings[0].history.as_ref().map(|history| history.commit.as_str()), Some("c2"));
    }

    proptest! {
        #[test]
        fn the_result_does_not_depend_on_the_order_of_arrival(
            facts in proptest::collection::vec(("[rq]", "[ab]", 1_usize..4, "[st]"), 0..12),
            shuffled in any::<prop::sample::Index>(),
        ) {
            let mut one: Vec<Finding> = facts.iter().map(|(rule, path, line, secret)| found(rule, path, *line, secret)).collect();
            let mut other = one.clone();
            if !other.is_empty() {
                let at = shuffled.index(other.len());
                other.rotate_left(at);
                other.reverse();
            }
            arrange(&mut one);
            arrange(&mut other);
            prop_assert_eq!(format!("{one:?}"), format!("{other:?}"));
        }
    }
}
