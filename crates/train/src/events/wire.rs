//! Bytes of an event file: records with checksums, and the few kinds of protobuf field that TensorBoard's messages need.

/// A value of a protobuf field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value<'a> {
    Integer(u64),
    Double(f64),
    Bytes(&'a [u8]),
    Float(f32),
}

/// Returns a field with its value.
pub(super) fn field(number: u64, value: Value<'_>) -> Vec<u8> {
    let key = |wire: u64| varint(number << 3 | wire);
    match value {
        Value::Integer(value) => [key(0), varint(value)].concat(),
        Value::Double(value) => [key(1), value.to_le_bytes().to_vec()].concat(),
        Value::Bytes(value) => [key(2), varint(value.len() as u64), value.to_vec()].concat(),
        Value::Float(value) => [key(5), value.to_le_bytes().to_vec()].concat(),
    }
}

/// Returns the fields of a message; `None` if it is damaged.
pub(super) fn fields(mut message: &[u8]) -> Option<Vec<(u64, Value<'_>)>> {
    let mut found = Vec::new();
    while !message.is_empty() {
        let key = take_varint(&mut message)?;
        let value = match key & 7 {
            0 => Value::Integer(take_varint(&mut message)?),
            1 => Value::Double(f64::from_le_bytes(message.split_off(..8)?.try_into().ok()?)),
            2 => {
                let length = usize::try_from(take_varint(&mut message)?).ok()?;
                Value::Bytes(message.split_off(..length)?)
            }
            5 => Value::Float(f32::from_le_bytes(message.split_off(..4)?.try_into().ok()?)),
            _ => return None,
        };
        found.push((key >> 3, value));
    }
    Some(found)
}

/// Returns a record: length, its checksum, payload, its checksum.
pub(super) fn record(payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u64).to_le_bytes();
    [&length[..], &masked_crc(&length), payload, &masked_crc(payload)].concat()
}

/// Returns the payloads of a file up to the first record that is cut off or damaged.
pub(super) fn records(mut file: &[u8]) -> Vec<&[u8]> {
    let mut found = Vec::new();
    while let Some(payload) = take_record(&mut file) {
        found.push(payload);
    }
    found
}

fn take_record<'a>(file: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = file.split_off(..8)?;
    if file.split_off(..4)? != masked_crc(length) {
        return None;
    }
    let length = usize::try_from(u64::from_le_bytes(length.try_into().ok()?)).ok()?;
    let payload = file.split_off(..length)?;
    (file.split_off(..4)? == masked_crc(payload)).then_some(payload)
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while value >= 0x80 {
        out.push((value as u8 & 0x7f) | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
    out
}

fn take_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for group in 0..10 {
        let byte = *bytes.split_off_first()?;
        value |= u64::from(byte & 0x7f) << (7 * group);
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

fn masked_crc(data: &[u8]) -> [u8; 4] {
    (crc32c(data).rotate_right(15).wrapping_add(0xa282_ead8)).to_le_bytes()
}

/// CRC-32C (Castagnoli), reflected.
fn crc32c(data: &[u8]) -> u32 {
    !data.iter().fold(!0_u32, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |c, _| (c >> 1) ^ (0x82f6_3b78 & (c & 1).wrapping_neg()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crc_has_the_standard_check_value() {
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
    }

    #[test]
    fn varints_are_little_endian_groups_of_seven() {
        assert_eq!(varint(300), [0xac, 0x02]);
    }

    #[test]
    fn fields_are_read_as_written() {
        let values = [Value::Integer(u64::MAX), Value::Double(-2.5), Value::Bytes(b"tag"), Value::Float(0.25)];
        let message: Vec<u8> = (1..).zip(values).flat_map(|(number, value)| field(number, value)).collect();
        assert_eq!(fields(&message).unwrap(), (1..).zip(values).collect::<Vec<_>>());
        assert_eq!(fields(&message[..message.len() - 1]), None);
    }

    #[test]
    fn records_end_at_the_first_that_is_cut_off_or_damaged() {
        let file = [record(b"first"), record(b""), record(b"third")].concat();
        assert_eq!(records(&file), [&b"first"[..], b"", b"third"]);
        assert_eq!(records(&file[..file.len() - 1]).len(), 2);
        let mut damaged = file;
        damaged[13] ^= 1;
        assert!(records(&damaged).is_empty());
    }
}
