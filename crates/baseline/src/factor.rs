//! Ridge regression on a part of the items as two matrices and a list of eigenvalues.
//!
//! With the inputs of the part centred, `X`, and its targets centred, `Y`, ridge regression predicts for inputs `Z`,
//! centred by the *part's* mean,
//!
//! ```text
//! Z (X'X + l I)^-1 X' Y = test diag(1 / (s + l)) train' Y
//! ```
//!
//! through the eigenvectors `V` of the covariance `X'X` (`train = X V`, `test = Z V`), or, where there are fewer items
//! than inputs, `U` of the Gram matrix `X X'` (`train = U`, `test = Z X' U`). One factorisation serves all penalties and
//! all targets.
//!
//! The matrices of the parts come from products that are made once for all items: the Gram matrix of a part is a
//! centred piece of the whole one, its covariance the whole one less that of the items left out.

use faer::Mat;
use ndarray::ArrayView2;

use crate::Result;
use crate::folds::Folds;
use crate::matrix::{eigen, gather, gram, means, product, scatter};

/// The factorised inputs of a part.
pub(crate) struct Factor {
    /// Eigenvalues, `[rank]`.
    pub(crate) values: Vec<f64>,
    /// `[items of the part, rank]`
    pub(crate) train: Mat<f64>,
    /// `[items left out, rank]`
    pub(crate) test: Mat<f64>,
    /// `V`, `[inputs, rank]`, where the covariance was factorised.
    pub(crate) vectors: Option<Mat<f64>>,
}

/// The inputs of all training items with the products that every part needs.
pub(crate) struct Inputs<'a> {
    x: ArrayView2<'a, f32>,
    /// Mean over all items, taken off before any product: it cancels in every part and keeps digits.
    shift: Vec<f64>,
    products: Products,
}

enum Products {
    /// Inner products of items, `[items, items]`.
    Gram(Mat<f64>),
    /// Inner products of inputs, `[inputs, inputs]`.
    Scatter(Mat<f64>),
}

impl<'a> Inputs<'a> {
    /// Without folds only [`Inputs::whole`] can be asked for.
    pub(crate) fn new(x: ArrayView2<'a, f32>, folds: Option<&Folds>) -> Self {
        let all: Vec<usize> = (0..x.nrows()).collect();
        let shift = means(x, &all);
        let smallest_part = folds.map_or(x.nrows(), |folds| {
            (0..folds.count()).map(|fold| folds.split(fold).1.len()).min().unwrap_or_default()
        });
        let products = if x.ncols() < smallest_part {
            Products::Scatter(scatter(x, &all, &shift))
        } else {
            Products::Gram(gram(x, &shift))
        };
        Self { x, shift, products }
    }

    /// Memory that one factorisation takes at most, bytes: the matrix, its eigenvectors, and as much again for the work.
    pub(crate) fn factor_bytes(&self) -> usize {
        5 * self.x.nrows().min(self.x.ncols()).pow(2) * size_of::<f64>()
    }

    /// The inputs themselves, `[items, inputs]`.
    pub(crate) fn values(&self) -> ArrayView2<'a, f32> {
        self.x
    }

    /// Mean over all items, `[inputs]`.
    pub(crate) fn mean(&self) -> &[f64] {
        &self.shift
    }

    /// The items outside `fold`, with those inside as items left out.
    pub(crate) fn without(&self, fold: usize, folds: &Folds) -> Result<Factor> {
        let (test, train) = folds.split(fold);
        match &self.products {
            Products::Gram(gram) => self.by_gram(gram, &train, &test),
            Products::Scatter(all) => self.by_scatter(all - scatter(self.x, &test, &self.shift), &train, &test),
        }
    }

    /// All items, none left out.
    pub(crate) fn whole(&self) -> Result<Factor> {
        let all: Vec<usize> = (0..self.x.nrows()).collect();
        match &self.products {
            Products::Gram(gram) => self.by_gram(gram, &all, &[]),
            Products::Scatter(scatter) => self.by_scatter(scatter.clone(), &all, &[]),
        }
    }

    fn by_gram(&self, gram: &Mat<f64>, train: &[usize], test: &[usize]) -> Result<Factor> {
        let n = train.len().max(1) as f64;
        let mean = |&row: &usize| train.iter().map(|&t| gram[(t, row)]).sum::<f64>() / n;
        let (of_train, of_test): (Vec<f64>, Vec<f64>) =
            (train.iter().map(mean).collect(), test.iter().map(mean).collect());
        let grand = of_train.iter().sum::<f64>() / n;
        let centred = |rows: &[usize], of_rows: &[f64]| {
            Mat::from_fn(rows.len(), train.len(), |i, j| gram[(rows[i], train[j])] - of_rows[i] - of_train[j] + grand)
        };
        let (values, vectors) = eigen(&centred(train, &of_train))?;
        let test = product(centred(test, &of_test).as_ref(), vectors.as_ref());
        Ok(Factor { values, train: vectors, test, vectors: None })
    }

    /// From the inner products of the inputs over the items `train`, about the mean of all items.
    fn by_scatter(&self, mut covariance: Mat<f64>, train: &[usize], test: &[usize]) -> Result<Factor> {
        let (p, n) = (self.x.ncols(), train.len() as f64);
        let centre = means(self.x, train);
        let mean: Vec<f64> = centre.iter().zip(&self.shift).map(|(centre, shift)| centre - shift).collect();
        for j in 0..p {
            for i in 0..p {
                covariance[(i, j)] -= n * mean[i] * mean[j];
            }
        }
        let (values, vectors) = eigen(&covariance)?;
        let project = |rows: &[usize]| product(gather(self.x, rows, 0..p, &centre).as_ref(), vectors.as_ref());
        let (train, test) = (project(train), project(test));
        Ok(Factor { values, train, test, vectors: Some(vectors) })
    }
}
