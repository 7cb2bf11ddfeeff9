//! Capitals of straight strokes, drawn without a font.

/// A stroke from one point to another, in letter coordinates: -1..1 from left to right and from top to bottom.
pub(super) type Stroke = [[f32; 2]; 2];

/// Half the width of a stroke.
pub(super) const HALF_STROKE: f32 = 0.15;

/// Outermost position of the middle of a stroke.
const E: f32 = 0.8;
/// The same to the left and to the right: letters are narrower than they are high.
const W: f32 = 0.6;

/// The letters with their strokes.
pub(super) const LETTERS: [(char, &[Stroke]); 10] = [
    ('A', &[[[-W, E], [0.0, -E]], [[0.0, -E], [W, E]], [[-0.35, 0.2], [0.35, 0.2]]]),
    ('E', &[[[-W, -E], [-W, E]], [[-W, -E], [W, -E]], [[-W, 0.0], [0.4, 0.0]], [[-W, E], [W, E]]]),
    ('F', &[[[-W, -E], [-W, E]], [[-W, -E], [W, -E]], [[-W, 0.0], [0.4, 0.0]]]),
    ('H', &[[[-W, -E], [-W, E]], [[W, -E], [W, E]], [[-W, 0.0], [W, 0.0]]]),
    ('K', &[[[-W, -E], [-W, E]], [[-W, 0.1], [W, -E]], [[-0.2, -0.1], [W, E]]]),
    ('L', &[[[-W, -E], [-W, E]], [[-W, E], [W, E]]]),
    ('N', &[[[-W, E], [-W, -E]], [[-W, -E], [W, E]], [[W, E], [W, -E]]]),
    ('T', &[[[-W, -E], [W, -E]], [[0.0, -E], [0.0, E]]]),
    ('X', &[[[-W, -E], [W, E]], [[-W, E], [W, -E]]]),
    ('Z', &[[[-W, -E], [W, -E]], [[W, -E], [-W, E]], [[-W, E], [W, E]]]),
];

/// Distance from the outline of a letter, negative inside.
pub(super) fn distance(letter: char, x: f32, y: f32) -> f32 {
    let strokes = LETTERS.iter().find(|(known, _)| *known == letter).map_or(&[][..], |(_, strokes)| strokes);
    strokes.iter().map(|stroke| to_segment(*stroke, x, y) - HALF_STROKE).fold(f32::INFINITY, f32::min)
}

fn to_segment([[ax, ay], [bx, by]]: Stroke, x: f32, y: f32) -> f32 {
    let (dx, dy) = (bx - ax, by - ay);
    let t = (((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
    ((x - ax - t * dx).powi(2) + (y - ay - t * dy).powi(2)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_inside_their_frame_and_differ() {
        let cells = |letter| -> Vec<bool> {
            (0..441)
                .map(|i| distance(letter, (i % 21) as f32 / 10.0 - 1.0, (i / 21) as f32 / 10.0 - 1.0) < 0.0)
                .collect()
        };
        for (i, (letter, strokes)) in LETTERS.iter().enumerate() {
            assert!(strokes.iter().flatten().flatten().all(|at| at.abs() <= 1.0 - HALF_STROKE), "{letter}");
            for (other, _) in &LETTERS[..i] {
                let differ = cells(*letter).iter().zip(cells(*other)).filter(|(a, b)| **a != *b).count();
                assert!(differ > 15, "{letter} and {other} differ in {differ} cells");
            }
        }
    }
}
