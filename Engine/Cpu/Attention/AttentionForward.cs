namespace NativeSsl;

public sealed partial class CpuBackend
{
    /// <inheritdoc/>
    public unsafe void Attention(AttentionShape shape, AttentionMask mask, HeadView q, HeadView k, HeadView v, HeadView o, Tensor logSumExp)
    {
        AttentionCut cut = new(shape);
        Run(new AttentionKernel(Pointers(shape, mask, q, k, v, o, logSumExp), cut), cut.Parts);
    }

    unsafe AttentionPointers Pointers(AttentionShape shape, AttentionMask mask, HeadView q, HeadView k, HeadView v,
        HeadView o, Tensor logSumExp) => new()
    {
        Shape = shape, Q = Pointer(q), K = Pointer(k), V = Pointer(v), O = Pointer(o), LogSumExp = Floats(logSumExp), Pool = _pool,
        KeyLengths = mask.KeyLengths is { } lengths ? Ints(lengths) : null,
        Bias = mask.Bias is { } bias ? Floats(bias) : null, BiasBatchStride = mask.BiasBatchStride, BiasHeadStride = mask.BiasHeadStride,
    };

    static unsafe HeadPointer Pointer(HeadView view) => new(Floats(view.Tensor), view);

    readonly unsafe struct AttentionKernel(AttentionPointers pointers, AttentionCut cut) : IKernel
    {
        readonly AttentionPointers _at = pointers;

        public void Part<T>(int part) where T : struct, IWide<T>
        {
            AttentionShape shape = _at.Shape;
            int scoreStride = AttentionTiles.ScoreStride(shape.Keys), padded = AttentionTiles.Padded(shape.Width);
            long panels = AttentionTiles.PanelFloats(shape.Keys, shape.Width);
            long floats = panels + AttentionTiles.Height * scoreStride + Math.Max(scoreStride, AttentionTiles.Height * padded);
            byte* memory = _at.Pool.Take(floats * sizeof(float), out int bucket);
            float* keys = (float*)memory, scores = keys + panels;
            (int unit, int end) = cut.Units(part);
            for (; unit < end; unit++)
            {
                int head = unit / cut.UnitsPerHead, first = unit % cut.UnitsPerHead * cut.RowsPerUnit;
                Unit<T>(head / shape.Heads, head % shape.Heads, first,
                    Math.Min(shape.Queries, first + cut.RowsPerUnit), keys, scores, scoreStride);
            }
            _at.Pool.Return(memory, bucket);
        }

        void Unit<T>(int batch, int head, int first, int end, float* keys, float* scores, int scoreStride) where T : struct, IWide<T>
        {
            AttentionShape shape = _at.Shape;
            int keyLength = _at.KeyLength(batch), width = shape.Width;
            float* q = _at.Q.At(batch, head, width), k = _at.K.At(batch, head, width);
            bool few = shape.Queries <= AttentionTiles.FewQueries;
            if (!few) AttentionTiles.Transpose<T>(k, _at.K.Stride, shape.Visible(end - 1, keyLength), width, keys);
            for (int query = first; query < end; query += AttentionTiles.Height)
            {
                int rows = Math.Min(AttentionTiles.Height, end - query), seen = shape.Visible(query + rows - 1, keyLength);
                float* group = q + (long)query * _at.Q.Stride;
                if (few) AttentionTiles.Dots<T>(group, _at.Q.Stride, rows, width, k, _at.K.Stride, seen, scores, scoreStride);
                else AttentionTiles.Scores<T>(group, _at.Q.Stride, rows, width, keys, seen, scores, scoreStride);
                Group<T>(batch, head, query, rows, keyLength, scores, scoreStride, scores + AttentionTiles.Height * scoreStride);
            }
        }

        // Six rows: probabilities, times values.
        void Group<T>(int batch, int head, int query, int rows, int keyLength, float* scores, int scoreStride, float* scratch)
            where T : struct, IWide<T>
        {
            AttentionShape shape = _at.Shape;
            int end = shape.Visible(query + rows - 1, keyLength), width = shape.Width, padded = AttentionTiles.Padded(width);
            float* sums = stackalloc float[2 * Lanes.Count], maxima = sums + Lanes.Count;
            for (int r = 0; r < rows; r++)
            {
                float* row = scores + (long)r * scoreStride;
                int count = shape.Visible(query + r, keyLength);
                if (_at.Bias != null) AttentionRows.AddBias<T>(row, shape.Scale, _at.BiasRow(batch, head, query + r), count);
                sums[r] = AttentionRows.Exponentials<T>(row, _at.Bias != null ? 1f : shape.Scale, count, end, out maxima[r]);
                if (shape.Dropout == 0f) continue;
                AttentionRows.Kept(shape, shape.Row(batch, head, query + r), count, scratch);
                AttentionRows.Multiply<T>(row, scratch, count);
            }
            // The largest score gives e⁰ = 1, so a sum is at least one, or nothing was seen.
            T sum = T.Load(sums), logSumExp = T.IfLess(sum, T.Of(0.5f), T.Of(float.PositiveInfinity), T.Load(maxima) + LaneMath.Log(sum));
            T.Store(logSumExp, _at.LogSumExp + shape.Row(batch, head, query), rows);
            T.Store(T.IfLess(sum, T.Of(0.5f), T.Of(0f), T.Of(1f) / sum), sums);
            SmallGemm<T>.Multiply(rows, padded, end, scores, scoreStride, 1, _at.V.At(batch, head, width), _at.V.Stride,
                scratch, padded, accumulate: false);
            float* o = _at.O.At(batch, head, width) + (long)query * _at.O.Stride;
            for (int r = 0; r < rows; r++) Rows.Scale<T>(scratch + r * padded, sums[r], o + (long)r * _at.O.Stride, width);
        }
    }
}
