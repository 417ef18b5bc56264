//! Linear regression on one fixed design, where real and synthetic labels of the same rows are mixed.

use nalgebra::{DMatrix, DVector};

use crate::{FitFailure, Model, Part, StreamRng, lanes::fill_normal};

/// y = X beta + noise with X given once; at each generation the labels w y + (1 - w) y~ of fresh real labels y and
/// synthetic ones y~ are fitted by least squares.
#[derive(Debug)]
pub struct LinearFixedDesign {
    design: DMatrix<f64>,
    /// The map from labels to coefficients: that of least squares, (X'X)^-1 X', or with a penalty.
    least_squares: DMatrix<f64>,
    beta: DVector<f64>,
    noise_sd: f64,
}

impl LinearFixedDesign {
    /// The regression on the rows of `design`; none where its columns are linearly dependent.
    ///
    /// # Examples
    /// ```
    /// use goldenweight_recursion::models::fixed_design::LinearFixedDesign;
    /// use goldenweight_recursion::nalgebra::{DMatrix, DVector};
    ///
    /// let design = |last| DMatrix::from_row_slice(3, 2, &[1.0, 0.0, 1.0, 1.0, 1.0, last]);
    /// let beta = || DVector::from_vec(vec![1.0, -1.0]);
    /// assert!(LinearFixedDesign::new(design(2.0), beta(), 1.0).is_some());
    /// assert!(LinearFixedDesign::new(DMatrix::from_element(3, 2, 1.0), beta(), 1.0).is_none());
    /// ```
    #[must_use]
    pub fn new(design: DMatrix<f64>, beta: DVector<f64>, noise_variance: f64) -> Option<Self> {
        let gram = (design.transpose() * &design).cholesky()?;
        let least_squares = gram.solve(&design.transpose());
        Some(Self { design, least_squares, beta, noise_sd: noise_variance.sqrt() })
    }

    /// Ridge regression, of which the penalty is positive, with any number of columns: the map (X'X/n + penalty I)^-1 X'/n.
    ///
    /// # Examples
    /// ```
    /// use goldenweight_recursion::models::fixed_design::LinearFixedDesign;
    /// use goldenweight_recursion::nalgebra::{DMatrix, DVector};
    ///
    /// let wide = || DMatrix::from_row_slice(1, 2, &[1.0, 1.0]);
    /// assert!(LinearFixedDesign::ridge(wide(), DVector::zeros(2), 1.0, 0.5).is_some());
    /// assert!(LinearFixedDesign::new(wide(), DVector::zeros(2), 1.0).is_none());
    /// ```
    #[must_use]
    pub fn ridge(design: DMatrix<f64>, beta: DVector<f64>, noise_variance: f64, penalty: f64) -> Option<Self> {
        let (n, p) = design.shape();
        let penalised = design.transpose() * &design + DMatrix::identity(p, p) * (penalty * n as f64);
        let least_squares = penalised.cholesky()?.solve(&design.transpose());
        Some(Self { design, least_squares, beta, noise_sd: noise_variance.sqrt() })
    }

    /// The fit of minimum norm of at least as many columns as rows: the map X' (X X')^-1; none where the rows are linearly dependent.
    ///
    /// # Examples
    /// ```
    /// use goldenweight_recursion::models::fixed_design::LinearFixedDesign;
    /// use goldenweight_recursion::nalgebra::{DMatrix, DVector};
    ///
    /// let wide = DMatrix::from_row_slice(1, 2, &[1.0, 1.0]);
    /// assert!(LinearFixedDesign::minimum_norm(wide, DVector::zeros(2), 1.0).is_some());
    /// ```
    #[must_use]
    pub fn minimum_norm(design: DMatrix<f64>, beta: DVector<f64>, noise_variance: f64) -> Option<Self> {
        let gram = (&design * design.transpose()).cholesky()?;
        let least_squares = gram.solve(&design).transpose();
        Some(Self { design, least_squares, beta, noise_sd: noise_variance.sqrt() })
    }
}

impl Model for LinearFixedDesign {
    /// Errors of the labels, in units of their standard deviation.
    type Noise = DVector<f64>;
    /// Labels.
    type Data = DVector<f64>;
    type Fit = DVector<f64>;
    /// Room for labels.
    type Scratch = DVector<f64>;

    const LOSSES: &'static [&'static str] = &["coefficients"];

    fn truth(&self) -> &DVector<f64> {
        &self.beta
    }

    /// # Panics
    /// Where the number of rows is not that of the design.
    fn noise(&self, rows: usize) -> DVector<f64> {
        assert_eq!(rows, self.design.nrows(), "rows of the design");
        DVector::zeros(rows)
    }

    fn data(&self, rows: usize) -> DVector<f64> {
        DVector::zeros(rows)
    }

    fn unfitted(&self) -> DVector<f64> {
        self.beta.clone()
    }

    fn scratch(&self) -> DVector<f64> {
        DVector::zeros(self.design.nrows())
    }

    fn draw(&self, rng: &mut StreamRng, noise: &mut DVector<f64>) {
        fill_normal(noise.as_mut_slice(), rng);
    }

    fn generate(&self, from: &DVector<f64>, noise: &DVector<f64>, labels: &mut DVector<f64>) -> Result<(), FitFailure> {
        labels.copy_from(noise);
        labels.gemv(1.0, &self.design, from, self.noise_sd);
        Ok(())
    }

    fn fit(
        &self,
        _: u32,
        parts: &[Part<'_, Self>],
        labels: &mut DVector<f64>,
        fit: &mut DVector<f64>,
    ) -> Result<(), FitFailure> {
        labels.fill(0.0);
        parts.iter().for_each(|part| labels.axpy(part.weight, part.data, 1.0));
        fit.gemv(1.0, &self.least_squares, labels, 0.0);
        Ok(())
    }

    fn losses(&self, fit: &DVector<f64>, out: &mut [f64]) {
        out[0] = fit.iter().zip(&self.beta).map(|(b, truth)| (b - truth) * (b - truth)).sum();
    }

    fn identity(&self) -> Option<String> {
        Some(format!("{self:?}"))
    }
}
