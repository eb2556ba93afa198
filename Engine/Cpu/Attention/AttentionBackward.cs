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
            byte* sums = _pool.Take(floats * sizeof(float), out int bucket);
            Run(new AttentionGradKernel(pointers, cut, (float*)sums), cut.Parts);
            Run(new AttentionSumKernel(pointers, cut, (float*)sums), shape.Batch * shape.Heads);
            _pool.Return(sums, bucket);
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
            long slopeFloats = AttentionSlopes.Floats(shape), sumFloats = SumFloats(shape);
            byte* memory = _at.Pool.Take((slopeFloats + (unitSums == null ? sumFloats : 0)) * sizeof(float), out int bucket);
            AttentionSlopes slopes = new(_at, (float*)memory);
            float* ownSums = (float*)memory + slopeFloats;
            (int unit, int end) = cut.Units(part);
            for (; unit < end; unit++)
            {
                int head = unit / cut.UnitsPerHead, first = unit % cut.UnitsPerHead * cut.RowsPerUnit;
                float* sums = unitSums == null ? ownSums : unitSums + unit * sumFloats;
                Unit<T>(slopes, head / shape.Heads, head % shape.Heads, first, Math.Min(shape.Queries, first + cut.RowsPerUnit), sums);
                if (unitSums == null) AttentionSumKernel.Write<T>(_at, head, sums);
            }
            _at.Pool.Return(memory, bucket);
        }

        void Unit<T>(in AttentionSlopes slopes, int batch, int head, int first, int end, float* sums) where T : struct, IWide<T>
        {
            AttentionShape shape = _at.Shape;
            int keyLength = _at.KeyLength(batch), seen = shape.Visible(end - 1, keyLength), padded = AttentionTiles.Padded(shape.Width);
            float* keySums = sums, valueSums = sums + (long)seen * padded;
            new Span<float>(sums, checked(2 * seen * padded)).Clear();
            slopes.Enter<T>(batch, head, seen);
            for (int block = first; block < end; block += AttentionCut.BlockRows)
            {
                int blockEnd = Math.Min(end, block + AttentionCut.BlockRows);
                slopes.Fill<T>(batch, head, block, blockEnd);
                Queries<T>(slopes, batch, head, block, blockEnd, keyLength);
                KeysAndValues<T>(slopes, batch, head, block, blockEnd, keyLength, keySums, valueSums);
            }
        }

        // dQ = scale · dS K
        void Queries<T>(in AttentionSlopes slopes, int batch, int head, int first, int end, int keyLength) where T : struct, IWide<T>
        {
            AttentionShape shape = _at.Shape;
            int width = shape.Width;
            float* k = _at.K.At(batch, head, width), dq = _at.GradQ.At(batch, head, width);
            for (int query = first; query < end; query += AttentionTiles.Height)
            {
                int rows = Math.Min(AttentionTiles.Height, end - query);
                float* output = dq + (long)query * _at.GradQ.Stride;
                SmallGemm<T>.Multiply(rows, width, shape.Visible(query + rows - 1, keyLength),
                    slopes.Slopes + (long)(query - first) * slopes.Stride, slopes.Stride, 1, k, _at.K.Stride, output,
                    _at.GradQ.Stride, accumulate: false);
                for (int r = 0; r < rows; r++, output += _at.GradQ.Stride) Rows.Scale<T>(output, shape.Scale, output, width);
            }
        }

        // dK / scale += dSᵀ Q and dV += (P ∘ M)ᵀ dO, six keys at a time, over the queries of the block that see the first of them.
        void KeysAndValues<T>(in AttentionSlopes slopes, int batch, int head, int first, int end, int keyLength,
            float* keySums, float* valueSums)
            where T : struct, IWide<T>
        {
            AttentionShape shape = _at.Shape;
            int width = shape.Width, padded = AttentionTiles.Padded(width), seen = shape.Visible(end - 1, keyLength);
            float* q = _at.Q.At(batch, head, width), gradO = _at.GradO.At(batch, head, width);
            for (int key = 0; key < seen; key += AttentionTiles.Height)
            {
                int rows = Math.Min(AttentionTiles.Height, seen - key), query = Math.Max(first, key - shape.Reach + 1);
                long from = (long)(query - first) * slopes.Stride + key;
                SmallGemm<T>.Multiply(rows, padded, end - query, slopes.Slopes + from, 1, slopes.Stride,
                    q + (long)query * _at.Q.Stride, _at.Q.Stride, keySums + (long)key * padded, padded, accumulate: true);
                SmallGemm<T>.Multiply(rows, padded, end - query, slopes.Probabilities + from, 1, slopes.Stride,
                    gradO + (long)query * _at.GradO.Stride, _at.GradO.Stride, valueSums + (long)key * padded, padded, accumulate: true);
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
