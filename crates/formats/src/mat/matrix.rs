//! A matrix of version 5: flags, dimensions, name, and the values of its class.

use super::element::{MATRIX, Part, Parts};
use super::{DEEPEST, MatValue};
use crate::npy::Element;
use crate::numbers::{Numbers, Order, count};

const COMPLEX: u32 = 0x0800;
const LOGICAL: u32 = 0x0200;

/// Fields before the values.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) class: u32,
    pub(super) flags: u32,
    pub(super) shape: Vec<usize>,
    pub(super) name: String,
}

/// Reads the head; classes without dimensions have an empty shape.
pub(super) fn head(parts: &mut Parts<'_>) -> Result<Head, String> {
    let flags = *parts.next()?.words().first().ok_or("its flags are missing")?;
    let class = flags & 0xff;
    if class > 15 {
        // Objects of newer classes have names in place of dimensions.
        return Ok(Head { class, flags, shape: Vec::new(), name: parts.next()?.name() });
    }
    let sizes = parts.next()?;
    let shape = sizes.words().into_iter().map(|n| usize::try_from(n as i32)).collect::<Result<Vec<_>, _>>();
    let shape = shape.ok().filter(|shape| shape.len() >= 2 && shape.len() <= 64).ok_or("its dimensions are damaged")?;
    Ok(Head { class, flags, shape, name: parts.next()?.name() })
}

/// Reads a matrix from the bytes of its element, and its name.
pub(super) fn read(bytes: &[u8], big_endian: bool, depth: usize) -> Result<(String, MatValue), String> {
    if bytes.is_empty() {
        return Ok((String::new(), MatValue::empty()));
    }
    if depth > DEEPEST {
        return Err("its cells are nested too deeply".into());
    }
    let mut parts = Parts::new(bytes, big_endian);
    let head = head(&mut parts)?;
    let value = match head.class {
        1 => cell(&head, parts, depth)?,
        2 => structure(&head, parts, depth)?,
        4 => text(&head, parts)?,
        5 => MatValue::Unreadable("a sparse matrix: save it with full(x)".into()),
        6..=15 => numbers(&head, parts)?,
        3 | 17 => MatValue::Unreadable("an object: save its numbers as plain arrays".into()),
        16 => MatValue::Unreadable("a function handle".into()),
        other => return Err(format!("its class {other} is unknown")),
    };
    Ok((head.name, value))
}

fn matrix(parts: &mut Parts<'_>, depth: usize) -> Result<MatValue, String> {
    let part = parts.next()?;
    if part.kind != MATRIX {
        return Err("it contains something other than arrays".into());
    }
    read(part.bytes, part.big_endian, depth + 1).map(|(_, value)| value)
}

fn cell(head: &Head, mut parts: Parts<'_>, depth: usize) -> Result<MatValue, String> {
    let wanted = count(&head.shape).ok_or("its dimensions are damaged")?;
    let mut values = Vec::new();
    for _ in 0..wanted {
        values.push(matrix(&mut parts, depth)?);
    }
    Ok(MatValue::Cell { shape: head.shape.clone(), values })
}

fn structure(head: &Head, mut parts: Parts<'_>, depth: usize) -> Result<MatValue, String> {
    let wanted = count(&head.shape).ok_or("its dimensions are damaged")?;
    let length = *parts.next()?.words().first().ok_or("its fields are damaged")? as usize;
    let names = parts.next()?;
    let names = names.bytes.chunks(length.max(1)).map(|name| Part { bytes: name, ..names }.name());
    let mut fields: Vec<(String, Vec<MatValue>)> = names.map(|name| (name, Vec::new())).collect();
    if !fields.is_empty() {
        for _ in 0..wanted {
            for (_, values) in &mut fields {
                values.push(matrix(&mut parts, depth)?);
            }
        }
    }
    Ok(MatValue::Struct { shape: head.shape.clone(), fields })
}

fn text(head: &Head, mut parts: Parts<'_>) -> Result<MatValue, String> {
    if count(&head.shape) == Some(0) {
        return Ok(MatValue::Text(Vec::new()));
    }
    let rows = parts.next()?.rows(&head.shape);
    rows.map(MatValue::Text).ok_or_else(|| "the number of its characters does not match its dimensions".into())
}

fn numbers(head: &Head, mut parts: Parts<'_>) -> Result<MatValue, String> {
    let class = if head.flags & LOGICAL != 0 { Element::Bool } else { class(head.class) };
    let real = plane(&head.shape, class, parts.next()?)?;
    if head.flags & COMPLEX == 0 {
        return Ok(MatValue::Numbers(real));
    }
    Ok(MatValue::Complex { real, imaginary: plane(&head.shape, class, parts.next()?)? })
}

fn class(number: u32) -> Element {
    match number {
        7 => Element::F32,
        8 => Element::I8,
        9 => Element::U8,
        10 => Element::I16,
        11 => Element::U16,
        12 => Element::I32,
        13 => Element::U32,
        14 => Element::I64,
        15 => Element::U64,
        _ => Element::F64,
    }
}

fn plane(shape: &[usize], class: Element, part: Part<'_>) -> Result<Numbers, String> {
    let stored = part.element().ok_or_else(|| format!("its values have the unknown type {}", part.kind))?;
    let bytes = part.little_endian(stored.size());
    let got = bytes.len();
    let values = Numbers::new(stored, Order::Column, shape.to_vec(), bytes)
        .ok_or_else(|| format!("its {got} bytes of {stored} do not match its dimensions {shape:?}"))?;
    if stored == class { Ok(values) } else { convert(&values, class) }
}

/// Values in their MATLAB class; they may be stored in a smaller type.
fn convert(values: &Numbers, class: Element) -> Result<Numbers, String> {
    let doubles = || values.flat_f64().into_iter();
    let bytes: Vec<u8> = match class {
        Element::F64 => doubles().flat_map(f64::to_le_bytes).collect(),
        Element::F32 => doubles().flat_map(|value| (value as f32).to_le_bytes()).collect(),
        Element::Bool => doubles().map(|value| u8::from(value != 0.0)).collect(),
        _ => {
            let whole = values.flat_i64().ok_or("its values are not whole numbers, its class is")?;
            whole.into_iter().flat_map(|value| value.to_le_bytes().into_iter().take(class.size())).collect()
        }
    };
    let converted = Numbers::new(class, Order::Column, values.shape().to_vec(), bytes);
    converted.ok_or_else(|| "the number of its values does not match its dimensions".into())
}
