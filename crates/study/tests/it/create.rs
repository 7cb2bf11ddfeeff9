//! Making a study of runs.

use std::path::PathBuf;

use crate::common::{options, run_folder, study};
use afterimage_run::RunFolder;
use afterimage_study::{Design, Options, Stimuli, create};

#[test]
fn study_holds_every_picture_under_a_name_that_tells_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let created = study(folder.path(), 8, 2, &Options { items: Some(5), ..options() });
    let stimuli = Stimuli::read(&created.study).unwrap();
    assert_eq!((stimuli.items.len(), stimuli.judged.len(), created.items), (8, 5, (8, 5)));
    assert_eq!(stimuli.runs.iter().map(|r| r.label.as_str()).collect::<Vec<_>>(), ["run0", "run1"]);
    let files: Vec<&str> = stimuli.pictures().map(|p| p.file.as_str()).collect();
    assert_eq!(files.len(), 8 + 5 * 2 + 2 + 2);
    let mut distinct = files.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), files.len());
    assert!(files.iter().all(|file| file.len() == 36 && file.ends_with(".png")));
    // The shown picture is the same, pixel by pixel; practice and checks are of items that are not judged.
    let shown = image::open(created.study.pictures_dir().join(&stimuli.items[3].shown.file)).unwrap().into_rgb8();
    assert_eq!(shown, image::open(folder.path().join("run0/shown/0003.png")).unwrap().into_rgb8());
    assert!(stimuli.attention.iter().take(1).all(|copied| !stimuli.judged.contains(&copied.item)));
    assert_eq!(Design::read(&created.study).unwrap(), created.design);
}

#[test]
fn what_can_not_be_judged_is_refused_and_nothing_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let (eight, nine) = (run_folder(&path("eight"), 8, 9), run_folder(&path("nine"), 9, 9));
    let refused = |runs: &[PathBuf], options: &Options| {
        let said = create(runs, options, &path("study"), false).unwrap_err().to_string();
        assert!(!path("study").exists() && !path("study.tmp").exists());
        said
    };
    assert!(refused(&[eight.clone(), nine.clone()], &options()).contains("cannot be judged together"));
    assert!(
        refused(std::slice::from_ref(&eight), &Options { ways: 9, ..options() }).contains("ways = 9, and 8 different")
    );
    assert!(refused(std::slice::from_ref(&eight), &Options { items: Some(9), ..options() }).contains("1 to 8"));
    assert!(
        refused(std::slice::from_ref(&eight), &Options { trials: Some(9), ..options() })
            .contains("no participant sees an item twice")
    );
    assert!(refused(&[path("none")], &options()).contains("run.json"));
    // A run that names a picture outside itself.
    let list = std::fs::read_to_string(path("nine/pictures.json")).unwrap();
    let list = list.replace("shown/0004.png", "../eight/shown/0004.png");
    RunFolder::new(path("nine")).write(&path("nine/pictures.json"), list.as_bytes()).unwrap();
    assert!(refused(std::slice::from_ref(&nine), &options()).contains("lies outside its run"));
    // Another picture of the same name.
    let other = run_folder(&path("other"), 8, 3);
    image::RgbImage::new(32, 32).save(path("other/shown/0002.png")).unwrap();
    assert!(refused(&[eight.clone(), other], &options()).contains("\"item-02\" differs"));
    create(std::slice::from_ref(&eight), &options(), &path("study"), false).unwrap();
    assert!(create(&[eight], &options(), &path("study"), false).unwrap_err().to_string().contains("exists already"));
}

#[test]
fn only_a_study_that_was_never_served_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let created = study(folder.path(), 8, 1, &options());
    let (out, runs) = (created.study.root().to_path_buf(), [folder.path().join("run0")]);
    let other = Options { title: "Another".into(), ..options() };
    std::fs::write(out.join("notes.txt"), "mine").unwrap();
    let said = create(&runs, &other, &out, true).unwrap_err().to_string();
    assert!(said.contains("\"notes.txt\""), "{said}");
    std::fs::remove_file(out.join("notes.txt")).unwrap();
    assert!(create(&[folder.path().join("none")], &other, &out, true).is_err());
    assert_eq!(Design::read(&created.study).unwrap().title, options().title, "a refused command replaced it");
    create(&runs, &other, &out, true).unwrap();
    assert_eq!(Design::read(&created.study).unwrap().title, "Another");
    std::fs::write(created.study.database_file(), "").unwrap();
    let said = create(&runs, &options(), &out, true).unwrap_err().to_string();
    assert!(said.contains("never overwritten"), "{said}");
    assert!(create(&runs, &options(), folder.path(), true).unwrap_err().to_string().contains("is not replaced"));
}
