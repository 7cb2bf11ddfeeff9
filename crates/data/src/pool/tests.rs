//! Classes, exclusions and damaged images.

use super::*;

fn pictures(root: &Path, names: &[&str]) {
    for (index, name) in names.iter().enumerate() {
        let path = root.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let image = Array3::from_shape_fn((10, 14, 3), |(y, x, c)| (index * 50 + y * 3 + x * 2 + c) as u8);
        picture::write_png(&path, image.view()).unwrap();
    }
}

fn open(path: PathBuf, exclude: &Exclusions) -> Result<UnpairedPool> {
    UnpairedPool::open(&[path], 6, exclude)
}

#[test]
fn classes_come_from_subfolders() {
    let root = tempfile::tempdir().unwrap();
    pictures(&root.path().join("p"), &["cup/a.png", "dog/b.png", "c.png"]);
    let pool = open(root.path().join("p"), &Exclusions::default()).unwrap();
    assert_eq!(pool.names(), ["p/c.png", "p/cup/a.png", "p/dog/b.png"]);
    assert_eq!([0, 1, 2].map(|index| pool.class(index)), [None, Some("cup"), Some("dog")]);
}

#[test]
fn classes_come_from_the_table_beside() {
    let root = tempfile::tempdir().unwrap();
    pictures(root.path(), &["images/a.png", "images/b.png"]);
    let table = "image_id,imagenet_class_index,author\na,305,\"Doe, J.\"\nb,7,x\n";
    std::fs::write(root.path().join("images.csv"), table).unwrap();
    for path in [root.path().to_owned(), root.path().join("images")] {
        let pool = open(path, &Exclusions::default()).unwrap();
        assert_eq!([0, 1].map(|index| pool.class(index)), [Some("305"), Some("7")]);
    }
}

#[test]
fn exclusions_work_by_class_name_and_content() {
    let root = tempfile::tempdir().unwrap();
    pictures(root.path(), &["cup/a.png", "dog/b.png", "dog/c.png", "fox/d.png"]);
    let all = open(root.path().to_owned(), &Exclusions::default()).unwrap();
    let mut exclude = Exclusions::default();
    exclude.classes.insert("Cup".into());
    exclude.names.insert("b.png".into());
    exclude.sha256.insert(all.sha256(3).unwrap());
    let pool = open(root.path().to_owned(), &exclude).unwrap();
    assert_eq!((pool.len(), pool.excluded()), (1, 3));
    assert!(pool.names()[0].ends_with("dog/c.png"));
    assert_eq!(pool.read(&[0]).unwrap(), all.read(&[2]).unwrap());
    exclude.classes.insert("dog".into());
    let message = open(root.path().to_owned(), &exclude).unwrap_err().to_string();
    assert!(message.contains("0 images of side 6, 4 left out"), "{message}");
}

#[test]
fn picture_that_cannot_be_decoded_is_named_when_it_is_read() {
    let root = tempfile::tempdir().unwrap();
    pictures(root.path(), &["a.png"]);
    std::fs::write(root.path().join("b.jpg"), b"no picture").unwrap();
    let pool = open(root.path().to_owned(), &Exclusions::default()).unwrap();
    assert_eq!(pool.read(&[0, 0]).unwrap().dim(), (2, 6, 6, 3));
    assert!(pool.read(&[0, 1]).unwrap_err().to_string().contains("b.jpg"));
    assert!(pool.read(&[2]).is_err());
}

#[test]
fn images_of_other_formats_are_named() {
    let root = tempfile::tempdir().unwrap();
    pictures(root.path(), &["a.png"]);
    std::fs::write(root.path().join("b.webp"), b"RIFF").unwrap();
    std::fs::write(root.path().join("notes.txt"), b"none").unwrap();
    let pool = open(root.path().to_owned(), &Exclusions::default()).unwrap();
    assert_eq!((pool.len(), pool.unread()), (1, vec![root.path().join("b.webp").display().to_string()]));
}

#[test]
fn label_of_a_name_in_two_folders_and_damaged_tables_are_refused() {
    let root = tempfile::tempdir().unwrap();
    pictures(root.path(), &["p/x/a.png", "p/y/a.png", "p/y/b.png"]);
    let table = |text: &str| std::fs::write(root.path().join("p/images.csv"), text).unwrap();
    table("image,class\na.png,cup\n");
    let message = open(root.path().join("p"), &Exclusions::default()).unwrap_err().to_string();
    assert!(message.contains("images.csv") && message.contains("x/a.png"), "{message}");
    table("image,class\nb,cup,dog\n");
    assert!(open(root.path().join("p"), &Exclusions::default()).unwrap_err().to_string().contains("images.csv"));
    // Excel in a language with decimal commas.
    table("\u{feff}image;class\r\nb;dog\r\n");
    let pool = open(root.path().join("p"), &Exclusions::default()).unwrap();
    assert_eq!([0, 1, 2].map(|index| pool.class(index)), [None, None, Some("dog")]);
}

#[test]
fn table_beside_the_folder_about_other_images_is_passed_over() {
    let root = tempfile::tempdir().unwrap();
    pictures(root.path(), &["p/cup/a.png"]);
    std::fs::write(root.path().join("images.csv"), "image,class\nz,dog\n").unwrap();
    assert_eq!(open(root.path().join("p"), &Exclusions::default()).unwrap().class(0), Some("cup"));
}

#[test]
fn exclusions_are_compared_composed() {
    let root = tempfile::tempdir().unwrap();
    pictures(root.path(), &["p/cafe\u{301}.png", "p/b.png"]);
    let list = root.path().join("list.toml");
    std::fs::write(&list, "\u{feff}names = [\"caf\u{e9}.png\"]\n").unwrap();
    let pool = open(root.path().join("p"), &Exclusions::read(&list).unwrap()).unwrap();
    assert_eq!(pool.names(), ["p/b.png"]);
}

#[test]
fn all_damaged_images_are_named_at_once() {
    let root = tempfile::tempdir().unwrap();
    pictures(root.path(), &["p/a.png", "p/c.png"]);
    for name in ["p/b.jpg", "p/d.png"] {
        std::fs::write(root.path().join(name), b"no picture").unwrap();
    }
    let pool = open(root.path().join("p"), &Exclusions::default()).unwrap();
    assert!(pool.require(&[0, 2]).is_ok());
    let message = pool.require(&[0, 1, 2, 3]).unwrap_err().to_string();
    assert!(message.contains("2 of 4 unpaired images cannot be read (p/b.jpg, p/d.png)"), "{message}");
}

#[cfg(unix)]
#[test]
fn links_to_missing_images_are_refused_when_the_pool_is_opened() {
    let root = tempfile::tempdir().unwrap();
    pictures(root.path(), &["cup/a.png", "dog/b.png"]);
    std::os::unix::fs::symlink("../.git/annex/objects/c.png", root.path().join("dog/c.png")).unwrap();
    let message = open(root.path().to_owned(), &Exclusions::default()).unwrap_err().to_string();
    assert!(message.starts_with("1 of 3 images in") && message.contains("\"dog/c.png\""), "{message}");
    assert!(message.contains("datalad get"), "{message}");
}
