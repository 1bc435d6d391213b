//! L2: a few grams that cover many literals.
//!
//! Names that hold secrets are made of few stems (`pass`, `secret`, `token`, `_key`), so some dozens of
//! three-byte grams stand in all literals of the catalogue. A vector search for the grams finds the places near
//! which literals can be; only there the literals are looked up. The number of grams, not of rules, sets the cost.

use std::collections::HashMap;

/// Grams, in lower case, one of which stands in each of the literals. Chosen greedily: many literals at
/// little commonness first; the same literals give the same grams.
pub(super) fn cover(literals: &[String]) -> Vec<[u8; 3]> {
    let mut holders: HashMap<[u8; 3], Vec<usize>> = HashMap::new();
    for (index, literal) in literals.iter().enumerate() {
        for gram in literal.as_bytes().windows(3) {
            let all = holders.entry([gram[0], gram[1], gram[2]]).or_default();
            if all.last() != Some(&index) {
                all.push(index);
            }
        }
    }
    let mut candidates: Vec<([u8; 3], Vec<usize>)> = holders.into_iter().collect();
    candidates.sort_unstable();
    let mut covered = vec![false; literals.len()];
    let mut chosen = Vec::new();
    while let Some(best) = best_gram(&candidates, &covered) {
        candidates[best].1.iter().for_each(|&literal| covered[literal] = true);
        chosen.push(candidates[best].0);
    }
    chosen.sort_unstable();
    chosen
}

/// The gram that covers most of what is not covered yet for its commonness.
fn best_gram(candidates: &[([u8; 3], Vec<usize>)], covered: &[bool]) -> Option<usize> {
    let score = |(gram, literals): &([u8; 3], Vec<usize>)| {
        let fresh = literals.iter().filter(|&&literal| !covered[literal]).count();
        fresh as f64 / commonness(*gram)
    };
    let scores: Vec<f64> = candidates.iter().map(score).collect();
    let best = (0..scores.len()).max_by(|&a, &b| scores[a].total_cmp(&scores[b]).then(b.cmp(&a)))?;
    (scores[best] > 0.0).then_some(best)
}

/// How common a gram is in source text, relative to others: from the commonness of its letters, plus a constant
/// for what every gram costs.
fn commonness(gram: [u8; 3]) -> f64 {
    gram.iter().map(|&byte| letter(byte)).product::<f64>() * 2000.0 + 0.3
}

/// Share of a byte in source text, case folded; measured over the sources of three C, Python and Java projects.
fn letter(byte: u8) -> f64 {
    match byte {
        b' ' => 0.20,
        b'e' => 0.08,
        b't' => 0.065,
        b'a' | b'r' | b's' | b'n' | b'i' | b'o' => 0.045,
        b'd' | b'c' | b'l' => 0.03,
        b'p' | b'm' | b'u' | b'f' | b'g' | b'h' | b'_' | b'.' | b'-' | b'/' | b':' => 0.017,
        b'b' | b'y' | b'v' | b'w' | b'k' | b'x' | b'=' | b'"' | b'0'..=b'9' => 0.009,
        _ => 0.002,
    }
}

#[cfg(test)]
mod tests {
    use super::cover;

    #[test]
    fn every_literal_holds_one_of_the_grams() {
        let literals: Vec<String> = ["password", "passwd", "secret_key", "api_key", "apikey", "://", "token"].map(str::to_owned).to_vec();
        let grams = cover(&literals);
        for literal in &literals {
            assert!(grams.iter().any(|gram| literal.as_bytes().windows(3).any(|window| window == gram)), "{literal}");
        }
        assert!(grams.len() < literals.len());
    }
}
