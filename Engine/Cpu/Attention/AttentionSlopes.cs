namespace NativeSsl;

/// <summary>
/// A block of at most 64 queries of one head on its way back: P ∘ M and dS for all the keys it sees, made again from the saved log-sum-exp.
/// Lives in the scratch memory of one part.
/// </summary>
internal readonly unsafe struct AttentionSlopes
{
    readonly AttentionPointers _at;
    readonly float* _keys, _values, _kept;

    /// <summary>P ∘ M, one row for each query.</summary>
    internal readonly float* Probabilities;
    /// <summary>dS, likewise.</summary>
    internal readonly float* Slopes;
    /// <summary>From one row to the next.</summary>
    internal readonly int Stride;

    internal AttentionSlopes(AttentionPointers at, float* memory)
    {
        (_at, Stride) = (at, AttentionTiles.ScoreStride(at.Shape.Keys));
        long panels = AttentionTiles.PanelFloats(at.Shape.Keys, at.Shape.Width);
        _keys = memory;
        _values = _keys + panels;
        Probabilities = _values + panels;
        Slopes = Probabilities + (long)AttentionCut.BlockRows * Stride;
        _kept = Slopes + (long)AttentionCut.BlockRows * Stride;
    }

    /// <summary>The memory it wants.</summary>
    internal static long Floats(AttentionShape shape) =>
        2 * AttentionTiles.PanelFloats(shape.Keys, shape.Width)
            + (2L * AttentionCut.BlockRows + 1) * AttentionTiles.ScoreStride(shape.Keys);

    /// <summary>Brings keys and values of a head into the layout of the products.</summary>
    internal void Enter<T>(int batch, int head, int keys) where T : struct, IWide<T>
    {
        int width = _at.Shape.Width;
        AttentionTiles.Transpose<T>(_at.K.At(batch, head, width), _at.K.Stride, keys, width, _keys);
        AttentionTiles.Transpose<T>(_at.V.At(batch, head, width), _at.V.Stride, keys, width, _values);
    }

    /// <summary>Fills the rows of queries first … end − 1.</summary>
    internal void Fill<T>(int batch, int head, int first, int end) where T : struct, IWide<T>
    {
        AttentionShape shape = _at.Shape;
        int keyLength = _at.KeyLength(batch), width = shape.Width, blockEnd = shape.Visible(end - 1, keyLength);
        float* q = _at.Q.At(batch, head, width), o = _at.O.At(batch, head, width), gradO = _at.GradO.At(batch, head, width);
        for (int query = first; query < end; query += AttentionTiles.Height)
        {
            int rows = Math.Min(AttentionTiles.Height, end - query), seen = shape.Visible(query + rows - 1, keyLength);
            float* p = Probabilities + (long)(query - first) * Stride, slopes = Slopes + (long)(query - first) * Stride;
            AttentionTiles.Scores<T>(q + (long)query * _at.Q.Stride, _at.Q.Stride, rows, width, _keys, seen, p, Stride);
            AttentionTiles.Scores<T>(gradO + (long)query * _at.GradO.Stride, _at.GradO.Stride, rows, width, _values, seen, slopes, Stride);
            for (int r = query; r < query + rows; r++, p += Stride, slopes += Stride)
            {
                int count = shape.Visible(r, keyLength);
                long index = shape.Row(batch, head, r);
                if (_at.Bias != null) AttentionRows.AddBias<T>(p, shape.Scale, _at.BiasRow(batch, head, r), count);
                if (shape.Dropout > 0f)
                {
                    AttentionRows.Kept(shape, index, count, _kept);
                    AttentionRows.Multiply<T>(slopes, _kept, count);
                }
                float delta = Rows.Dot<T>(o + (long)r * _at.O.Stride, gradO + (long)r * _at.GradO.Stride, width);
                // Zeros up to the last key of the whole block: the products with Pᵀ and dSᵀ read every row that far.
                AttentionRows.Slopes<T>(p, _at.Bias != null ? 1f : shape.Scale, slopes, count, blockEnd, _at.LogSumExp[index], delta);
                if (shape.Dropout > 0f) AttentionRows.Multiply<T>(p, _kept, count);
            }
        }
    }
}
