namespace NativeSsl;

/// <summary>
/// A block of at most 64 queries of one head on its way back: P ∘ M and dS for a block of the keys it sees, made again from the saved
/// log-sum-exp. Lives in the scratch memory of one part.
/// </summary>
internal unsafe struct AttentionSlopes
{
    readonly AttentionPointers _at;
    readonly float* _keyPanels, _valuePanels, _rowPanels, _queryPanels, _gradientPanels, _kept, _deltas;
    int _batch, _head;
    PackedMatrix _turnedKeys, _turnedValues;
    QueryBlock _block;

    /// <summary>P ∘ M, one row for each query, from the first key of the block.</summary>
    internal readonly float* Probabilities;
    /// <summary>dS, likewise.</summary>
    internal readonly float* Slopes;
    /// <summary>From one row to the next.</summary>
    internal readonly int Stride;

    /// <summary>The keys of the head; the queries of the block, and the gradients of what they gave.</summary>
    internal PackedMatrix Keys, Queries, Gradients;

    internal AttentionSlopes(AttentionPointers at, float* memory)
    {
        AttentionShape shape = at.Shape;
        (_at, Stride) = (at, StrideOf(shape));
        long turned = PackedMatrix.Floats(shape.Width, shape.Keys), block = PackedMatrix.Floats(AttentionCut.BlockRows, shape.Width),
            scores = (long)AttentionCut.BlockRows * Stride;
        _keyPanels = memory;
        _valuePanels = _keyPanels + turned;
        _rowPanels = _valuePanels + turned;
        _queryPanels = _rowPanels + PackedMatrix.Floats(shape.Keys, shape.Width);
        _gradientPanels = _queryPanels + block;
        Probabilities = _gradientPanels + block;
        Slopes = Probabilities + scores;
        _deltas = Slopes + scores;
        _kept = _deltas + AttentionCut.BlockRows;
    }

    static int StrideOf(AttentionShape shape) => AttentionTiles.ScoreStride(Math.Min(shape.Keys, AttentionTiles.KeyBlock));

    /// <summary>The memory it wants.</summary>
    internal static long Floats(AttentionShape shape) =>
        2 * PackedMatrix.Floats(shape.Width, shape.Keys) + PackedMatrix.Floats(shape.Keys, shape.Width)
            + 2 * PackedMatrix.Floats(AttentionCut.BlockRows, shape.Width)
            + (2L * AttentionCut.BlockRows + 1) * StrideOf(shape) + AttentionCut.BlockRows + Lanes.Count;

    /// <summary>Brings keys and values of a head into the layout of the products.</summary>
    internal void EnterHead<T>(int batch, int head, int keys) where T : struct, IWide<T>
    {
        int width = _at.Shape.Width;
        float* k = _at.K.At(batch, head, width), v = _at.V.At(batch, head, width);
        (_batch, _head) = (batch, head);
        (_turnedKeys, _turnedValues, Keys) = (new(_keyPanels, width, keys), new(_valuePanels, width, keys), new(_rowPanels, keys, width));
        _turnedKeys.Fill<T>(new(k, 1, _at.K.Stride));
        _turnedValues.Fill<T>(new(v, 1, _at.V.Stride));
        Keys.Fill<T>(new(k, _at.K.Stride, 1));
    }

    /// <summary>Likewise for the queries of a block, and D of each.</summary>
    internal void EnterQueries<T>(in QueryBlock block) where T : struct, IWide<T>
    {
        int width = _at.Shape.Width;
        _block = block;
        (Queries, Gradients) = (new(_queryPanels, block.Count, width), new(_gradientPanels, block.Count, width));
        Queries.Fill<T>(new(_at.Q.At(_batch, _head, width) + (nint)block.First * _at.Q.Stride, _at.Q.Stride, 1));
        float* o = _at.O.At(_batch, _head, width) + (nint)block.First * _at.O.Stride,
            gradO = _at.GradO.At(_batch, _head, width) + (nint)block.First * _at.GradO.Stride;
        Gradients.Fill<T>(new(gradO, _at.GradO.Stride, 1));
        for (int r = 0; r < block.Count; r++) _deltas[r] = Rows.Dot<T>(o + (nint)r * _at.O.Stride, gradO + (nint)r * _at.GradO.Stride, width);
    }

    /// <summary>Fills the rows of the block's queries for keys fromKey … toKey − 1.</summary>
    internal readonly void Fill<T>(int fromKey, int toKey) where T : struct, IWide<T>
    {
        AttentionShape shape = _at.Shape;
        int width = shape.Width, first = _block.First;
        float* q = _at.Q.At(_batch, _head, width) + (nint)first * _at.Q.Stride,
            gradO = _at.GradO.At(_batch, _head, width) + (nint)first * _at.GradO.Stride;
        AttentionTiles.Scores<T>(_block, q, _at.Q.Stride, width, _turnedKeys, fromKey, toKey, Probabilities, Stride);
        AttentionTiles.Scores<T>(_block, gradO, _at.GradO.Stride, width, _turnedValues, fromKey, toKey, Slopes, Stride);
        for (int r = 0; r < _block.Count; r++)
        {
            float* p = Probabilities + (nint)r * Stride, slopes = Slopes + (nint)r * Stride;
            int count = Math.Clamp(_block.Visible(first + r) - fromKey, 0, toKey - fromKey);
            long index = shape.Row(_batch, _head, first + r);
            if (_at.Bias != null) AttentionRows.AddBias<T>(p, shape.Scale, _at.BiasRow(_batch, _head, first + r) + fromKey, count);
            if (shape.Dropout > 0f)
            {
                AttentionRows.Kept(shape, index, fromKey, count, _kept);
                AttentionRows.Multiply<T>(slopes, _kept, count);
            }
            // Zeros up to the last key: the products with Pᵀ and dSᵀ read every row that far.
            AttentionRows.Slopes<T>(p, _at.Bias != null ? 1f : shape.Scale, slopes, count, toKey - fromKey, _at.LogSumExp[index], _deltas[r]);
            if (shape.Dropout > 0f) AttentionRows.Multiply<T>(p, _kept, count);
        }
    }
}
