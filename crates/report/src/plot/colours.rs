//! Colours of groups of points. They are told apart with any colour vision, which a test holds; groups have markers of
//! their own as well.

use plotters::prelude::RGBColor;

/// Colours of groups, in order; further groups begin again with other markers.
pub(super) const COLOURS: [RGBColor; 8] = [
    RGBColor(0x02, 0x5f, 0x93),
    RGBColor(0xeb, 0x9e, 0x06),
    RGBColor(0x00, 0x91, 0x66),
    RGBColor(0xb5, 0x78, 0x9f),
    RGBColor(0xcf, 0x5d, 0x00),
    RGBColor(0x49, 0xb6, 0xf1),
    RGBColor(0x5c, 0x5e, 0x60),
    RGBColor(0xc6, 0xb3, 0x85),
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Dichromacy as a matrix on linear RGB, at full severity: Machado, Oliveira and Fernandes 2009, table 1.
    const SIMULATED: [(&str, [[f64; 3]; 3]); 4] = [
        ("normal", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
        (
            "protanopia",
            [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        ),
        (
            "deuteranopia",
            [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
        ),
        (
            "tritanopia",
            [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
        ),
    ];

    /// Least distance of two colours in CIE L*a*b*, with any of these; a just noticeable difference is about 2.
    const LEAST: f64 = 16.0;

    /// CIE L*a*b* (D65) of a colour as it is seen.
    fn lab(colour: RGBColor, seen: &[[f64; 3]; 3]) -> [f64; 3] {
        let linear = [colour.0, colour.1, colour.2].map(|v| {
            let v = f64::from(v) / 255.0;
            if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        });
        let times = |matrix: &[[f64; 3]; 3], v: [f64; 3]| {
            [0, 1, 2].map(|row| matrix[row].iter().zip(v).map(|(m, v)| m * v).sum::<f64>())
        };
        let linear = times(seen, linear).map(|v| v.clamp(0.0, 1.0));
        let to_xyz =
            [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]];
        let white = [0.95047, 1.0, 1.08883];
        let [x, y, z] = times(&to_xyz, linear);
        let f = |v: f64| if v > 216.0 / 24389.0 { v.cbrt() } else { (24389.0 / 27.0 * v + 16.0) / 116.0 };
        let [x, y, z] = [f(x / white[0]), f(y / white[1]), f(z / white[2])];
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    fn distance(a: [f64; 3], b: [f64; 3]) -> f64 {
        a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
    }

    #[test]
    fn lightness_of_black_and_white_is_that_of_the_definition() {
        let normal = &SIMULATED[0].1;
        assert!(distance(lab(RGBColor(255, 255, 255), normal), [100.0, 0.0, 0.0]) < 0.02);
        assert!(distance(lab(RGBColor(0, 0, 0), normal), [0.0; 3]) < 1e-9);
        // Red: L* 53.24, a* 80.09, b* 67.20.
        assert!(distance(lab(RGBColor(255, 0, 0), normal), [53.24, 80.09, 67.20]) < 0.05);
    }

    #[test]
    fn colours_differ_with_any_colour_vision() {
        for (vision, matrix) in &SIMULATED {
            let seen = COLOURS.map(|colour| lab(colour, matrix));
            for i in 0..seen.len() {
                for j in 0..i {
                    let apart = distance(seen[i], seen[j]);
                    assert!(apart > LEAST, "{vision}: colours {j} and {i} are {apart:.1} apart");
                }
            }
        }
    }
}
