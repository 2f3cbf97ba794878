//! Statistics of numbers: nothing where there are too few.

/// The value below which a fraction of the numbers lies, between two of them if need be (`percentile_cont`).
pub(super) fn percentile(mut numbers: Vec<f64>, fraction: f64) -> Option<f64> {
    numbers.sort_by(f64::total_cmp);
    let place = fraction * numbers.len().checked_sub(1)? as f64;
    let (low, high) = (numbers[place.floor() as usize], numbers[place.ceil() as usize]);
    Some(low + (high - low) * place.fract())
}

/// The first number that at least a fraction of all does not exceed (`percentile_disc`).
pub(super) fn discrete_percentile(mut numbers: Vec<f64>, fraction: f64) -> Option<f64> {
    numbers.sort_by(f64::total_cmp);
    let place = (fraction * numbers.len() as f64).ceil() as usize;
    numbers.get(place.saturating_sub(1)).copied()
}

/// Mean squared distance from the mean, with `less` taken from the count: 1 for a sample, 0 for all.
pub(super) fn variance(numbers: &[f64], less: usize) -> Option<f64> {
    let pairs: Vec<(f64, f64)> = numbers.iter().map(|number| (*number, *number)).collect();
    covariance(&pairs, less)
}

/// Mean product of the distances from the two means; `less` as for [`variance`].
pub(super) fn covariance(pairs: &[(f64, f64)], less: usize) -> Option<f64> {
    let divisor = pairs.len().checked_sub(less).filter(|divisor| *divisor > 0)?;
    let count = pairs.len() as f64;
    let mean_x = pairs.iter().map(|pair| pair.0).sum::<f64>() / count;
    let mean_y = pairs.iter().map(|pair| pair.1).sum::<f64>() / count;
    let products: f64 = pairs.iter().map(|pair| (pair.0 - mean_x) * (pair.1 - mean_y)).sum();
    Some(products / divisor as f64)
}

/// Pearson's correlation; nothing where one side does not vary.
pub(super) fn correlation(pairs: &[(f64, f64)]) -> Option<f64> {
    let side = |pick: fn(&(f64, f64)) -> f64| {
        variance(&pairs.iter().map(pick).collect::<Vec<_>>(), 0).map(f64::sqrt)
    };
    let spread = side(|pair| pair.0)? * side(|pair| pair.1)?;
    (spread > 0.0).then_some(covariance(pairs, 0)? / spread)
}
