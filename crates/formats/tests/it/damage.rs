//! Packed files give their values or an error, whichever bit is flipped: their checksums are reached.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::common::fixture;
use afterimage_formats::volume::Volume;
use afterimage_formats::{hdf5, mat::MatFile, npz};
use ndarray::ArrayD;

/// Calls `read` with the file for one flipped bit in each of its bytes from `first` on, and panics where the result is
/// neither an error nor `wanted`. Gives the number of errors.
fn flips<T: PartialEq>(whole: &[u8], step: usize, wanted: &T, mut read: impl FnMut(&Path) -> Option<T>) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("damaged");
    let mut refused = 0;
    for at in (0..whole.len()).step_by(step) {
        let mut bytes = whole.to_vec();
        bytes[at] ^= 1 << (at % 8);
        std::fs::write(&path, bytes).unwrap();
        match read(&path) {
            None => refused += 1,
            Some(values) => assert!(values == *wanted, "byte {at} of {} changes the values", whole.len()),
        }
    }
    refused
}

/// Volumes are told by the end of their name.
fn volume(path: &Path, name: &str) -> Option<(Volume, tempfile::TempDir)> {
    let folder = tempfile::tempdir().unwrap();
    let named = folder.path().join(name);
    std::fs::copy(path, &named).unwrap();
    Volume::open(&named).ok().map(|volume| (volume, folder))
}

#[test]
fn packed_volumes_are_read_to_their_checksum() {
    for name in ["scaled.nii.gz", "extended.nii.gz", "surface.mgz"] {
        let whole = std::fs::read(fixture(name)).unwrap();
        let intact = Volume::open(&fixture(name)).unwrap();
        let affine = |volume: &Volume| volume.header().affine;
        let all = |path: &Path| volume(path, name).and_then(|(open, _f)| Some((affine(&open), open.read().ok()?)));
        let wanted = (affine(&intact), intact.read().unwrap());
        // Of gzip's header the time, the system and the like say nothing about the values, nor do unused bits at its end.
        assert!(flips(&whole, 1, &wanted, all) > whole.len() - 16, "{name}");

        let first = intact.volume(0).unwrap();
        assert!(flips(&whole, 1, &first, |path| volume(path, name)?.0.volume(0).ok()) > whole.len() - 16, "{name}");

        let walked: Vec<_> = intact.volumes().unwrap().map(Result::unwrap).collect();
        let walk = |path: &Path| volume(path, name)?.0.volumes().ok()?.collect::<Result<Vec<_>, _>>().ok();
        assert!(flips(&whole, 1, &walked, walk) > whole.len() - 16, "{name}");

        let early = |path: &Path| {
            let (volume, _folder) = volume(path, name)?;
            let mut volumes = volume.volumes().ok()?;
            let first = volumes.next()?.ok()?;
            volumes.finish().ok().map(|()| first)
        };
        assert!(flips(&whole, 1, &first, early) > whole.len() - 16, "{name}");
    }
}

#[test]
fn header_of_a_packed_pair_is_read_to_its_checksum() {
    let folder = tempfile::tempdir().unwrap();
    let packed = |name: &str, as_name: &str| {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        out.write_all(&std::fs::read(fixture(name)).unwrap()).unwrap();
        let path = folder.path().join(as_name);
        std::fs::write(&path, out.finish().unwrap()).unwrap();
        path
    };
    let (head, voxels) = (packed("pair.hdr", "a.hdr.gz"), packed("pair.img", "a.img.gz"));
    let wanted = Volume::open(&fixture("pair.img")).unwrap();
    let open = |path: &Path| {
        std::fs::copy(path, &head).unwrap();
        let volume = Volume::open(&voxels).ok()?;
        Some((volume.header().affine, volume.read().ok()?))
    };
    let whole = std::fs::read(&head).unwrap();
    assert!(flips(&whole, 1, &(wanted.header().affine, wanted.read().unwrap()), open) > whole.len() - 16);
}

#[test]
fn padding_and_parts_of_packed_volumes_are_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let plain = std::fs::read(fixture("scaled.nii")).unwrap();
    let packed = |bytes: &[u8]| {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        out.write_all(bytes).unwrap();
        out.finish().unwrap()
    };
    let wanted = Volume::open(&fixture("scaled.nii")).unwrap().read().unwrap();
    let parts = [packed(&plain[..400]), packed(&plain[400..])].concat();
    let longer = [&plain[..], b"more than the header says"].concat();
    for bytes in
        [[packed(&plain), vec![0; 1000]].concat(), parts, packed(&longer), [packed(&plain), b"x".into()].concat()]
    {
        let path = folder.path().join("a.nii.gz");
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(Volume::open(&path).unwrap().read().unwrap(), wanted);
    }
}

#[test]
fn compressed_matlab_arrays_are_read_to_their_checksum() {
    let whole = std::fs::read(fixture("compressed.mat")).unwrap();
    let intact = MatFile::open(&fixture("compressed.mat")).unwrap();
    for name in ["cube", "x_f8", "x_i2", "structure.ids"] {
        let wanted = intact.numbers(name).unwrap();
        assert!(flips(&whole, 1, &wanted, |path| MatFile::open(path).ok()?.numbers(name).ok()) > 60, "{name}");
    }
}

/// An archive as `numpy.savez` and `numpy.savez_compressed` write it.
fn archive(path: &Path, method: zip::CompressionMethod) -> ArrayD<f32> {
    let values = ndarray::Array2::from_shape_fn((30, 4), |(row, column)| (row * 7 + column) as f32 / 8.0).into_dyn();
    let mut out = zip::ZipWriter::new(std::fs::File::create(path).unwrap());
    let options = zip::write::SimpleFileOptions::default().compression_method(method);
    out.start_file("responses.npy", options).unwrap();
    out.write_all(&afterimage_formats::npy::to_bytes_f32(values.view())).unwrap();
    out.finish().unwrap();
    values
}

#[test]
fn members_of_npz_are_read_to_their_checksum_stored_or_packed() {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join("a.npz");
    for method in [zip::CompressionMethod::Stored, zip::CompressionMethod::Deflated] {
        let wanted = archive(&path, method);
        let whole = std::fs::read(&path).unwrap();
        let refused = flips(&whole, 1, &wanted, |path| npz::read_f32(path, "responses").ok());
        // All of the values and of the checksum; dates, versions and attributes of a zip archive change nothing.
        assert!(refused > whole.len() - 120, "{refused} of {}", whole.len());
        std::fs::write(&path, [&whole[..whole.len() / 2], &[0], &whole[whole.len() / 2 + 1..]].concat()).unwrap();
        let message = npz::read_f32(&path, "responses").unwrap_err().to_string();
        assert!(message.contains("a.npz"), "{message}");
    }
}

#[test]
fn chunks_of_hdf5_are_read_to_their_checksum() {
    let whole = std::fs::read(fixture("latest.h5")).unwrap();
    let intact = hdf5::File::open(&fixture("latest.h5")).unwrap();
    for name in ["/gzip", "/gzip_shuffle", "/fletcher", "/all_filters"] {
        let wanted = intact.dataset(name).unwrap().read().unwrap();
        let read = |path: &Path| hdf5::File::open(path).ok()?.dataset(name).ok()?.read().ok();
        assert!(flips(&whole, 61, &wanted, read) > 8, "{name}");
    }
}
