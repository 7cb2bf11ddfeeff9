//! The matrix product, on slices.

/// A matrix within a slice.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    values: &'a [f32],
    rows: usize,
    columns: usize,
    row_step: usize,
    column_step: usize,
}

impl<'a> View<'a> {
    /// `[rows, columns]`, rows side by side.
    pub(crate) fn new(values: &'a [f32], rows: usize, columns: usize) -> Self {
        assert!(values.len() >= rows * columns, "{} values for {rows} x {columns}", values.len());
        Self { values, rows, columns, row_step: columns, column_step: 1 }
    }

    /// The same, rows as columns.
    pub(crate) fn transposed(self) -> Self {
        Self { rows: self.columns, columns: self.rows, row_step: self.column_step, column_step: self.row_step, ..self }
    }
}

/// Sets `out`, `[a.rows, b.columns]` with rows side by side, to `a b`, or adds `a b` to it; only in the calling thread.
pub(crate) fn product(out: &mut [f32], a: View<'_>, b: View<'_>, add: bool) {
    assert_eq!(a.columns, b.rows, "the sides that are summed over");
    assert!(out.len() >= a.rows * b.columns, "{} values for {} x {}", out.len(), a.rows, b.columns);
    if a.rows == 0 || b.columns == 0 {
        return;
    }
    // SAFETY: `View::new` has checked that every index of `a` and `b` lies in its slice, turning keeps the set of
    // indices, and `out` was checked above; `out` is borrowed mutably, so it overlaps neither.
    #[allow(unsafe_code)]
    unsafe {
        gemm::gemm(
            a.rows,
            b.columns,
            a.columns,
            out.as_mut_ptr(),
            1,
            b.columns as isize,
            add,
            a.values.as_ptr(),
            a.column_step as isize,
            a.row_step as isize,
            b.values.as_ptr(),
            b.column_step as isize,
            b.row_step as isize,
            1.0_f32,
            1.0_f32,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}
