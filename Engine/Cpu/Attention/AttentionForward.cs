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

        // Queries that share each panel of keys and values while it is in the nearest cache.
        const int GroupRows = 4 * AttentionTiles.Height;

        public void Part<T>(int part) where T : struct, IWide<T>
        {
            AttentionShape shape = _at.Shape;
            int scoreStride = AttentionTiles.ScoreStride(shape.Keys), padded = AttentionTiles.Padded(shape.Width);
            long keyFloats = PackedMatrix.Floats(shape.Width, shape.Keys), valueFloats = PackedMatrix.Floats(shape.Keys, shape.Width);
            long floats = keyFloats + valueFloats + GroupRows * scoreStride + Math.Max(scoreStride + Lanes.Count, GroupRows * padded);
            using CpuPool.Loan memory = _at.Pool.Lend(floats);
            float* keys = memory.Floats, values = keys + keyFloats, scores = values + valueFloats;
            (int unit, int end) = cut.Units(part);
            for (; unit < end; unit++)
            {
                int head = unit / cut.UnitsPerHead, first = unit % cut.UnitsPerHead * cut.RowsPerUnit;
                Unit<T>(head / shape.Heads, head % shape.Heads, first,
                    Math.Min(shape.Queries, first + cut.RowsPerUnit), keys, values, scores, scores + GroupRows * scoreStride);
            }
        }

        void Unit<T>(int batch, int head, int first, int end, float* keyPanels, float* valuePanels, float* scores, float* scratch)
            where T : struct, IWide<T>
        {
            AttentionShape shape = _at.Shape;
            int keyLength = _at.KeyLength(batch), width = shape.Width, seen = shape.Visible(end - 1, keyLength);
            int stride = AttentionTiles.ScoreStride(shape.Keys), padded = AttentionTiles.Padded(width);
            float* q = _at.Q.At(batch, head, width), k = _at.K.At(batch, head, width), v = _at.V.At(batch, head, width);
            if (shape.Queries <= AttentionTiles.FewQueries)
            {
                int rows = end - first;
                AttentionTiles.Dots<T>(q + (nint)first * _at.Q.Stride, _at.Q.Stride, rows, width, k, _at.K.Stride, seen, scores, stride);
                float* sums = stackalloc float[Lanes.Count];
                QueryBlock block = new(shape, keyLength, first, end);
                Probabilities<T>(batch, head, block, first, scores, scratch, sums);
                SmallGemm<T>.Multiply(rows, padded, seen, scores, stride, 1, v, _at.V.Stride, scratch, padded, accumulate: false);
                Write<T>(batch, head, block, first, scratch, sums);
                return;
            }
            PackedMatrix keys = new(keyPanels, width, seen), values = new(valuePanels, seen, width);
            keys.Fill<T>(new(k, 1, _at.K.Stride));
            values.Fill<T>(new(v, _at.V.Stride, 1));
            for (int query = first; query < end; query += GroupRows)
                Group<T>(batch, head, new(shape, keyLength, query, Math.Min(end, query + GroupRows)), keys, values, scores, scratch);
        }

        // Scores, probabilities, times values.
        void Group<T>(int batch, int head, in QueryBlock block, in PackedMatrix keys, in PackedMatrix values, float* scores, float* scratch)
            where T : struct, IWide<T>
        {
            int width = _at.Shape.Width, stride = AttentionTiles.ScoreStride(_at.Shape.Keys), padded = AttentionTiles.Padded(width);
            int xStride = _at.Q.Stride, seen = block.Seen, from = 0;
            float* q = _at.Q.At(batch, head, width) + (nint)block.First * xStride, sums = stackalloc float[GroupRows + Lanes.Count];
            AttentionTiles.Scores<T>(block, q, xStride, width, keys, 0, seen, scores, stride);
            for (int query = block.First; query < block.End; query += AttentionTiles.Height)
                Probabilities<T>(batch, head, block, query, scores + (nint)(query - block.First) * stride, scratch, sums + (query - block.First));
            do
                AttentionTiles.Sums<T>(block, scores + from, stride, values, width, from, Math.Min(seen, from + AttentionTiles.KeyBlock),
                    scratch, padded, accumulate: from > 0);
            while ((from += AttentionTiles.KeyBlock) < seen);
            for (int query = block.First; query < block.End; query += AttentionTiles.Height)
                Write<T>(batch, head, block, query, scratch + (nint)(query - block.First) * padded, sums + (query - block.First));
        }

        // A tile: its exponentials, in place of its scores; one over their sums; and the log-sum-exp.
        void Probabilities<T>(int batch, int head, in QueryBlock block, int query, float* scores, float* kept, float* inverseSums)
            where T : struct, IWide<T>
        {
            AttentionShape shape = _at.Shape;
            int rows = Math.Min(AttentionTiles.Height, block.End - query), end = block.SeenBy(query, AttentionTiles.Height);
            int stride = AttentionTiles.ScoreStride(shape.Keys);
            float* sums = stackalloc float[2 * Lanes.Count], maxima = sums + Lanes.Count;
            for (int r = 0; r < rows; r++)
            {
                float* row = scores + (nint)r * stride;
                int count = block.Visible(query + r);
                if (_at.Bias != null) AttentionRows.AddBias<T>(row, shape.Scale, _at.BiasRow(batch, head, query + r), count);
                sums[r] = AttentionRows.Exponentials<T>(row, _at.Bias != null ? 1f : shape.Scale, count, end, out maxima[r]);
                if (shape.Dropout == 0f) continue;
                AttentionRows.Kept(shape, shape.Row(batch, head, query + r), 0, count, kept);
                AttentionRows.Multiply<T>(row, kept, count);
            }
            // The largest score gives e⁰ = 1, so a sum is at least one, or nothing was seen.
            T sum = T.Load(sums), logSumExp = T.IfLess(sum, T.Of(0.5f), T.Of(float.PositiveInfinity), T.Load(maxima) + LaneMath.Log(sum));
            T.Store(logSumExp, _at.LogSumExp + shape.Row(batch, head, query), rows);
            T.Store(T.IfLess(sum, T.Of(0.5f), T.Of(0f), T.Of(1f) / sum), inverseSums, rows);
        }

        void Write<T>(int batch, int head, in QueryBlock block, int query, float* sums, float* factors) where T : struct, IWide<T>
        {
            int rows = Math.Min(AttentionTiles.Height, block.End - query), width = _at.Shape.Width, padded = AttentionTiles.Padded(width);
            float* o = _at.O.At(batch, head, width) + (nint)query * _at.O.Stride;
            for (int r = 0; r < rows; r++) Rows.Scale<T>(sums + r * padded, factors[r], o + (nint)r * _at.O.Stride, width);
        }
    }
}
