//! stub
/// x
#[must_use]
pub fn shannon(b: &[u8]) -> f32 {
    let mut c = [0u32; 256];
    for &x in b {
        c[x as usize] += 1
    }
    let n = b.len() as f32;
    c.iter()
        .filter(|&&x| x > 0)
        .map(|&x| {
            let p = x as f32 / n;
            -p * p.log2()
        })
        .sum()
}
