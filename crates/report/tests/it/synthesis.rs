//! The page of a synthesis.

use afterimage_report::render_synthesis;
use afterimage_run::synthesis::{
    BestNatural, Image, NaturalSource, Objective, Prior, SYNTHESIS_VERSION, Settings, Synthesis, Target,
};

fn synthesis() -> Synthesis {
    let image = |picture: &str, response: f64| Image {
        picture: picture.into(),
        response,
        percentile: 100.0,
        beyond_best: response - 2.0,
        course: vec![0.0, 1.0],
    };
    Synthesis {
        version: SYNTHESIS_VERSION,
        run: "a <b> run".into(),
        software: "afterimage".into(),
        git_commit: None,
        encoder: "abc".into(),
        settings: Settings {
            prior: Prior::Pixels,
            minimise: false,
            steps: 200,
            learning_rate: 0.05,
            variation_weight: 10.0,
            jitter_px: 1,
            starts: 2,
            seed: 0,
        },
        natural: vec![NaturalSource { source: "training".into(), images: 600 }],
        unit: None,
        targets: vec![Target {
            name: "voxel 3".into(),
            objective: Objective::Voxel,
            regions: vec!["V1".into()],
            voxels: 1,
            best_natural: BestNatural {
                name: "<i>".into(),
                source: "training".into(),
                response: 2.0,
                picture: "n.png".into(),
            },
            natural: (0.1, 0.9),
            images: vec![image("0.png", 5.0), image("gone.png", 4.5)],
            reached: (4.75, Some(0.35)),
            agreement: Some(0.8),
        }],
        notes: vec!["a note".into()],
    }
}

#[test]
fn pictures_are_embedded_numbers_are_shown_and_names_stay_text() {
    let read = |path: &str| if path == "gone.png" { Vec::new() } else { b"\x89PNG\r\n\x1a\n".to_vec() };
    let html = render_synthesis(&synthesis(), &read);
    assert_eq!(html.matches("src=\"data:image/png;base64,").count(), 2);
    assert!(html.contains("gone.png is missing"));
    assert!(html.contains("best natural: 2.000") && html.contains("3.000 beyond the best"));
    assert!(html.contains("a &lt;b&gt; run") && !html.contains("<i>") && !html.contains("src=\"http"));
    assert_eq!(html, render_synthesis(&synthesis(), &read));
}
