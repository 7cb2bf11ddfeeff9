//! Colours in linear light, and palettes with the statistics of photographs: skies, soils, foliage, rooms.

use crate::draws::Draws;
use std::sync::LazyLock;

/// Red, green and blue in linear light, 0..1.
pub(crate) type Rgb = [f32; 3];

/// The exponent of the display; a plain power law stands in for the sRGB curve.
const GAMMA: f32 = 2.2;

/// Linear light from a display colour written as `0xRRGGBB`.
pub(crate) fn hex(code: u32) -> Rgb {
    [16, 8, 0].map(|shift| (((code >> shift) & 255) as f32 / 255.0).powf(GAMMA))
}

/// Display value 0..255 of a linear intensity, by table: a power per pixel would dominate the time of a scene.
pub(crate) fn encode(linear: f32) -> u8 {
    static TABLE: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let level = |i: usize| (i as f32 / 4095.0).powf(1.0 / GAMMA) * 255.0;
        (0..4096).map(|i| level(i).round() as u8).collect()
    });
    TABLE[(linear.clamp(0.0, 1.0) * 4095.0 + 0.5) as usize]
}

pub(crate) fn blend(a: Rgb, b: Rgb, t: f32) -> Rgb {
    [0, 1, 2].map(|i| a[i] + (b[i] - a[i]) * t)
}

pub(crate) fn scale(a: Rgb, factor: f32) -> Rgb {
    a.map(|value| value * factor)
}

/// A colour near `a`: overall brightness and each channel vary, as under another light.
pub(crate) fn vary(draws: &mut Draws, a: Rgb, amount: f32) -> Rgb {
    let brightness = draws.normal() * amount;
    a.map(|value| (value * (brightness + 0.5 * amount * draws.normal()).exp()).clamp(0.0, 1.0))
}

/// The colours of one kind of place: three for what is far or above, three for what is near or below.
pub(crate) struct Palette {
    pub(crate) upper: [u32; 3],
    pub(crate) lower: [u32; 3],
}

/// Open places; `upper` runs from zenith to horizon, `lower` from far to near.
pub(crate) const OUTDOOR: [Palette; 12] = [
    Palette { upper: [0x3f79bd, 0x86b4dc, 0xdbe7ee], lower: [0x6e8b54, 0x58793a, 0x3c5a26] },
    Palette { upper: [0x2c4a7c, 0xc9788a, 0xf6b36b], lower: [0x5b4a52, 0x3e353c, 0x241f28] },
    Palette { upper: [0x9fb2bf, 0xc4ced3, 0xe4e4de], lower: [0x8c8f86, 0x767a6c, 0x565b4c] },
    Palette { upper: [0x4b9be0, 0x9fd0f2, 0xe9f2ee], lower: [0xe2c48c, 0xcfa669, 0xa97b43] },
    Palette { upper: [0x141c38, 0x27345c, 0x4b5681], lower: [0x22303a, 0x1a242b, 0x10171c] },
    Palette { upper: [0x7fa9cf, 0xb9cfe2, 0xe6ecf2], lower: [0xeef2f6, 0xd7e0ea, 0xb4c3d6] },
    Palette { upper: [0xe0894a, 0xf0b872, 0xf8e0a8], lower: [0x9a5a2e, 0x7c3f22, 0x532818] },
    Palette { upper: [0x5c87a8, 0x9ab9c8, 0xd6dfd8], lower: [0xb98a2f, 0x9c6a24, 0x6d4318] },
    Palette { upper: [0x3a8fb0, 0x7cc3cf, 0xd8efe6], lower: [0x2f8f8f, 0x1f6f80, 0x124f66] },
    Palette { upper: [0x6a7f95, 0x8d9cab, 0xb7bfc4], lower: [0x3f5e6b, 0x304b59, 0x223641] },
    Palette { upper: [0x6d5a9c, 0xb28cb8, 0xf0c4c4], lower: [0x77658f, 0x53476f, 0x352f4e] },
    Palette { upper: [0xc8d8b0, 0xdfe6c4, 0xf2f0d8], lower: [0x86a845, 0x64902f, 0x3f6a20] },
];

/// Rooms; `upper` are walls, `lower` tables and floors.
pub(crate) const INDOOR: [Palette; 8] = [
    Palette { upper: [0xe6dcc8, 0xd8c9ac, 0xbfae90], lower: [0x8a5a33, 0x714526, 0x54301a] },
    Palette { upper: [0xa9bcc4, 0x8fa6b2, 0x74909e], lower: [0xd9cdb8, 0xc2b296, 0x9d8c70] },
    Palette { upper: [0xb5533f, 0x9c4434, 0x7c3429], lower: [0x3c2a24, 0x2e201c, 0x1f1613] },
    Palette { upper: [0xf0ece4, 0xdedad2, 0xc4c0b8], lower: [0xb9b6b0, 0x9a9893, 0x75736f] },
    Palette { upper: [0x5d7a5a, 0x4b664a, 0x39503a], lower: [0xb98d5a, 0x9d7344, 0x795530] },
    Palette { upper: [0xd9b25c, 0xc89c45, 0xa97f33], lower: [0x5a4a3c, 0x46392f, 0x302720] },
    Palette { upper: [0x3d4458, 0x2f3548, 0x232838], lower: [0x6a4a3a, 0x4f382d, 0x38271f] },
    Palette { upper: [0xd7a8a0, 0xc9938c, 0xab7871], lower: [0xe8e0d8, 0xcfc4ba, 0xa89c92] },
];

/// Colours of dead leaves, stones, petals and the like, by family.
pub(crate) const LITTER: [[u32; 7]; 7] = [
    [0x6b4a2b, 0x8f6238, 0xb98a4a, 0x4a3220, 0x7d3f22, 0xc9a86a, 0x5a5030],
    [0x2f5a24, 0x4d7a33, 0x7ea04a, 0x1e3d1a, 0x95b060, 0x5c6b2c, 0x35663f],
    [0x8c8c88, 0xb5b2aa, 0x5f6264, 0x3d4146, 0xd0ccc2, 0x77736a, 0x9aa3a8],
    [0xc9512a, 0xe08a35, 0x9c2f22, 0xe8b64c, 0x6e2a1c, 0xb8742c, 0x8a7a30],
    [0x1f4f7a, 0x3a7ca5, 0x7fb2c9, 0x173552, 0x4a8f8c, 0xb9d3d6, 0x2c6470],
    [0xb85a7a, 0xd98aa0, 0x7a3a5c, 0xe8c0c4, 0x5c6b3a, 0x8aa055, 0x94507e],
    [0xd8c8a0, 0xb89c6c, 0x8a7048, 0xe8e0c8, 0x6a5638, 0xc4885a, 0xa09078],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_colours_survive_the_round_trip() {
        for code in [0x000000, 0x3f79bd, 0xffffff, 0x808080] {
            let back = hex(code).map(encode);
            for (shift, value) in [16, 8, 0].into_iter().zip(back) {
                assert!((((code >> shift) & 255) as i32 - value as i32).abs() <= 1);
            }
        }
    }
}
