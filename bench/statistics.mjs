const sorted = (values) => values.toSorted((one, other) => one - other);

/** The middle one. */
export const median = (values) => percentile(values, 0.5);

/** The value that a share of all does not exceed: `percentile(values, 0.99)`. */
export const percentile = (values, share) =>
  sorted(values)[Math.max(0, Math.ceil(values.length * share) - 1)];

/** How far apart the rounds lie, as a share of their median. */
export const spread = (values) => (Math.max(...values) - Math.min(...values)) / median(values);
