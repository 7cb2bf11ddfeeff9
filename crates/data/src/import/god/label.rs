//! Labels of images of ImageNet, as these tables write them.

/// A label as integer and decimals: never compared as a float.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Label {
    synset: u32,
    image: u32,
}

impl Label {
    pub(super) fn of(value: f64) -> Option<Self> {
        let synset = value.trunc();
        let image = ((value - synset) * 1e6).round();
        (value > 0.0 && synset < 1e9 && image < 1e6).then_some(Self { synset: synset as u32, image: image as u32 })
    }

    pub(super) fn synset(self) -> String {
        format!("n{:08}", self.synset)
    }

    pub(super) fn name(self) -> String {
        format!("{}_{}", self.synset(), self.image)
    }
}

#[cfg(test)]
mod tests {
    use super::Label;

    #[test]
    fn label_is_split_without_losing_digits() {
        let label = Label::of(1_518_878.010_042).unwrap();
        assert_eq!((label.name().as_str(), label.synset().as_str()), ("n01518878_10042", "n01518878"));
        assert_eq!(Label::of(1_846_331.017_038).unwrap().name(), "n01846331_17038");
        assert!(Label::of(f64::NAN).is_none() && Label::of(0.0).is_none() && Label::of(-1.0).is_none());
    }
}
