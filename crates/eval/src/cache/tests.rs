//! What is kept comes back bit for bit, and nothing else does.

use super::*;

fn digest(salt: u8) -> Digest {
    [salt; 32]
}

fn row(salt: u8, length: usize) -> Vec<f32> {
    (0..length).map(|i| (f32::from(salt) + i as f32 * 0.37).sin()).collect()
}

fn keep(cache: &Cache, identity: &str, salts: &[u8], length: usize) {
    let mut rows = cache.open(identity);
    salts.iter().for_each(|&salt| rows.insert(digest(salt), &row(salt, length)));
}

fn found(cache: &Cache, identity: &str, salt: u8, length: usize) -> Option<Vec<f32>> {
    let mut into = vec![0.0; length];
    cache.open(identity).read(&digest(salt), &mut into).map(|()| into)
}

fn shards(cache: &Cache) -> Vec<PathBuf> {
    subfolders(cache.folder()).iter().flat_map(|folder| files(folder)).map(|(path, ..)| path).collect()
}

#[test]
fn kept_vectors_come_back_bit_for_bit_and_only_under_their_identity() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::new(folder.path().join("new"), 1 << 20);
    keep(&cache, "net a", &[1, 2], 50);
    assert_eq!(found(&cache, "net a", 2, 50), Some(row(2, 50)));
    assert_eq!(found(&cache, "net b", 2, 50), None);
    assert_eq!(found(&cache, "net a", 3, 50), None);
    assert_eq!(cache.problem(), None);
}

#[test]
fn damaged_vector_is_computed_again_and_its_file_goes() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::new(folder.path(), 1 << 20);
    keep(&cache, "net", &[1, 2], 64);
    let path = shards(&cache).remove(0);
    let whole = std::fs::read(&path).unwrap();
    for position in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[position] ^= 0x10;
        std::fs::write(&path, bytes).unwrap();
        for salt in [1, 2] {
            let got = found(&cache, "net", salt, 64);
            assert!(got.is_none() || got == Some(row(salt, 64)), "byte {position} changed the vector {salt}");
        }
    }
    for end in [0, 7, 30, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&path, &whole[..end]).unwrap();
        assert!(found(&cache, "net", 1, 64).is_none_or(|got| got == row(1, 64)), "{end} bytes");
    }
    std::fs::write(&path, &whole[..40]).unwrap();
    assert_eq!(found(&cache, "net", 1, 64), None);
    assert!(!path.exists());
}

#[test]
fn limit_holds_and_what_was_not_used_for_longest_goes_first() {
    let folder = tempfile::tempdir().unwrap();
    let size = 1000 * 4 + 36 + 4096;
    let first = Cache::new(folder.path(), 2 * size);
    keep(&first, "net", &[1], 1000);
    let old = SystemTime::now() - Duration::from_secs(1000);
    std::fs::File::options().append(true).open(&shards(&first)[0]).unwrap().set_modified(old).unwrap();
    let next = Cache::new(folder.path(), 2 * size);
    keep(&next, "net", &[2], 1000);
    assert_eq!(shards(&next).len(), 2);
    let last = Cache::new(folder.path(), size + 4200);
    keep(&last, "net", &[3], 1000);
    assert_eq!((found(&last, "net", 1, 1000), found(&last, "net", 3, 1000)), (None, Some(row(3, 1000))));
    // What this process wrote stays, and what finds no room is not kept.
    keep(&last, "net", &[4], 3000);
    keep(&last, "net", &[5, 6, 7], 1000);
    assert!(found(&last, "net", 3, 1000).is_some() && found(&last, "net", 5, 1000).is_none());
}

#[test]
fn folder_that_cannot_be_made_is_a_problem_and_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let blocked = folder.path().join("file");
    std::fs::write(&blocked, b"in the way").unwrap();
    let cache = Cache::new(&blocked, 1 << 20);
    keep(&cache, "net", &[1], 10);
    assert!(cache.problem().is_some_and(|problem| problem.contains("file")));
}

#[test]
fn processes_that_keep_the_same_leave_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (Cache::new(folder.path(), 1 << 20), Cache::new(folder.path(), 1 << 20));
    let (mut a, mut b) = (one.open("net"), two.open("net"));
    for salt in [1, 2] {
        a.insert(digest(salt), &row(salt, 20));
        b.insert(digest(salt), &row(salt, 20));
    }
    drop(a);
    drop(b);
    assert_eq!(shards(&one).len(), 1);
    assert_eq!(found(&two, "net", 2, 20), Some(row(2, 20)));
}
