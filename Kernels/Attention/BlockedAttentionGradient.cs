namespace NativeSsl.Kernels;

/// <summary>
/// A team to a block of rows and a slice of the width: the others come by in blocks, whose probabilities are made again from what the forward pass kept of each
/// row. Every sum has one owner and one order, so nothing is added atomically. Dao et al. 2022, “FlashAttention”, algorithm 4, as one kernel three times.
/// </summary>
static class BlockedAttentionGradientKernels<G, T> where G : struct, IAttentionGradient where T : struct, ISmallTiling
{
    public static void Gradient(AttentionOnDevice<Float32Numbers> a, HeadsOnDevice<Float32Numbers> gradient, int blocks, int slices)
    {
        Floats left = SharedMemory.Allocate<float>(AttentionTile<T>.MostPanel), right = SharedMemory.Allocate<float>(AttentionTile<T>.MostPanel);
        Floats weights = SharedMemory.Allocate<float>(AttentionTile<T>.MostWeights), deltas = SharedMemory.Allocate<float>(AttentionTile<T>.MostRows);
        float[] output = new float[AttentionTile<T>.MostSums], tile = new float[AttentionTile<T>.MostSums];
        int block = Once.Of(Grid.IdxX % blocks), slice = Once.Of(Grid.IdxX / blocks % slices), item = Grid.IdxX / blocks / slices;
        int head = Once.Of(item % a.Shape.Heads), batch = Once.Of(item / a.Shape.Heads), width = a.Shape.Width;
        int rows = G.HasKeysAsRows ? a.Shape.Keys : a.Shape.Queries;
        int firstRow = block * T.Rows, rowEnd = firstRow + T.Rows < rows ? firstRow + T.Rows : rows;
        int start = G.HasKeysAsRows ? FirstQuery(a, firstRow) : 0, end = G.HasKeysAsRows ? a.Shape.Queries : a.Visible(batch, rowEnd - 1);
        HeadOnDevice<Float32Numbers> q = a.Q.Of(batch, head, width), k = a.K.Of(batch, head, width), v = a.V.Of(batch, head, width), slopes = a.GradO.Of(batch, head, width);
        Sums<T>.Each(output, default(Cleared));

        for (int first = start; first < end; first += T.Columns)
        {
            AttentionTile<T>.Products(G.HasKeysAsRows ? k : q, firstRow, rowEnd, G.HasKeysAsRows ? q : k, first, end, width, left, right, tile);
            Panels<T>.Store(tile, weights);
            Group.Barrier();
            Probabilities(a, batch, head, firstRow, first, weights);
            if (!G.IsOfValues)
            {
                int firstQuery = G.HasKeysAsRows ? first : firstRow;
                for (int i = Group.IdxX; i < (G.HasKeysAsRows ? T.Columns : T.Rows); i += T.Threads)
                    deltas[i] = firstQuery + i < a.Shape.Queries ? a.Delta[a.Shape.Row(batch, head, firstQuery + i)] : 0f;
                AttentionTile<T>.Products(G.HasKeysAsRows ? v : slopes, firstRow, rowEnd, G.HasKeysAsRows ? slopes : v, first, end, width, left, right, tile);
                Slopes(tile, deltas, weights, a.Shape.Scale, 1f / (1f - a.Shape.Dropout));
            }
            Group.Barrier();
            AttentionTile<T>.Mix(weights, G.IsOfValues ? slopes : G.HasKeysAsRows ? q : k, first, end, slice, width, right, output);
        }
        AttentionTile<T>.Write(output, gradient.Of(batch, head, width), firstRow, rowEnd, slice, width);
    }

    // Scores become P ∘ M for the gradient of values; for the others P, with a minus sign where it was dropped. Four neighbouring keys share their random numbers.
    static void Probabilities(AttentionOnDevice<Float32Numbers> a, int batch, int head, int firstRow, int firstColumn, Floats weights)
    {
        int rows = G.HasKeysAsRows ? T.Rows / 4 : T.Rows;
        for (int i = Group.IdxX; i < T.Rows * T.Columns / 4; i += T.Threads)
        {
            int row = Place.Within(i, rows) * (G.HasKeysAsRows ? 4 : 1), column = i / rows * (G.HasKeysAsRows ? 1 : 4);
            int query = G.HasKeysAsRows ? firstColumn + column : firstRow + row, key = G.HasKeysAsRows ? firstRow + row : firstColumn + column;
            int place = column * (T.Rows + Panels<T>.Pad) + row;
            int visible = query < a.Shape.Queries ? a.Visible(batch, query) : 0;
            float logSumExp = visible > 0 ? a.LogSumExp[a.Shape.Row(batch, head, query)] : 0f;
            (uint, uint, uint, uint) drawn = (0u, 0u, 0u, 0u);
            if (a.Shape.Dropout > 0f) drawn = a.Draw(batch, head, query, key);
            for (int n = 0; n < 4; n++)
            {
                float p = key + n < visible ? DeviceMath.Exp(a.Score(batch, head, query, key + n, weights[place]) - logSumExp) : 0f;
                if (a.Shape.Dropout > 0f)
                {
                    float kept = a.Kept(drawn, n);
                    p = G.IsOfValues ? p * kept : kept == 0f ? -p : p;
                }
                weights[place] = p;
                place += G.HasKeysAsRows ? 1 : T.Rows + Panels<T>.Pad;
            }
        }
    }

    // Queries before it see none of the keys from this one on.
    static int FirstQuery(AttentionOnDevice<Float32Numbers> a, int key)
    {
        int query = key - a.Shape.Reach + 1;
        return query <= 0 ? 0 : query / T.Columns * T.Columns;
    }

    // Of what this thread put there itself: P, with a minus sign where it was dropped, becomes scale · P (M dO · v − D). Columns are named one by one, as the
    // assembler does not unroll a loop as long as this, and would leave the tile in memory.
    static void Slopes(float[] tile, Floats deltas, Floats weights, float scale, float kept)
    {
        FourColumns(tile, 0, deltas, weights, scale, kept);
        if (T.Side > 4) FourColumns(tile, 4, deltas, weights, scale, kept);
    }

    static void FourColumns(float[] tile, int j, Floats deltas, Floats weights, float scale, float kept)
    {
        OneColumn(tile, j, deltas, weights, scale, kept);
        OneColumn(tile, j + 1, deltas, weights, scale, kept);
        OneColumn(tile, j + 2, deltas, weights, scale, kept);
        OneColumn(tile, j + 3, deltas, weights, scale, kept);
    }

    static void OneColumn(float[] tile, int j, Floats deltas, Floats weights, float scale, float kept)
    {
        FourRows(tile, 0, j, deltas, weights, scale, kept);
        if (T.Side > 4) FourRows(tile, 4, j, deltas, weights, scale, kept);
    }

    static void FourRows(float[] tile, int i, int j, Floats deltas, Floats weights, float scale, float kept)
    {
        int column = Panels<T>.Column(j), row = Panels<T>.Row(i), place = (column * (T.Rows + Panels<T>.Pad) + row) / 4;
        ArrayView<Float4> fours = weights.Cast<Float4>();
        Float4 p = fours[place], delta = deltas.Cast<Float4>()[row / 4];
        float ofColumn = deltas[column];
        p.A = Slope(p.A, tile[i * T.Side + j], G.HasKeysAsRows ? ofColumn : delta.A, scale, kept);
        p.B = Slope(p.B, tile[(i + 1) * T.Side + j], G.HasKeysAsRows ? ofColumn : delta.B, scale, kept);
        p.C = Slope(p.C, tile[(i + 2) * T.Side + j], G.HasKeysAsRows ? ofColumn : delta.C, scale, kept);
        p.D = Slope(p.D, tile[(i + 3) * T.Side + j], G.HasKeysAsRows ? ofColumn : delta.D, scale, kept);
        fours[place] = p;
    }

    static float Slope(float p, float slope, float delta, float scale, float kept)
    {
        float m = p > 0f ? kept : 0f, change = scale * MathF.Abs(p) * (m * slope - delta);
        return p == 0f ? 0f : change;
    }
}
