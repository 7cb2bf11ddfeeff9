//! Region expressions: `V1 + V2 - FFA` to a mask.

use crate::header::Voxels;
use crate::{Error, Result};

/// The name that stands for every voxel.
const ALL: &str = "all";

/// The names that an expression can use, as a clause.
pub(crate) fn list(voxels: &Voxels) -> String {
    if voxels.regions.is_empty() {
        return format!(
            "this data set has no regions, only \"{ALL}\": name some in `voxels.regions` of a manifest, or import them with \
             the importer's own options"
        );
    }
    let names = voxels.regions.keys().map(|name| format!("\"{name}\""));
    format!("the regions are {}", names.chain(std::iter::once(format!("\"{ALL}\""))).collect::<Vec<_>>().join(", "))
}

pub(crate) fn evaluate(voxels: &Voxels, expression: &str) -> Result<Vec<bool>> {
    let mut mask = vec![false; voxels.count];
    for (plus, name) in terms(voxels, expression)? {
        let whole;
        let region = match voxels.regions.get(&name) {
            Some(region) => region,
            None if name.eq_ignore_ascii_case(ALL) => {
                whole = vec![true; voxels.count];
                &whole
            }
            None => {
                let reason = format!("there is no region \"{name}\"{}", quotes_hint(voxels, expression));
                return Err(Error::region(voxels, expression, reason));
            }
        };
        for (into, &inside) in mask.iter_mut().zip(region) {
            *into = if inside { plus } else { *into };
        }
    }
    if !mask.contains(&true) {
        return Err(Error::region(voxels, expression, "it selects no voxel".into()));
    }
    Ok(mask)
}

/// How to write a region whose name has a sign in it, if the expression seems to mean one.
fn quotes_hint(voxels: &Voxels, expression: &str) -> String {
    let blanks = |text: &str| text.split_whitespace().collect::<String>();
    let expression = blanks(expression);
    let meant = voxels.regions.keys().filter(|name| name.contains(['+', '-']));
    let meant = meant.filter(|name| expression.contains(&blanks(name))).max_by_key(|name| name.len());
    meant.map_or_else(String::new, |name| {
        format!(" (\"-\" and \"+\" are operators: write \"{name}\" in quotation marks, on a command line --roi '\"{name}\"')")
    })
}

/// The signed names of an expression.
fn terms(voxels: &Voxels, expression: &str) -> Result<Vec<(bool, String)>> {
    let malformed = |reason: &str| Error::region(voxels, expression, reason.to_owned());
    let (mut terms, mut name, mut plus, mut quoted) = (Vec::new(), String::new(), true, false);
    let mut finish = |name: &mut String, plus: bool| match std::mem::take(name).trim() {
        "" => Err(malformed("a name is missing")),
        name => {
            terms.push((plus, name.to_owned()));
            Ok(())
        }
    };
    for character in expression.chars() {
        match character {
            '"' => quoted = !quoted,
            '+' | '-' if !quoted => {
                finish(&mut name, plus)?;
                plus = character == '+';
            }
            _ => name.push(character),
        }
    }
    if quoted {
        return Err(malformed("a quotation mark is not closed"));
    }
    finish(&mut name, plus)?;
    Ok(terms)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn voxels() -> Voxels {
        let mut voxels = Voxels::new(4);
        voxels.regions.insert("V1".into(), vec![true, true, false, false]);
        voxels.regions.insert("V2".into(), vec![false, true, true, false]);
        voxels.regions.insert("left-FFA".into(), vec![false, false, true, false]);
        voxels
    }

    #[test]
    fn terms_join_and_subtract_from_left_to_right() {
        let voxels = voxels();
        assert_eq!(voxels.mask("V1+V2").unwrap(), [true, true, true, false]);
        assert_eq!(voxels.mask("V1 + V2 - \"left-FFA\"").unwrap(), [true, true, false, false]);
        assert_eq!(voxels.mask("all - V1").unwrap(), [false, false, true, true]);
        assert_eq!(voxels.mask("V1 - V2 + V2").unwrap(), [true, true, true, false]);
    }

    #[test]
    fn unknown_name_is_answered_with_the_list() {
        let message = voxels().mask("V1 + V9").unwrap_err().to_string();
        assert!(
            message.contains("no region \"V9\"; the regions are \"V1\", \"V2\", \"left-FFA\", \"all\""),
            "{message}"
        );
    }

    #[test]
    fn name_with_a_sign_is_answered_with_how_to_quote_it() {
        let message = voxels().mask("V1 + left-FFA").unwrap_err().to_string();
        assert!(message.contains("no region \"left\"") && message.contains("--roi '\"left-FFA\"'"), "{message}");
        assert!(!voxels().mask("V9").unwrap_err().to_string().contains("operators"));
    }

    #[test]
    fn empty_and_malformed_expressions_are_refused() {
        for expression in ["", "V1 +", "+ V1", "\"V1", "V1 - V1"] {
            assert!(voxels().mask(expression).is_err(), "{expression}");
        }
    }
}
