//! The part of Python's pickle format that pandas writes into HDF5: lists of column names, and NumPy arrays of strings.
//!
//! A stack machine over plain values. Nothing named in the stream is ever called: a class or function becomes
//! [`Value::Other`], and an object becomes the state that it would be built from. An array of objects thus appears as
//! NumPy's tuple of version, shape, type, order and items.

use std::rc::Rc;

/// A value of the stream.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Int(i64),
    Float(f64),
    Text(String),
    /// A list or a tuple.
    List(Rc<Items>),
    /// None, and anything without a meaning here.
    Other,
}

#[derive(Debug, Default)]
pub(super) struct Items {
    pub(super) values: Vec<Value>,
    depth: usize,
}

/// Values nested deeper than this are treated as an attack.
const DEEPEST: usize = 32;

/// Final value of a stream.
pub(super) fn parse(bytes: &[u8]) -> Result<Value, String> {
    let mut machine = Machine { rest: bytes, stack: Vec::new(), marks: Vec::new(), memo: Vec::new() };
    while machine.step()? {}
    machine.pop()
}

impl Value {
    /// The items of a list or a tuple.
    pub(super) fn items(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) => Some(&items.values),
            _ => None,
        }
    }

    /// Value as a column name: text unchanged, whole numbers without a point, missing values empty.
    pub(super) fn label(&self) -> String {
        match self {
            Self::Int(value) => value.to_string(),
            Self::Float(value) if value.is_nan() => String::new(),
            Self::Float(value) => value.to_string(),
            Self::Text(value) => value.clone(),
            Self::List(items) => items.values.iter().map(Self::label).collect::<Vec<_>>().join(" "),
            Self::Other => String::new(),
        }
    }
}

struct Machine<'a> {
    rest: &'a [u8],
    stack: Vec<Value>,
    marks: Vec<usize>,
    memo: Vec<(u64, Value)>,
}

impl<'a> Machine<'a> {
    fn step(&mut self) -> Result<bool, String> {
        match self.byte()? {
            b'.' => return Ok(false),
            0x80 => drop(self.take(1)?),
            0x95 => drop(self.take(8)?),
            b'(' => self.marks.push(self.stack.len()),
            b'0' => drop(self.pop()?),
            b'1' => drop(self.since_mark()?),
            b'2' => self.stack.push(self.top()?.clone()),
            b'N' | b'}' => self.stack.push(Value::Other),
            0x88 => self.stack.push(Value::Int(1)),
            0x89 => self.stack.push(Value::Int(0)),
            b']' | b')' => self.push_list(Vec::new())?,
            op @ (b'l' | b't' | b'd' | b'u' | b'e') => self.collect(op)?,
            op @ (b'a' | b's' | b'R' | b'b' | 0x81 | 0x93 | b'c') => self.combine(op)?,
            op @ 0x85..=0x87 => self.tuple(usize::from(op - 0x84))?,
            op @ (b'p' | b'q' | b'r' | 0x94) => self.put(op)?,
            op @ (b'g' | b'h' | b'j') => self.get(op)?,
            op => self.scalar(op)?,
        }
        Ok(true)
    }

    fn scalar(&mut self, op: u8) -> Result<(), String> {
        let value = match op {
            b'I' | b'L' => self.line_number()?,
            b'F' => Value::Float(self.line()?.parse().map_err(|_| "a damaged number")?),
            b'V' => Value::Text(unescape(&self.line()?)),
            b'S' => Value::Text(self.line()?.trim_matches(['\'', '"']).to_owned()),
            b'K' => Value::Int(self.number(1)? as i64),
            b'M' => Value::Int(self.number(2)? as i64),
            b'J' => Value::Int(i64::from(self.number(4)? as u32 as i32)),
            0x8a => self.long()?,
            b'G' => Value::Float(f64::from_bits((self.number(8)?).swap_bytes())),
            b'X' | b'T' | b'B' => self.text(4)?,
            0x8c | b'U' | b'C' => self.text(1)?,
            0x8d => self.text(8)?,
            other => return Err(format!("the opcode {other:#04x} is unknown")),
        };
        self.stack.push(value);
        Ok(())
    }

    fn collect(&mut self, op: u8) -> Result<(), String> {
        let values = self.since_mark()?;
        match op {
            b'l' | b't' => self.push_list(values),
            b'd' => {
                self.stack.push(Value::Other);
                Ok(())
            }
            b'e' => self.extend(values),
            _ => Ok(()),
        }
    }

    fn combine(&mut self, op: u8) -> Result<(), String> {
        match op {
            b'a' => {
                let value = self.pop()?;
                self.extend(vec![value])
            }
            b's' => self.pop().and_then(|_| self.pop()).map(drop),
            b'c' => {
                self.line()?;
                self.line()?;
                self.stack.push(Value::Other);
                Ok(())
            }
            b'b' => {
                let state = self.pop()?;
                self.pop()?;
                self.stack.push(state);
                Ok(())
            }
            _ => {
                self.pop()?;
                self.pop()?;
                self.stack.push(Value::Other);
                Ok(())
            }
        }
    }

    fn extend(&mut self, more: Vec<Value>) -> Result<(), String> {
        // A value other than a list is some object with an append method.
        let Value::List(mut items) = self.pop()? else {
            self.stack.push(Value::Other);
            return Ok(());
        };
        let depth = items.depth.max(depth_above(&more)?);
        if Rc::get_mut(&mut items).is_none() {
            self.forget(&items);
        }
        let inner = Rc::get_mut(&mut items).ok_or("a list that changes while it is shared")?;
        inner.values.extend(more);
        inner.depth = depth;
        self.stack.push(Value::List(items));
        Ok(())
    }

    /// A list is memoised while still empty; this matters only if it is read again.
    fn forget(&mut self, items: &Rc<Items>) {
        self.memo.retain(|(_, known)| !matches!(known, Value::List(other) if Rc::ptr_eq(other, items)));
    }

    fn tuple(&mut self, count: usize) -> Result<(), String> {
        let start = self.stack.len().checked_sub(count).ok_or("an empty stack")?;
        let values = self.stack.split_off(start);
        self.push_list(values)
    }

    fn push_list(&mut self, values: Vec<Value>) -> Result<(), String> {
        let depth = depth_above(&values)?;
        self.stack.push(Value::List(Rc::new(Items { values, depth })));
        Ok(())
    }

    fn put(&mut self, op: u8) -> Result<(), String> {
        let key = match op {
            b'p' => self.line()?.parse().map_err(|_| "a damaged number")?,
            b'q' => self.number(1)?,
            b'r' => self.number(4)?,
            _ => self.memo.last().map_or(0, |(last, _)| last + 1),
        };
        let value = self.top()?.clone();
        self.memo.push((key, value));
        Ok(())
    }

    fn get(&mut self, op: u8) -> Result<(), String> {
        let key: u64 = match op {
            b'g' => self.line()?.parse().map_err(|_| "a damaged number")?,
            b'h' => self.number(1)?,
            _ => self.number(4)?,
        };
        let found = self.memo.iter().rev().find(|(known, _)| *known == key);
        let value = found.map(|(_, value)| value.clone()).unwrap_or(Value::Other);
        self.stack.push(value);
        Ok(())
    }

    fn line_number(&mut self) -> Result<Value, String> {
        let line = self.line()?;
        line.trim_end_matches('L').parse().map(Value::Int).map_err(|_| "a damaged number".into())
    }

    fn long(&mut self) -> Result<Value, String> {
        let length = usize::from(self.byte()?);
        let bytes = self.take(length)?;
        let negative = bytes.last().is_some_and(|last| last & 0x80 != 0);
        let mut raw = [if negative { 0xff } else { 0 }; 8];
        raw.get_mut(..length).ok_or("a number beyond 64 bits")?.copy_from_slice(bytes);
        Ok(Value::Int(i64::from_le_bytes(raw)))
    }

    fn text(&mut self, width: usize) -> Result<Value, String> {
        let length = usize::try_from(self.number(width)?).map_err(|_| "a damaged length")?;
        Ok(Value::Text(String::from_utf8_lossy(self.take(length)?).into_owned()))
    }

    fn number(&mut self, width: usize) -> Result<u64, String> {
        let mut raw = [0; 8];
        raw[..width].copy_from_slice(self.take(width)?);
        Ok(u64::from_le_bytes(raw))
    }

    fn line(&mut self) -> Result<String, String> {
        let end = self.rest.iter().position(|&byte| byte == b'\n').ok_or("it is cut short")?;
        let line = self.take(end)?;
        self.take(1)?;
        Ok(line.iter().map(|&byte| char::from(byte)).collect())
    }

    fn byte(&mut self) -> Result<u8, String> {
        self.take(1).map(|one| one[0])
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], String> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or("it is cut short")?;
        self.rest = rest;
        Ok(taken)
    }

    fn top(&self) -> Result<&Value, String> {
        self.stack.last().ok_or_else(|| "an empty stack".into())
    }

    fn pop(&mut self) -> Result<Value, String> {
        self.stack.pop().ok_or_else(|| "an empty stack".into())
    }

    fn since_mark(&mut self) -> Result<Vec<Value>, String> {
        let mark = self.marks.pop().filter(|&mark| mark <= self.stack.len()).ok_or("a missing mark")?;
        Ok(self.stack.split_off(mark))
    }
}

fn depth_above(values: &[Value]) -> Result<usize, String> {
    let inner = values.iter().map(|value| if let Value::List(items) = value { items.depth } else { 0 });
    let depth = inner.max().unwrap_or(0) + 1;
    if depth > DEEPEST { Err("its lists are nested too deeply".into()) } else { Ok(depth) }
}

/// Resolves the escapes of ASCII text: a backslash, `u`, `U` or `x`, and 4, 8 or 2 hexadecimal digits.
fn unescape(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let digits = match rest.as_bytes().get(1) {
            Some(b'u') => 4,
            Some(b'U') => 8,
            Some(b'x') => 2,
            _ => 0,
        };
        let code = rest.get(2..2 + digits).filter(|_| digits > 0);
        match code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32) {
            Some(letter) => {
                out.push(letter);
                rest = &rest[2 + digits..];
            }
            None => {
                out.push('\\');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(bytes: &[u8]) -> Vec<String> {
        parse(bytes).unwrap().items().unwrap().iter().map(Value::label).collect()
    }

    #[test]
    fn oldest_and_newest_protocols_give_the_same_names() {
        assert_eq!(labels(b"(lp0\nVt\\u00e9\np1\naI7\naV0\np2\na."), ["t\u{e9}", "7", "0"]);
        assert_eq!(
            labels(b"\x80\x04\x95\0\0\0\0\0\0\0\0]\x94(\x8c\x03t\xc3\xa9\x94K\x07\x8c\x010\x94e."),
            ["t\u{e9}", "7", "0"]
        );
    }

    #[test]
    fn nesting_without_end_is_refused() {
        let deep: Vec<u8> =
            std::iter::repeat_n(b']', 5000).chain(std::iter::repeat_n(b'a', 4999)).chain(*b".").collect();
        assert!(parse(&deep).unwrap_err().contains("deeply"));
    }

    #[test]
    fn no_prefix_panics() {
        let whole = b"\x80\x02(lq\0(X\x02\0\0\0abK\x01M\x02\0J\x03\0\0\0\x8a\x01\x05G\0\0\0\0\0\0\0\0h\0te0.";
        for end in 0..whole.len() {
            let _ = parse(&whole[..end]);
        }
    }
}
