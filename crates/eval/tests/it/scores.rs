//! Scores as a whole: names, closed forms, invariances and refusals.

use std::collections::BTreeMap;

use afterimage_eval::*;
use afterimage_run::{pictures::Pictures, scores::Score};
use ndarray::{Array2, Array4, ArrayView4, Axis, s};

fn context(n: usize) -> Context {
    let picture = |i: usize| Pictures {
        name: format!("item {i}"),
        class: None,
        stimulus: i as u32,
        repeats: 1 + (i % 3) as u16,
        shown: String::new(),
        reconstruction: String::new(),
        rival: None,
        rival_name: None,
        photograph: None,
    };
    let held_out = HeldOut::from_pictures(&(0..n).map(picture).collect::<Vec<_>>());
    Context { resamples: 500, permutations: 999, ..Context::new(held_out, 4) }
}

fn noise(shape: (usize, usize, usize, usize), salt: u64) -> Array4<f32> {
    let mut state = salt.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    Array4::from_shape_simple_fn(shape, || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1_u64 << 24) as f32
    })
}

fn table(rows: usize, columns: usize, salt: u64) -> Array2<f32> {
    noise((rows, columns, 1, 1), salt).into_shape_with_order((rows, columns)).unwrap()
}

fn get<'a>(scores: &'a [Score], name: &str) -> &'a Score {
    scores.iter().find(|s| s.name == name).unwrap_or_else(|| panic!("{name} is missing"))
}

/// Two taps: the pixels, and their mean over 2x2 blocks.
struct Toy;

impl Features for Toy {
    fn name(&self) -> String {
        "toy".into()
    }
    fn extract(&self, images: ArrayView4<f32>) -> std::result::Result<Vec<Array4<f32>>, BoxError> {
        let (n, c, h, w) = images.dim();
        let pooled = Array4::from_shape_fn((n, c, h / 2, w / 2), |(i, c, y, x)| {
            images.slice(s![i, c, 2 * y..2 * y + 2, 2 * x..2 * x + 2]).mean().unwrap()
        });
        Ok(vec![images.to_owned(), pooled])
    }
}

fn direct_distance(a: ArrayView4<f32>, b: ArrayView4<f32>, weights: &[f32]) -> f64 {
    let (fa, fb) = (Toy.extract(a).unwrap(), Toy.extract(b).unwrap());
    let mut total = 0.0;
    for ((a, b), w) in fa.iter().zip(&fb).zip(weights) {
        let (_, c, h, wd) = a.dim();
        let mut sum = 0.0;
        for y in 0..h {
            for x in 0..wd {
                let at = |t: &Array4<f32>| (0..c).map(|k| f64::from(t[[0, k, y, x]])).collect::<Vec<_>>();
                let (p, q) = (at(a), at(b));
                let dot = |u: &[f64], v: &[f64]| u.iter().zip(v).map(|(a, b)| a * b).sum::<f64>();
                sum += 1.0 - dot(&p, &q) / (dot(&p, &p) * dot(&q, &q)).sqrt();
            }
        }
        total += f64::from(*w) * sum / (h * wd) as f64;
    }
    total
}

fn toy_matrix(ctx: &Context, weights: Vec<f32>) -> (DistanceMatrix, Array4<f32>, Array4<f32>, Array4<f32>) {
    let shown = noise((ctx.held_out.len(), 3, 8, 8), 1);
    let reconstructions = &shown * 0.5 + &noise(shown.dim(), 2) * 0.5;
    let candidates = noise((70, 3, 8, 8), 3);
    let names = (0..70).map(|i| format!("candidate {i}")).collect();
    let mut pool = InMemory { names, images: candidates.clone() };
    let distance = PerceptualDistance::new(&Toy, weights).unwrap();
    let matrix = DistanceMatrix::compute(&distance, reconstructions.view(), shown.view(), &mut pool, ctx).unwrap();
    (matrix, reconstructions, shown, candidates)
}

#[test]
fn perceptual_matrix_equals_the_definition() {
    let ctx = context(5);
    let weights = vec![10.0, 2.0];
    let (matrix, reconstructions, shown, candidates) = toy_matrix(&ctx, weights.clone());
    let one = |images: &Array4<f32>, i: usize| images.slice(s![i..i + 1, .., .., ..]).to_owned();
    for i in 0..5 {
        for j in [0, 4] {
            let d = direct_distance(one(&reconstructions, i).view(), one(&shown, j).view(), &weights);
            assert!((matrix.shown()[[i, j]] - d).abs() < 1e-5);
        }
        for j in [0, 33, 69] {
            let d = direct_distance(one(&reconstructions, i).view(), one(&candidates, j).view(), &weights);
            assert!((matrix.candidates()[[i, j]] - d).abs() < 1e-5);
        }
    }
}

#[test]
fn good_reconstructions_are_identified_and_named_rivals_are_the_nearest() {
    let ctx = context(20);
    let (matrix, ..) = toy_matrix(&ctx, vec![1.0, 1.0]);
    let scores = external_scores(&matrix, &[2, 5, 71], &ctx).unwrap();
    let five = get(&scores, "identification.external.perceptual.5way");
    assert_eq!((five.value, five.guess, five.n), (1.0, Some(0.2), 20));
    assert_eq!((five.ways, five.candidates, five.repeats_averaged), (Some(5), Some(70), Some((1, 3))));
    assert_eq!(five.p.as_ref().unwrap().value, 0.001);
    assert_eq!(get(&scores, "identification.external.perceptual.rank").value, 1.0);
    assert_eq!(pairwise_scores(&matrix, &ctx).unwrap()[0].value, 1.0);
    for (i, rival) in matrix.rivals().into_iter().enumerate() {
        let rival = rival.unwrap();
        assert!(matrix.candidates().row(i).iter().all(|d| *d >= rival.distance));
        assert_eq!(rival.name, format!("candidate {}", rival.index));
    }
    for (i, wrong) in matrix.nearest_wrong().into_iter().enumerate() {
        let (wrong, row) = (wrong.unwrap(), matrix.shown());
        assert!(wrong != i && (0..20).all(|j| j == i || row[[i, j]] >= row[[i, wrong]]));
    }
}

#[test]
fn a_decoder_with_one_output_is_at_chance_in_pairwise() {
    let ctx = context(12);
    let shown = noise((12, 3, 16, 16), 8);
    let mut same = shown.clone();
    for mut image in same.outer_iter_mut() {
        image.assign(&shown.index_axis(Axis(0), 0));
    }
    let scores = image_scores(same.view(), shown.view(), &ctx).unwrap();
    let pairwise = get(&scores, "identification.pairwise.pixcorr");
    assert!((pairwise.value - 0.5).abs() < 1e-12);
    assert!(pairwise.p.as_ref().unwrap().value > 0.4);
    let spread = diversity::diversity_scores(same.view(), shown.view(), &ctx).unwrap();
    assert_eq!(get(&spread, "diversity.distance").value, 0.0);
    assert_eq!(get(&spread, "diversity.rank").value, 0.0, "what rounding leaves of equal images is no direction");
    assert!(diversity::collapse_warning(&spread).is_some());
}

#[test]
fn equal_images_score_one_and_constant_ones_are_left_out() {
    let ctx = context(6);
    let shown = noise((6, 3, 16, 16), 5);
    let scores = image_scores(shown.view(), shown.view(), &ctx).unwrap();
    for name in ["image.pixcorr", "image.pixcorr.native", "image.ssim", "image.ssim.native"] {
        let score = get(&scores, name);
        assert!((score.value - 1.0).abs() < 1e-9, "{name}");
        assert!(score.interval.is_none() && score.p.is_some() && score.chance.is_some(), "{name}: equal values");
    }
    let spread = diversity::diversity_scores(shown.view(), shown.view(), &ctx).unwrap();
    assert!(spread.iter().all(|s| (s.value - 1.0).abs() < 1e-12));
    assert!(diversity::collapse_warning(&spread).is_none());

    let mut flat = shown.clone();
    flat.index_axis_mut(Axis(0), 2).fill(0.5);
    let scores = image_scores(flat.view(), shown.view(), &ctx).unwrap();
    let r = get(&scores, "image.pixcorr");
    assert_eq!((r.n, r.per_item[2]), (5, None));
}

#[test]
fn encoder_recovers_known_correlation_and_skips_constant_voxels() {
    let (items, voxels) = (200, 40);
    let ctx = context(items);
    let signal = table(items, voxels, 11);
    let mut measured = &signal + &table(items, voxels, 12);
    measured.column_mut(7).fill(0.25);
    let mut predicted = signal * 3.0 + 100.0;
    predicted.column_mut(8).fill(0.1);
    let regions = BTreeMap::from([("V1".to_string(), (0..voxels).map(|v| v < 20).collect::<Vec<_>>())]);
    let ceilings = vec![0.5_f32.sqrt(); voxels];
    let ceilings = Ceilings { values: &ceilings, source: "known" };
    let scores = encoder_scores(predicted.view(), measured.view(), Some(ceilings), &regions, &ctx).unwrap();
    let all = get(&scores, "encoder.r.median");
    // Signal and noise have equal variance: r = sqrt(1/2).
    assert!((all.value - 0.5_f64.sqrt()).abs() < 0.03, "{}", all.value);
    let interval = all.interval.as_ref().unwrap();
    assert!(interval.low < all.value && all.value < interval.high);
    assert_eq!((all.n, all.per_item[7], all.per_item[8]), (38, None, None));
    assert_eq!(all.p.as_ref().unwrap().value, 0.001);
    assert_eq!(get(&scores, "encoder.r.median.V1").n, 18);
    assert!((get(&scores, "encoder.r_over_ceiling.median").value - 1.0).abs() < 0.05);
    assert_eq!(get(&scores, "encoder.significant").value, 1.0);
    assert!(get(&scores, "encoder.r2.median").value < 0.0, "scaled predictions have no R^2");
    for score in scores.iter().filter(|s| s.name.contains("median")) {
        let i = score.interval.as_ref().unwrap();
        assert!(i.low < score.value && score.value < i.high, "{} {i:?}", score.name);
    }
}

#[test]
fn unrelated_predictions_are_not_significant() {
    let ctx = context(50);
    let scores =
        encoder_scores(table(50, 60, 1).view(), table(50, 60, 2).view(), None, &BTreeMap::new(), &ctx).unwrap();
    assert!(get(&scores, "encoder.r.median").p.as_ref().unwrap().value > 0.01);
    assert!(get(&scores, "encoder.significant").value < 0.05);
}

#[test]
fn voxel_fit_equals_plain_pearson() {
    let ctx = context(30);
    let (x, y) = (table(30, 4, 3), table(30, 4, 9));
    let fit = voxel_fit(x.view(), y.view(), &ctx).unwrap();
    for v in 0..4 {
        let column = |t: &Array2<f32>| t.column(v).iter().map(|&v| f64::from(v)).collect::<Vec<_>>();
        let (x, y) = (column(&x), column(&y));
        assert!((fit.r[v] - afterimage_statistics::correlation::pearson(&x, &y)).abs() < 1e-12);
        let mean = y.iter().sum::<f64>() / 30.0;
        let residual: f64 = x.iter().zip(&y).map(|(x, y)| (y - x).powi(2)).sum();
        let total: f64 = y.iter().map(|y| (y - mean).powi(2)).sum();
        assert!((fit.r2[v] - (1.0 - residual / total)).abs() < 1e-9);
    }
}

#[test]
fn encoding_identifies_the_right_response() {
    let ctx = context(60);
    let measured = table(60, 30, 6);
    let predicted = &measured + &(table(60, 30, 7) * 0.3);
    let matrix = encoding_matrix(measured.view(), predicted.view(), None, &ctx).unwrap();
    let scores = encoding_scores(&matrix, &[2, 50], &ctx).unwrap();
    let fifty = get(&scores, "identification.encoding.50way");
    assert!(
        fifty.value > 0.99
            && fifty.guess == Some(0.02)
            && (fifty.chance.unwrap() - 0.02).abs() < 1e-12
            && fifty.candidates == Some(59)
    );
    assert!(encoding_scores(&matrix, &[61], &ctx).is_err());
    let (can, cannot) = possible_ways("identification.encoding", &[2, 61], 59);
    assert_eq!((can, cannot[0].name.as_str()), (vec![2], "identification.encoding.61way"));
}

#[test]
fn same_seed_gives_the_same_scores_on_any_number_of_threads() {
    let ctx = context(15);
    let shown = noise((15, 3, 12, 12), 5);
    let images = &shown * 0.5 + &noise(shown.dim(), 6) * 0.5;
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| image_scores(images.view(), shown.view(), &ctx).unwrap())
    };
    assert_eq!(run(1), run(3));
}

#[test]
fn wrong_inputs_are_refused_with_their_place() {
    let ctx = context(4);
    let shown = noise((4, 3, 12, 12), 1);
    let short = noise((3, 3, 12, 12), 1);
    let message = image_scores(short.view(), shown.view(), &ctx).unwrap_err().to_string();
    assert!(message.contains("[3, 3, 12, 12]") && message.contains("[4, 3"), "{message}");
    let mut broken = shown.clone();
    broken[[2, 0, 0, 0]] = f32::NAN;
    assert!(image_scores(broken.view(), shown.view(), &ctx).unwrap_err().to_string().contains("item 2"));
    let masks = BTreeMap::from([("V1".to_string(), vec![true; 2])]);
    let y = table(4, 3, 1);
    assert!(encoder_scores(y.view(), y.view(), None, &masks, &ctx).unwrap_err().to_string().contains("V1"));
    assert!(PerceptualDistance::new(&Toy, vec![1.0, -1.0]).is_err());
    let three = PerceptualDistance::new(&Toy, vec![1.0; 3]).unwrap();
    assert!(DistanceMatrix::compute(&three, shown.view(), shown.view(), &mut no_candidates(), &ctx).is_err());
    let constant = Array2::<f32>::zeros((4, 3));
    assert!(encoder_scores(constant.view(), constant.view(), None, &BTreeMap::new(), &ctx).is_err());
}

#[test]
fn a_failing_reader_is_an_error_with_its_rows() {
    let ctx = context(4);
    let shown = noise((4, 3, 12, 12), 1);
    let mut pool = Streamed {
        names: vec!["a".into(); 40],
        read: |rows: std::ops::Range<usize>| match rows.start {
            0 => Ok(noise((rows.len(), 3, 12, 12), 2)),
            _ => Err("file vanished".into()),
        },
    };
    let error = DistanceMatrix::compute(&PixelCorrelation, shown.view(), shown.view(), &mut pool, &ctx).unwrap_err();
    assert_eq!(error.to_string(), "candidate images 32 to 40 could not be read");
}

#[test]
fn a_trace_of_the_shown_image_is_found_by_ssim_as_by_pixcorr() {
    let ctx = context(36);
    let shown = noise((36, 3, 16, 16), 21);
    let other = noise(shown.dim(), 22);
    let traces = ndarray::Zip::from(&shown).and(&other).map_collect(|s, o| 0.35 + 0.3 * o + 0.03 * (s - 0.5));
    let scores = image_scores(traces.view(), shown.view(), &ctx).unwrap();
    let p = |name: &str| get(&scores, name).p.as_ref().unwrap().value;
    let (pixcorr, ssim) = (p("image.pixcorr.native"), p("image.ssim.native"));
    assert!(pixcorr <= 0.002 && ssim <= 0.01, "{pixcorr} {ssim}");
    let method = &get(&scores, "image.ssim").p.as_ref().unwrap().method;
    assert!(method.contains("inside random groups of 12 images"), "{method}");
}

#[test]
fn chance_is_the_level_of_shuffled_pairings_and_the_guess_stands_beside_it() {
    // Every shown image is nearer to every reconstruction than all candidates: shuffled pairings score 1, a guess 1/5.
    let ctx = context(8);
    let shown = Array2::from_shape_fn((8, 8), |(i, j)| 0.1 + 0.01 * ((3 * i + j) % 8) as f64);
    let names = (0..20).map(|i| i.to_string()).collect();
    let matrix = DistanceMatrix::new("toy", "toy", shown, Array2::ones((8, 20)), names, &ctx).unwrap();
    let scores = external_scores(&matrix, &[5], &ctx).unwrap();
    let (five, rank) = (&scores[0], &scores[1]);
    assert_eq!((five.value, five.guess, five.chance), (1.0, Some(0.2), Some(1.0)));
    assert_eq!((five.p.as_ref().unwrap().value, rank.chance), (1.0, Some(1.0)));
    let interval = five.interval.as_ref().unwrap();
    assert!(
        interval.low < 0.7 && interval.high == 1.0 && interval.method.contains("exact bound over 8 images"),
        "{interval:?}"
    );
}

#[test]
fn values_outside_0_to_1_are_refused_by_every_measure_of_images() {
    let ctx = context(4);
    let shown = noise((4, 3, 16, 16), 1);
    for broken in [&shown * 255.0, &shown - 0.5] {
        let said = |result: afterimage_eval::Result<()>| result.unwrap_err().to_string();
        let (a, b) = (broken.view(), shown.view());
        let messages = [
            said(pixcorr_scores(a, b, &ctx).map(drop)),
            said(ssim_scores(a, b, &ctx).map(drop)),
            said(ms_ssim_scores(a, b, &ctx).map(drop)),
            said(diversity_scores(a, b, &ctx).map(drop)),
            said(DistanceMatrix::compute(&PixelCorrelation, a, b, &mut no_candidates(), &ctx).map(drop)),
        ];
        assert!(messages.iter().all(|m| m.contains("item 0") && m.contains("in 0..1")), "{messages:?}");
    }
}
