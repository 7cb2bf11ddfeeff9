//! What a study holds is its owner's alone, whatever the umask is, and also where it was made by an earlier version.
#![cfg(unix)]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::common::visitor::Visitor;
use crate::common::{options, served, study, wide};
use afterimage_study::{StudyFolder, export, store};

/// Files and folders that others may do something with.
fn exposed(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let inner = entries.flat_map(|path| if path.is_dir() { exposed(&path) } else { vec![path] });
    let all = inner.chain([folder.to_path_buf()]);
    all.filter(|path| fs::metadata(path).unwrap().permissions().mode() & 0o077 != 0).collect()
}

fn loosened(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { loosened(&path) } else { fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap() }
    }
    fs::set_permissions(folder, Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn study_answers_and_exports_are_the_owners() {
    let folder = tempfile::tempdir().unwrap();
    let created = study(folder.path(), 8, 1, &options());
    let root = created.study.root();
    assert!(exposed(root).is_empty(), "{:?}", exposed(root));
    let (address, link) = served(&created.study, wide());
    let mut visitor = Visitor::new(address, &link);
    visitor.begin().unwrap();
    let due = visitor.look().unwrap().unwrap();
    assert_eq!(visitor.answer(&due, 1, "700").unwrap().status, 303);
    // The log of the database and its index are there while it is open.
    assert!(root.join("answers.sqlite-wal").is_file() && root.join("answers.sqlite-shm").is_file());
    assert!(exposed(root).is_empty(), "{:?}", exposed(root));
    let out = folder.path().join("answers.csv");
    fs::write(&out, "of before").unwrap();
    fs::set_permissions(&out, Permissions::from_mode(0o644)).unwrap();
    export::write(&created.study, false, &out).unwrap();
    assert_eq!(fs::metadata(&out).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(fs::read_to_string(&out).unwrap().lines().count() == 2);
}

#[test]
fn study_of_an_earlier_version_is_tightened_when_it_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let created = study(folder.path(), 8, 1, &options());
    let root = created.study.root();
    drop(store::open(&created.study.database_file()).unwrap());
    loosened(root);
    assert!(!exposed(root).is_empty());
    let opened = StudyFolder::open(root).unwrap();
    assert!(exposed(root).is_empty() && !opened.is_exposed(), "{:?}", exposed(root));
    // The database alone, as `forget` opens it.
    loosened(root);
    drop(store::open(&created.study.database_file()).unwrap());
    assert!(!exposed(root).contains(&created.study.database_file()));
}

#[test]
fn database_of_an_earlier_version_is_read_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("answers.sqlite");
    let connection = store::open(&file).unwrap();
    store::start(&connection, b"visit", b"token", "AAAAA-BBBBB", "consent", 1, false).unwrap();
    // As version 1 had it.
    let columns = "ALTER TABLE participants DROP COLUMN visit; ALTER TABLE participants DROP COLUMN pilot;";
    connection.execute_batch(&format!("{columns} PRAGMA user_version = 1")).unwrap();
    drop(connection);
    let connection = store::open(&file).unwrap();
    assert_eq!(store::find(&connection, b"token").unwrap().unwrap().code, "AAAAA-BBBBB");
    store::start(&connection, b"other", b"second", "CCCCC-DDDDD", "consent", 2, false).unwrap();
    let participants = store::participants(&connection).unwrap();
    assert!(participants.len() == 2 && participants.iter().all(|participant| !participant.pilot));
}
