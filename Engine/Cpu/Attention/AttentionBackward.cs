namespace NativeSsl;

public sealed partial class CpuBackend
{
    /// <inheritdoc/>
    public unsafe void AttentionGrad(AttentionShape shape, AttentionMask mask, HeadView q, HeadView k, HeadView v, HeadView o,
        Tensor logSumExp, HeadView dO, HeadView dq, HeadView dk, HeadView dv)
    {
        AttentionCut cut = new(shape);
        AttentionPointers pointers = Pointers(shape, mask, q, k, v, o, logSumExp);
        (pointers.GradO, pointers.GradQ, pointers.GradK, pointers.GradV) = (Pointer(dO), Pointer(dq), Pointer(dk), Pointer(dv));
        if (cut.UnitsPerHead == 1) Run(new AttentionGradKernel(pointers, cut, null), cut.Parts);
        else
        {
            // Every unit of a head sums keys and values of its own; then they are added up in order.
            long floats = (long)shape.Batch * shape.Heads * cut.UnitsPerHead * AttentionGradKernel.SumFloats(shape);
            using CpuPool.Loan sums = _pool.Lend(floats);
            Run(new AttentionGradKernel(pointers, cut, sums.Floats), cut.Parts);
            Run(new AttentionSumKernel(pointers, cut, sums.Floats), shape.Batch * shape.Heads);
        }
    }

    readonly unsafe struct AttentionGradKernel(AttentionPointers pointers, AttentionCut cut, float* unitSums) : IKernel
    {
        readonly AttentionPointers _at = pointers;

        /// <summary>The gradients of keys and values that one unit sums up.</summary>
        internal static long SumFloats(AttentionShape shape) => 2L * shape.Keys * AttentionTiles.Padded(shape.Width);

        public void Part<T>(int part) where T : struct, IWide<T>
        {
            AttentionShape shape = _at.Shape;
            long slopeFloats = AttentionSlopes.Floats(shape), sumFloats = unitSums == null ? SumFloats(shape) : 0;
            long queryFloats = (long)AttentionCut.BlockRows * AttentionTiles.Padded(shape.Width);
            using CpuPool.Loan memory = _at.Pool.Lend(slopeFloats + sumFloats + queryFloats);
            AttentionSlopes slopes = new(_at, memory.Floats);
            float* ownSums = memory.Floats + slopeFloats, querySums = ownSums + sumFloats;
            (int unit, int end) = cut.Units(part);
            for (; unit < end; unit++)
            {
                int head = unit / cut.UnitsPerHead, first = unit % cut.UnitsPerHead * cut.RowsPerUnit;
                float* sums = unitSums == null ? ownSums : unitSums + unit * SumFloats(shape);
                Unit<T>(ref slopes, head / shape.Heads, head % shape.Heads, first, Math.Min(shape.Queries, first + cut.RowsPerUnit),
                    sums, querySums);
                if (unitSums == null) AttentionSumKernel.Write<T>(_at, head, sums);
            }
        }

        // dQ = scale · dS K, and over all blocks of queries dK / scale = Σ dSᵀ Q and dV = Σ (P ∘ M)ᵀ dO.
        void Unit<T>(ref AttentionSlopes slopes, int batch, int head, int first, int end, float* sums, float* querySums)
            where T : struct, IWide<T>
        {
            AttentionShape shape = _at.Shape;
            int keyLength = _at.KeyLength(batch), seen = shape.Visible(end - 1, keyLength), width = shape.Width,
                padded = AttentionTiles.Padded(width), stride = slopes.Stride;
            float* keySums = sums, valueSums = sums + (nint)seen * padded, dq = _at.GradQ.At(batch, head, width);
            new Span<float>(sums, checked(2 * seen * padded)).Clear();
            slopes.EnterHead<T>(batch, head, seen);
            for (int query = first; query < end; query += AttentionCut.BlockRows)
            {
                QueryBlock block = new(shape, keyLength, query, Math.Min(end, query + AttentionCut.BlockRows));
                slopes.EnterQueries<T>(block);
                int from = 0;
                do
                {
                    int to = Math.Min(block.Seen, from + AttentionTiles.KeyBlock);
                    slopes.Fill<T>(from, to);
                    AttentionTiles.Sums<T>(block, slopes.Slopes, stride, slopes.Keys, width, from, to, querySums, padded, from > 0);
                    AttentionTiles.TransposedSums<T>(block, slopes.Slopes, stride, slopes.Queries, width, from, to,
                        keySums + (nint)from * padded, padded);
                    AttentionTiles.TransposedSums<T>(block, slopes.Probabilities, stride, slopes.Gradients, width, from, to,
                        valueSums + (nint)from * padded, padded);
                }
                while ((from += AttentionTiles.KeyBlock) < block.Seen);
                for (int r = query; r < block.End; r++)
                    Rows.Scale<T>(querySums + (nint)(r - query) * padded, shape.Scale, dq + (nint)r * _at.GradQ.Stride, width);
            }
        }
    }

    // dK and dV of a head: its units' sums, added up in order. The last unit sees the most keys.
    readonly unsafe struct AttentionSumKernel(AttentionPointers pointers, AttentionCut cut, float* sums) : IKernel
    {
        readonly AttentionPointers _at = pointers;

        public void Part<T>(int head) where T : struct, IWide<T>
        {
            AttentionShape shape = _at.Shape;
            int padded = AttentionTiles.Padded(shape.Width), last = cut.UnitsPerHead - 1, keyLength = _at.KeyLength(head / shape.Heads);
            float* total = Sums(head, last);
            for (int unit = 0; unit < last; unit++)
            {
                int seen = shape.Visible((unit + 1) * cut.RowsPerUnit - 1, keyLength);
                AttentionRows.Add<T>(Sums(head, unit), total, seen * padded);
                AttentionRows.Add<T>(Sums(head, unit) + (long)seen * padded,
                    total + (long)shape.Visible(shape.Queries - 1, keyLength) * padded, seen * padded);
            }
            Write<T>(_at, head, total);
        }

        float* Sums(int head, int unit) => sums + ((long)head * cut.UnitsPerHead + unit) * AttentionGradKernel.SumFloats(_at.Shape);

        internal static void Write<T>(in AttentionPointers at, int head, float* keySum) where T : struct, IWide<T>
        {
            AttentionShape shape = at.Shape;
            int batch = head / shape.Heads, width = shape.Width, padded = AttentionTiles.Padded(width),
                seen = shape.Visible(shape.Queries - 1, at.KeyLength(batch));
            float* valueSum = keySum + (long)seen * padded, dk = at.GradK.At(batch, head % shape.Heads, width),
                dv = at.GradV.At(batch, head % shape.Heads, width);
            for (int key = 0; key < shape.Keys; key++, dk += at.GradK.Stride, dv += at.GradV.Stride, keySum += padded, valueSum += padded)
                if (key < seen)
                {
                    Rows.Scale<T>(keySum, shape.Scale, dk, width);
                    AttentionRows.Copy<T>(valueSum, dv, width);
                }
                else
                {
                    new Span<float>(dk, width).Clear();
                    new Span<float>(dv, width).Clear();
                }
        }
    }
}
