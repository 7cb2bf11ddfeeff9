//! Voxels that share sources, in responses of every kind: how often right ones are doubted, and wrong ones are not.

use afterimage_statistics::draws::symmetric;

use super::*;

const VOXELS: usize = 60;
const SOURCES: usize = 5;
const DRAWN: usize = 100;

/// Nearly normal numbers: sums of twelve uniform ones of variance 1/12.
fn normal(rows: usize, columns: usize, draws: &mut Stream) -> Array2<f32> {
    Array2::from_shape_simple_fn((rows, columns), || (0..12).map(|_| 0.5 * symmetric(draws)).sum())
}

/// Responses with so much noise to `stimuli` stimuli in turn, each voxel driven by a few sources.
fn responses(rows: usize, stimuli: usize, noise: f32, draws: &mut Stream) -> Array2<f32> {
    let weights = normal(SOURCES, VOXELS, &mut stream(77, SOLE, 0)).mapv(|weight| 0.32 * weight);
    let signal = normal(stimuli, SOURCES, draws).dot(&weights);
    let repeated = signal.select(Axis(0), &(0..rows).map(|row| row % stimuli).collect::<Vec<_>>());
    repeated + normal(rows, VOXELS, draws).mapv(|value| noise * value)
}

fn training() -> Array2<f32> {
    responses(400, 400, 0.7, &mut stream(1, SOLE, 0))
}

fn permuted(rows: &Array2<f32>, draws: &mut Stream) -> Array2<f32> {
    let mut order: Vec<usize> = (0..VOXELS).collect();
    shuffle(draws, &mut order);
    rows.select(Axis(1), &order)
}

/// The share of draws with this outcome.
fn share(of: impl Fn(&mut Stream) -> Array2<f32>, is: fn(&Together) -> bool) -> f64 {
    let training = training();
    let found = (0..DRAWN).filter(|draw| {
        let given = of(&mut stream(2, SOLE, *draw as u64));
        is(&together(training.view(), given.view()))
    });
    found.count() as f64 / DRAWN as f64
}

fn is_doubted(together: &Together) -> bool {
    matches!(together, Together::Otherwise(_) | Together::Against(_))
}

#[test]
fn right_responses_of_every_kind_and_number_are_seldom_doubted() {
    for rows in [10, 20, 50, 100, 500] {
        // Single responses, noisier ones, means of ten repeats, predictions, and repeats of a fifth as many stimuli.
        let kinds = [(rows, 0.7), (rows, 1.4), (rows, 0.22), (rows, 0.02), (rows / 5, 0.7)];
        let repeats = [(3, 0.7), (1, 0.7)];
        let bounds = kinds.map(|kind| (kind, 0.02)).into_iter().chain(repeats.map(|kind| (kind, 0.05)));
        for ((stimuli, noise), bound) in bounds {
            let doubted = share(|draws| responses(rows, stimuli, noise, draws), is_doubted);
            println!("{rows} rows, {stimuli} stimuli, noise {noise}: {doubted}");
            assert!(doubted <= bound, "{rows} rows, {stimuli} stimuli, noise {noise}: {doubted}");
        }
    }
}

#[test]
fn another_order_is_found_from_few_responses_on() {
    for (rows, noise, least) in [(20, 0.7, 0.5), (20, 0.22, 0.5), (50, 0.7, 0.9), (50, 0.22, 0.9), (200, 0.7, 0.9)] {
        let found = share(
            |draws| permuted(&responses(rows, rows, noise, draws), draws),
            |together| matches!(together, Together::Otherwise(_)),
        );
        println!("{rows} rows, noise {noise}: {found}");
        assert!(found >= least, "{rows} rows, noise {noise}: {found}");
    }
}

#[test]
fn voxels_of_the_opposite_sign_are_named() {
    let training = training();
    for (turned, kinds) in [(4, "a few"), (22, "many")] {
        let mut given = responses(100, 100, 0.3, &mut stream(3, SOLE, 0));
        (0..turned).for_each(|at| given.column_mut(at * 2).mapv_inplace(|value| -value));
        let Together::Against(found) = together(training.view(), given.view()) else { panic!("{kinds}: not found") };
        let right = found.iter().filter(|&&voxel| voxel % 2 == 0 && voxel < 2 * turned).count();
        assert!(right >= turned * 3 / 4 && found.len() - right <= turned / 4, "{kinds}: {found:?}");
    }
}

#[test]
fn noise_and_few_responses_tell_nothing() {
    let unknown = |together: &Together| *together == Together::Unknown;
    assert!(share(|draws| normal(50, VOXELS, draws), unknown) >= 0.9);
    assert_eq!(share(|draws| responses(9, 9, 0.2, draws), unknown), 1.0);
}
