namespace NativeSsl;

/// <summary>All products of the columns of a table, XᵀX, in doubles: what principal components and singular values are made of.</summary>
static class Gram
{
    const int Tile = 16;

    /// <summary>XᵀX, <c>[width, width]</c>, row by row.</summary>
    /// <param name="x">The table, row by row.</param>
    /// <param name="width">How many columns it has.</param>
    /// <param name="centre">What is taken off each column first; nothing if null.</param>
    /// <param name="workers">The threads: the result does not depend on how many.</param>
    internal static double[] OfColumns(float[] x, int width, double[]? centre, Workers workers)
    {
        int count = x.Length / width;
        double[] columns = new double[x.LongLength];
        for (int i = 0; i < count; i++)
            for (int j = 0; j < width; j++) columns[(long)j * count + i] = x[(long)i * width + j] - (centre?[j] ?? 0);
        return Of(columns, width, workers);
    }

    /// <summary>XXᵀ, <c>[count, count]</c>, row by row.</summary>
    internal static double[] OfRows(float[] x, int width, Workers workers) =>
        Of(Array.ConvertAll(x, value => (double)value), x.Length / width, workers);

    static double[] Of(double[] rows, int count, Workers workers)
    {
        double[] products = new double[(long)count * count];
        int tiles = (count + Tile - 1) / Tile;
        workers.Run(new Tiles(rows, count, products, tiles), tiles * tiles);
        for (int i = 0; i < count; i++)
            for (int j = 0; j < i; j++) products[(long)i * count + j] = products[(long)j * count + i];
        return products;
    }

    // Sixteen rows of either side are read from near memory sixteen times each.
    readonly struct Tiles(double[] rows, int count, double[] products, int tiles) : IJob
    {
        public void Run(int part)
        {
            int top = part / tiles * Tile, left = part % tiles * Tile, length = count == 0 ? 0 : rows.Length / count;
            if (left < top) return;
            for (int i = top; i < Math.Min(top + Tile, count); i++)
                for (int j = Math.Max(i, left); j < Math.Min(left + Tile, count); j++)
                    products[(long)i * count + j] = Doubles.Dot(rows.AsSpan(i * length, length), rows.AsSpan(j * length, length));
        }
    }
}
