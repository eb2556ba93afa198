namespace NativeSsl;

/// <summary>
/// Pairs of bags of words as one row each: u, v, |u − v| and u · v side by side. Conneau, Kiela, Schwenk, Barrault &amp; Bordes 2017, “Supervised learning of
/// universal sentence representations”, section 3.1, there for dense features.
/// </summary>
public static class PairRows
{
    /// <summary>One row for each pair, four times as wide.</summary>
    /// <param name="u">The first of each pair.</param>
    /// <param name="v">The second of each pair.</param>
    /// <exception cref="ShapeException">The two tables have not the same size.</exception>
    public static SparseRows Of(SparseRows u, SparseRows v)
    {
        if (u.Count != v.Count || u.Width != v.Width)
            throw new ShapeException($"PairRows: {u.Count} rows of {u.Width} and {v.Count} rows of {v.Width} columns; both must have the same size.");
        int width = u.Width;
        return SparseRows.Of(checked(4 * width), Enumerable.Range(0, u.Count).Select(i =>
        {
            Dictionary<int, double> row = [];
            for (int k = 0; k < u.Columns(i).Length; k++)
            {
                (int column, double value) = (u.Columns(i)[k], u.Values(i)[k]);
                (row[column], row[2 * width + column]) = (value, Math.Abs(value));
            }
            for (int k = 0; k < v.Columns(i).Length; k++)
            {
                (int column, double value) = (v.Columns(i)[k], v.Values(i)[k]);
                double other = row.GetValueOrDefault(column);
                (row[width + column], row[2 * width + column], row[3 * width + column]) = (value, Math.Abs(other - value), other * value);
            }
            return row;
        }));
    }
}
