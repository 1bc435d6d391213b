//! L2: how common three bytes are in source text. Words are looked up by their rarest three.

/// About how often a gram, in lower case, occurs in a million bytes of source text. Bytes are told apart by their five
/// lowest bits, so a few grams with punctuation count as another's.
pub(super) fn commonness(gram: [u8; 3]) -> f32 {
    match LEVELS[index(gram)] {
        0 => (letter(gram[0]) * letter(gram[1]) * letter(gram[2]) * 1e6).min(200.0),
        level => f32::from(RATES[usize::from(level) - 1]),
    }
}

const fn index([first, second, third]: [u8; 3]) -> usize {
    ((first as usize & 31) << 10) | ((second as usize & 31) << 5) | (third as usize & 31)
}

/// In which of the lists below a gram is.
static LEVELS: [u8; 1 << 15] = {
    let mut levels = [0; 1 << 15];
    mark(&mut levels, OVER_200.as_bytes(), 1);
    mark(&mut levels, OVER_400.as_bytes(), 2);
    mark(&mut levels, OVER_900.as_bytes(), 3);
    levels
};

const fn mark(levels: &mut [u8; 1 << 15], grams: &[u8], level: u8) {
    let mut at = 0;
    while at < grams.len() {
        levels[index([grams[at], grams[at + 1], grams[at + 2]])] = level;
        at += 4;
    }
}

/// About which share of the places in source text has these two bytes, in lower case.
pub(super) fn pair(first: u8, second: u8) -> f32 {
    let is_capital = first.is_ascii_uppercase() || second.is_ascii_uppercase();
    let listed = if is_capital { 0 } else { PAIRS[pair_index(first, second)] };
    letter(first) * letter(second) + f32::from(listed) / 1e6
}

const fn pair_index(first: u8, second: u8) -> usize {
    ((first as usize & 31) << 5) | (second as usize & 31)
}

/// How often the grams of the lists below that begin with two bytes occur in a million bytes.
static PAIRS: [u16; 1 << 10] = {
    let mut pairs = [0; 1 << 10];
    let lists = [OVER_200.as_bytes(), OVER_400.as_bytes(), OVER_900.as_bytes()];
    let mut level = 0;
    while level < lists.len() {
        let mut at = 0;
        while at < lists[level].len() {
            pairs[pair_index(lists[level][at], lists[level][at + 1])] += RATES[level];
            at += 4;
        }
        level += 1;
    }
    pairs
};

/// About how often a gram of each list occurs in a million bytes.
const RATES: [u16; 3] = [280, 600, 1300];

/// Share of a byte in source text, case folded.
pub(super) const fn letter(byte: u8) -> f32 {
    match byte {
        b' ' => 0.20,
        b'e' => 0.08,
        b't' => 0.065,
        b'a' | b'r' | b's' | b'n' | b'i' | b'o' => 0.045,
        b'd' | b'c' | b'l' => 0.03,
        b'p' | b'm' | b'u' | b'f' | b'g' | b'h' | b'_' | b'.' | b'-' | b'/' | b':' => 0.017,
        b'(' | b')' | b',' | b';' | b'\n' | b'\'' | b'*' => 0.012,
        b'b' | b'y' | b'v' | b'w' | b'k' | b'x' | b'=' | b'"' | b'0'..=b'9' => 0.009,
        _ => 0.002,
    }
}

// Grams that occur more than 900, 400 and 200 times in a million bytes, case folded, separated by spaces. Measured over
// the sources of seven public projects in C, Go, Java, JavaScript, PHP and Python, three megabytes of each.
const OVER_900: &str = "\
    ame ati con ect ent est ing ion pro str the tio tri";
const OVER_400: &str = "\
    --- abl act all alu and arg ase ass ata ate ble cen che com cti cur dat def der dis end ens equ err ers ert \
    ess etu exp fil for fun get his ice ile int ist ith lic lue met mod nam not nse ode ons ort par pat per pre \
    que ram rat rea res ret rin rom ser set sio sta tat ted ter tes thi tor tur typ ult unc url urn use val ver \
    wit ype";
const OVER_200: &str = "\
    .co === _co _re abe ach ack add age ain als amp ang ans app ara are arr ars art atc ath bas bel bli boo buc \
    bui but cal cat ces cha cke cla cod col cou cre cte cto del din dir dul ead eco edi efi ele els eme enc er. \
    era ere eta ete eth eve ext fig fin fro gin gra han har hat her htt ibl ibu ica ies ild ill ime imp ina inc \
    ind ine ins ire is- ite iti ive ize jec ket key lab las lat le_ lea lec len les lib lin lis lle loa loc lse \
    lum man mat men min mpl mpo nat nce nct nde ndi new nfi nge nsi nst nte nti nts nul ock odu ogr oll ome omm \
    omp ond one onf ont oot ope opt ore org oun out pac pec pen pla ple pli por pos pri pti pub ran ray rec red \
    rel rep req rib rit rl_ ror rou rra rro rse rsi rti sec sel sib siz spa sse st_ ste sto tab tar tch tem ten \
    tha tho tim tin tiv tra tru ttp ubl uck ues uil ule ull und unt ura ute var ven war";

#[cfg(test)]
mod tests {
    use super::{OVER_200, OVER_400, OVER_900, commonness};

    #[test]
    fn every_gram_of_the_lists_is_found() {
        for list in [OVER_900, OVER_400, OVER_200] {
            let grams: Vec<&str> = list.split(' ').collect();
            assert!(grams.iter().all(|gram| gram.len() == 3), "{list}");
            for gram in grams {
                assert!(commonness(gram.as_bytes().try_into().expect("three bytes")) >= 280.0, "{gram}");
            }
        }
    }

    #[test]
    fn rare_grams_cost_less_than_common_ones() {
        assert!(commonness(*b"xkq") < commonness(*b"ssw") && commonness(*b"ssw") < commonness(*b"ion"));
    }
}
